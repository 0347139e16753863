"""The tokens of other programs on this machine (`operations.ports.OtherPrograms`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from keyrack.domain.held import HeldReading, HeldToken, Program
from keyrack.domain.model import Source
from keyrack.sources.locations import Search
from keyrack.sources.tokens.reader import Items, read_held

if TYPE_CHECKING:
    from keyrack.domain.change import Backup, Change, Edit
    from keyrack.sources.sharing.places import Keychain
    from keyrack.sources.tokens.asked import AskedItems


class TokenFiles:
    """Over their files and their items in the system's keychain: `items`, or `asked` where the system may ask
    the user for permission."""

    def __init__(
        self,
        search: Search,
        items: Items | None = None,
        *,
        asked: AskedItems | None = None,
        now: Callable[[], float],
        keychain: Callable[[], Keychain],
    ) -> None:
        self._search = search
        self._items, self._asked = items, asked
        self._now = now
        self._keychain = keychain

    def read(
        self, urls: Sequence[str], *, ask: bool = False, is_brief: bool = False, files_only: bool = False
    ) -> HeldReading:
        if files_only:
            return read_held(self._search, urls, is_brief=is_brief)
        asked = self._asked
        if asked is None:
            return read_held(self._search, urls, self._items, is_brief=is_brief)
        found = read_held(self._search, urls, asked.ask if ask else asked.remembered, is_brief=is_brief)
        return found._replace(may_ask=not ask)

    def line_of(self, held: HeldToken) -> int | None:
        from keyrack.sources.rewriting.json_members import line_of
        from keyrack.system import files

        if held.place.item is not None:
            return None
        try:
            return line_of(files.read_text(held.place.path), held.row)
        except (files.NoFile, files.BadFile):
            return None

    def line_of_entry(self, source: Source) -> int | None:
        from keyrack.sources.entry_line import line_of_entry

        return line_of_entry(source)

    # Changes are made by few commands, so what they need is imported when they are used.

    def plan(self, change: Change, urls: Sequence[str]) -> Change:
        from keyrack.sources.sharing.changing import Changer

        return Changer(self._search, urls, self._keychain()).plan(change, self._now())

    def make(
        self,
        change: Change,
        urls: Sequence[str],
        keep: Callable[[tuple[Edit, ...]], object],
        *,
        timeout: float | None = None,
        earlier: Sequence[Edit] = (),
    ) -> None:
        from keyrack.sources.sharing.changing import Changer
        from keyrack.sources.sharing.locks import WAIT

        changer = Changer(self._search, urls, self._keychain())
        wait = WAIT if timeout is None else timeout
        changer.make(change, keep, self._now(), timeout=wait, earlier=earlier)
        self._forget()

    def revert(
        self, backup: Backup, keep: Callable[[Edit], object] = lambda edit: None
    ) -> tuple[tuple[Edit, str, bool], ...]:
        from keyrack.sources.sharing.reverting import revert_all

        done = revert_all(self._search, backup, self._keychain(), keep)
        self._forget()
        return done

    def programs(self) -> tuple[Program, ...]:
        from keyrack.sources.sharing.known import programs

        return programs(self._search)

    def _forget(self) -> None:
        if self._asked is not None:
            self._asked.forget()
