"""The interfaces to other programs: their files, their logins, and keyrack's entries in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import HeldReading, HeldToken
from keyrack.domain.model import (
    EntrySecret,
    Header,
    Source,
)

if TYPE_CHECKING:
    from keyrack.domain.change import Backup, Change, Edit
    from keyrack.domain.connection import Connection, Method, Plan, Wanted
    from keyrack.domain.held import Program
    from keyrack.domain.rewrite import Rewrite
    from keyrack.system.running import Ran


class Rewriting(Protocol):
    """Replaces a secret in another program's file by a reference to a variable."""

    def by_hand(self, header: Header, variable: str) -> str | None:
        """What the user must write in the file, if keyrack does not edit it; else None."""
        ...

    def prefix(self, header: Header) -> str:
        """What the variable must contain before the token, or ""."""
        ...

    def rewrite(self, header: Header, variable: str, url: str) -> Rewrite:
        """The change, which is not made yet. Raises KeyrackError if it is not possible."""
        ...

    def wrap(self, source: Source, named: Mapping[EntrySecret, str], secrets: str) -> Rewrite | str:
        """The change by which an entry starts its local process with `keyrack exec --secrets SECRETS`, and
        loses the secrets; a sentence for the user if keyrack does not edit the file. `named` has the name of
        each in the store. Raises KeyrackError if it is not possible."""
        ...

    def apply(self, change: Rewrite, keep: Callable[[Edit], object]) -> None:
        """Make the change on what is in the file now. `keep` gets it just before, again if the file is
        changed meanwhile. Raises KeyrackError, and then nothing is changed."""
        ...

    def is_there(self, change: Rewrite) -> bool:
        """Is the change still in the file?"""
        ...


class OtherPrograms(Protocol):
    """The tokens that other programs hold, in their files and keychain items.

    Methods read files; don't call them in the screen's thread.
    """

    def read(
        self, urls: Sequence[str], *, ask: bool = False, is_brief: bool = False, files_only: bool = False
    ) -> HeldReading:
        """All of them. `urls` are the configured ones. `ask`: read keychain items even if the system may
        ask the user for permission. `is_brief`: without the client and the issuer where these are in files of
        their own, which takes a third less time. `files_only`: no keychain items. Never raises for the
        content of a file."""
        ...

    def line_of(self, held: HeldToken) -> int | None:
        """The line of the token's row in its file, from 1; None if it is not known or not in a file."""
        ...

    def line_of_entry(self, source: Source) -> int | None:
        """The same for a server's entry in a program's configuration."""
        ...

    def plan(self, change: Change, urls: Sequence[str]) -> Change:
        """The change with its diff; nothing is changed yet. Raises KeyrackError if it is not possible."""
        ...

    def make(
        self,
        change: Change,
        urls: Sequence[str],
        keep: Callable[[tuple[Edit, ...]], object],
        *,
        timeout: float | None = None,
        earlier: Sequence[Edit] = (),
    ) -> None:
        """Make the change on what is there now, under the program's own lock. `keep` gets the edits just
        before they are made, combined with `earlier` ones of the same row, so that an undo reverses both;
        if it raises, nothing is changed. Raises KeyrackError if nothing was changed,
        Temporary if the program holds its lock for longer than `timeout` seconds."""
        ...

    def revert(
        self, backup: Backup, keep: Callable[[Edit], object] = lambda edit: None
    ) -> tuple[tuple[Edit, str, bool], ...]:
        """Reverse the edits. For each: what was done as a clause, and whether anything was. `keep` gets
        what is about to be written; if it raises, that is not written."""
        ...

    def programs(self) -> tuple[Program, ...]:
        """The programs that hold tokens, as far as keyrack knows."""
        ...


NOT_HERE = "No files of other programs are written here."


class NoOtherPrograms:
    """For tests, and where no files of others are read."""

    def read(
        self, urls: Sequence[str], *, ask: bool = False, is_brief: bool = False, files_only: bool = False
    ) -> HeldReading:
        return HeldReading()

    def line_of(self, held: HeldToken) -> int | None:
        return None

    def line_of_entry(self, source: Source) -> int | None:
        return None

    def plan(self, change: Change, urls: Sequence[str]) -> Change:
        raise KeyrackError("No other programs are known here.")

    def make(
        self,
        change: Change,
        urls: Sequence[str],
        keep: Callable[[tuple[Edit, ...]], object],
        *,
        timeout: float | None = None,
        earlier: Sequence[Edit] = (),
    ) -> None:
        raise KeyrackError("No other programs are known here.")

    def revert(
        self, backup: Backup, keep: Callable[[Edit], object] = lambda edit: None
    ) -> tuple[tuple[Edit, str, bool], ...]:
        raise KeyrackError("No other programs are known here.")

    def programs(self) -> tuple[Program, ...]:
        return ()


class Entries(Protocol):
    """The entries of other programs' files, through which they can take their token from keyrack."""

    def programs(self) -> tuple[str, ...]:
        """The display names of the programs whose entries keyrack can write."""
        ...

    def methods(self, program: str) -> tuple[Method, ...]:
        """How the program can take its token, the best first; without publishing."""
        ...

    def plan(self, wanted: Wanted) -> Plan:
        """The change that connects an entry, with its diff; nothing is changed yet. Raises KeyrackError."""
        ...

    def make(self, plan: Plan, variable: str, keep: Callable[[tuple[Edit, ...]], object]) -> None:
        """Make it on what is in the file now. `keep` gets the edit just before; if it raises, nothing is
        changed. Raises KeyrackError, and then nothing has changed."""
        ...

    def plan_removal(self, connection: Connection) -> Plan:
        """The entry without what keyrack wrote. Raises KeyrackError."""
        ...

    def remove(self, connection: Connection, keep: Callable[[tuple[Edit, ...]], object]) -> None:
        """Delete an entry that keyrack added, or take from another one what keyrack wrote."""
        ...

    def shown(self, edit: Edit, connection: Connection) -> tuple[str, ...]:
        """The diff of an edit's reversal. Raises KeyrackError if it can't be reversed."""
        ...

    def has(self, connection: Connection) -> bool:
        """Is the entry there as keyrack wrote it?"""
        ...

    def folder(self, connection: Connection) -> str:
        """In which folder the program runs keyrack; "" if that is the user's own."""
        ...

    def distrusted(self, connection: Connection) -> str:
        """Why the program does not run keyrack yet, as a sentence; "" if it does."""
        ...

    def environment(self, connection: Connection) -> dict[str, str]:
        """In which the program runs keyrack."""
        ...

    def connection_of(self, source: Source, word: str, url: str) -> Connection:
        """What is known of a connected entry of which keyrack has no record."""
        ...


class NoEntries:
    """The default of `Adapters.entries`."""

    def programs(self) -> tuple[str, ...]:
        return ()

    def methods(self, program: str) -> tuple[Method, ...]:
        return ()

    def plan(self, wanted: Wanted) -> Plan:
        raise KeyrackError(NOT_HERE)

    def make(self, plan: Plan, variable: str, keep: Callable[[tuple[Edit, ...]], object]) -> None:
        raise KeyrackError(NOT_HERE)

    def plan_removal(self, connection: Connection) -> Plan:
        raise KeyrackError(NOT_HERE)

    def remove(self, connection: Connection, keep: Callable[[tuple[Edit, ...]], object]) -> None:
        raise KeyrackError(NOT_HERE)

    def shown(self, edit: Edit, connection: Connection) -> tuple[str, ...]:
        raise KeyrackError(NOT_HERE)

    def has(self, connection: Connection) -> bool:
        return False

    def folder(self, connection: Connection) -> str:
        return ""

    def distrusted(self, connection: Connection) -> str:
        return ""

    def environment(self, connection: Connection) -> dict[str, str]:
        return {}

    def connection_of(self, source: Source, word: str, url: str) -> Connection:
        raise KeyrackError(NOT_HERE)


class Connections(Protocol):
    """keyrack's record of the entries that it wrote. Methods raise KeyrackError."""

    def all(self) -> tuple[Connection, ...]: ...
    def save(self, connection: Connection) -> None: ...
    def delete(self, connection: Connection) -> None: ...


class NoConnections:
    """The default of `Adapters.connections`."""

    def all(self) -> tuple[Connection, ...]:
        return ()

    def save(self, connection: Connection) -> None:
        raise KeyrackError("There is no place for a record here.")

    def delete(self, connection: Connection) -> None:
        raise KeyrackError("There is no place for a record here.")


def not_run(argv: Sequence[str], env: Mapping[str, str], seconds: float, folder: str) -> Ran:
    """The default of `Adapters.run`."""
    raise KeyrackError("No command is run here.")


def by_client(sources: Iterable[Source]) -> tuple[str, ...]:
    """The programs' names without duplicates, in order."""
    return tuple(dict.fromkeys(source.client for source in sources))
