"""Reads the tokens of all programs. A broken file or row does not hide the others; nothing is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import HeldReading, HeldToken, Item
from keyrack.domain.reading import Problem
from keyrack.sources.locations import Search
from keyrack.sources.tokens import HOLDERS, Holder, module_of
from keyrack.system import files
from keyrack.system.files import Malformed

if TYPE_CHECKING:
    from keyrack.sources.tokens.rows import Rows

# items(service, accounts): the keychain items of a service. A keychain that can't be searched is asked for
# each of the accounts, which are found out only then. It may raise StoreUnavailable.
Items = Callable[[str, Iterable[str]], Sequence[Item]]


def read_held(
    search: Search, urls: Sequence[str], items: Items | None = None, *, is_brief: bool = False
) -> HeldReading:
    """All tokens that other programs hold.

    `urls` are the servers' URLs as configured: some programs store only a hash of them. Without `items`,
    keychain items are not read. `is_brief`: without the client and the issuer of tokens where these are in
    files of their own.
    """
    listed: list[str] = []
    found = _Found(search._replace(listed=listed), urls, is_brief)
    for holder in HOLDERS:
        try:
            found.read_files(holder)
            found.read_items(holder, items)
        except KeyrackError:
            continue  # no home folder: the configuration's reader says so
    paths = (*found.paths, *listed)
    return HeldReading(tuple(found.tokens), tuple(found.problems), paths, tuple(found.unread))


class _Found:
    def __init__(self, search: Search, urls: Sequence[str], is_brief: bool) -> None:
        self._search = search
        self._urls, self._is_brief = urls, is_brief
        self.tokens: list[HeldToken] = []
        self.problems: list[Problem] = []
        self.paths: list[str] = []
        self.unread: list[str] = []

    @cached_property
    def _rows(self) -> Rows:
        from keyrack.sources.tokens.rows import Rows

        return Rows(self._urls, self._is_brief)

    def read_files(self, holder: Holder) -> None:
        """Raises KeyrackError without a home folder."""
        self.paths += holder.folders(self._search)
        for path in holder.files(self._search):
            self.paths.append(path)
            try:
                status = os.stat(path)
            except (FileNotFoundError, NotADirectoryError):
                if os.path.islink(path):
                    self._problem(holder, path, "It is a link to a file that does not exist.")
            except OSError as error:
                self._problem(holder, path, f"It can't be read: {error.strerror}.")
            else:
                self._add(holder, path, self._rows.of_file(holder, path, status))

    def read_items(self, holder: Holder, items: Items | None) -> None:
        """Raises KeyrackError without a home folder."""
        if not holder.service or holder.only_on not in ("", self._search.platform):
            return
        folder = next((path for path in holder.folder(self._search) if os.path.isdir(path)), None)
        if folder is None:
            return
        if items is None:
            self.unread.append(holder.name)
            return
        from keyrack.sources.tokens.folder import Folder

        try:
            found = items(holder.service, module_of(holder).accounts(self._search.env, Folder(folder)))
        except KeyrackError:
            self.unread.append(holder.name)
        else:
            self._add(holder, holder.service, self._rows.of_items(holder, folder, found))

    def _add(self, holder: Holder, where: str, tokens: Iterator[HeldToken]) -> None:
        """Those before a fault count too."""
        try:
            for held in tokens:
                self.tokens.append(held)
        except files.NoFile:
            pass  # deleted just now
        except (files.BadFile, Malformed) as error:
            self._problem(holder, where, str(error), error.line)
        except Exception as error:  # our bug; its message may quote the file, so only its class is shown
            sentence = f"keyrack failed to read it ({type(error).__name__}); this is a bug in keyrack."
            self._problem(holder, where, sentence)

    def _problem(self, holder: Holder, path: str, sentence: str, line: int | None = None) -> None:
        self.problems.append(Problem(holder.name, path, sentence, line))
