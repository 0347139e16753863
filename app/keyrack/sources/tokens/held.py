"""The tokens of other programs on this machine (`operations.ports.OtherPrograms`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from keyrack.domain.held import HeldReading, HeldToken, Program
from keyrack.sources.locations import Search
from keyrack.sources.tokens.reader import Items, read_held

if TYPE_CHECKING:
    from keyrack.domain.change import Backup, Change, Edit
    from keyrack.sources.sharing.places import Keychain


class TokenFiles:
    """Over their files and, with `items`, their items in the system's keychain."""

    def __init__(
        self,
        search: Search,
        items: Items | None = None,
        *,
        may_ask: bool = False,
        now: Callable[[], float],
        keychain: Callable[[], Keychain],
    ) -> None:
        """`may_ask`: reading an item may make the system ask the user, as on macOS and Windows."""
        self._search = search
        self._items = items
        self._may_ask = may_ask
        self._now = now
        self._keychain = keychain

    def read(self, urls: Sequence[str], *, ask: bool = False) -> HeldReading:
        return read_held(self._search, urls, self._items if ask or not self._may_ask else None)

    def line_of(self, held: HeldToken) -> int | None:
        from keyrack.sources.rewriting.json_members import line_of
        from keyrack.system import files

        if held.place.item is not None:
            return None
        try:
            return line_of(files.read_text(held.place.path), held.row)
        except (files.NoFile, files.BadFile):
            return None

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
    ) -> None:
        from keyrack.sources.sharing.changing import Changer
        from keyrack.sources.sharing.locks import WAIT

        changer = Changer(self._search, urls, self._keychain())
        changer.make(change, keep, self._now(), timeout=WAIT if timeout is None else timeout)

    def revert(self, backup: Backup) -> tuple[tuple[Edit, str, bool], ...]:
        from keyrack.sources.sharing.reverting import revert_all

        return revert_all(self._search, backup, self._keychain())

    def programs(self) -> tuple[Program, ...]:
        from keyrack.sources.sharing.known import programs

        return programs(self._search)
