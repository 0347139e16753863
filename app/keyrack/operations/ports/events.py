"""The interfaces of what is logged, asked and told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from keyrack.domain.errors import KeyrackError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from keyrack.domain.consent import HandOutRequest
    from keyrack.domain.event import Event
    from keyrack.domain.hooks import Hooks

    Told = dict[str, dict[str, Any]]


class EventLog(Protocol):
    """The log of what happened to credentials, without secrets and of a limited length.

    `add` takes far less than a millisecond; `all` reads files, so don't call it in the screen's thread.
    """

    def add(self, event: Event) -> None:
        """Never raises: what has happened is not undone because it can't be logged."""
        ...

    def all(self) -> tuple[Event, ...]:
        """The oldest first. Never raises."""
        ...

    def stamp(self) -> object:
        """Another one when an event has been added, by whichever process. Never raises."""
        ...


class NoEventLog:
    """For tests."""

    def add(self, event: Event) -> None:
        pass

    def all(self) -> tuple[Event, ...]:
        return ()

    def stamp(self) -> object:
        return None


class Consent(Protocol):
    """Asks the user before a token is handed out. Blocks."""

    def ask(self, request: HandOutRequest) -> bool | None:
        """The user's answer; None if there is none until `request.until`, or nobody can be asked."""
        ...

    def waiting(self) -> tuple[HandOutRequest, ...]:
        """For keyrack's screen: the questions of other processes that have no answer yet."""
        ...

    def answer(self, request: HandOutRequest, allowed: bool) -> None: ...


class NoConsent:
    """Nobody can be asked."""

    def ask(self, request: HandOutRequest) -> bool | None:
        return None

    def waiting(self) -> tuple[HandOutRequest, ...]:
        return ()

    def answer(self, request: HandOutRequest, allowed: bool) -> None:
        pass


class Watching(Protocol):
    """What `keyrack watch` and the screen tell of events with. Not for the screen's thread."""

    def alone(self) -> AbstractContextManager[None]:
        """Be the only watch of this data folder. Raises KeyrackError if there is another one."""
        ...

    def change_told(self, change: Callable[[Told], Told]) -> None:
        """Replace what has been told, a table by row. Raises KeyrackError if it could not be stored."""
        ...

    def hooks(self) -> Hooks:
        """The hooks in keyrack's own file. Raises KeyrackError if they can't be read, or must not be run."""
        ...

    def run(self, command: Sequence[str], facts: Mapping[str, str], seconds: float) -> str:
        """Run a hook with these variables, without a shell. Returns "", or what went wrong as a clause."""
        ...

    def notify(self, title: str, body: str) -> bool:
        """Show a desktop notification. False if there is no desktop."""
        ...

    def stop(self) -> None:
        """End the hooks that run, and start no more."""
        ...

    def install(self) -> tuple[str, tuple[str, ...]]:
        """Write the file by which the system starts `keyrack watch`. Returns its path, and the commands
        that start and stop it. Raises KeyrackError."""
        ...


def no_watching() -> Watching:
    """The default of `Adapters.watching`."""
    raise KeyrackError("Nothing can be watched here.")
