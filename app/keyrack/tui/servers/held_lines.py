"""Finds the lines of tokens in other programs' files, off the UI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from keyrack.domain.held import HeldToken
from keyrack.operations.servers.overview import Row
from keyrack.tui.kit.background import Newest, Node
from keyrack.tui.servers.held_facts import Lines, Spot, spot_of

if TYPE_CHECKING:
    from keyrack.tui.host import Host


class Shown(Node, Protocol):
    """The screen that shows the lines."""

    @property
    def host(self) -> Host: ...


class HeldLines:
    """Lines that were found are shown until the next look has found them again."""

    def __init__(self, screen: Shown, found: Callable[[], Any]) -> None:
        """`found` is called when there are more lines to show."""
        self._screen, self._found = screen, found
        self._lines: dict[Spot, int | None] = {}
        self._asked: tuple[HeldToken, ...] = ()  # the tokens that were looked for last, as they were then
        self._reader = Newest(screen, self._read, self._was_read, lambda error: None)

    def of(self, row: Row | None) -> Lines:
        """What is known of the row's tokens; the rest is looked up."""
        wanted = tuple(held for held in row.elsewhere if held.place.path) if row else ()
        if wanted and wanted is not self._asked and wanted != self._asked:
            self._asked = wanted
            self._reader.run()
        return self._lines

    def look_again(self) -> None:
        """The files may have changed."""
        self._asked = ()

    def _read(self) -> dict[Spot, int | None]:
        programs, asked = self._screen.host.adapters().other_programs(), self._asked
        return {spot_of(held): programs.line_of(held) for held in asked}

    def _was_read(self, lines: dict[Spot, int | None]) -> None:
        self._lines |= lines
        self._found()
