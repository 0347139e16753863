"""Finds the lines of tokens and of servers' entries in programs' files, off the UI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from keyrack.domain.held import HeldToken
from keyrack.domain.model import Source
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
        # What was looked for last, as it was then.
        self._asked: tuple[HeldToken | Source, ...] = ()
        self._reader = Newest(screen, self._read, self._was_read, lambda error: None)

    def of(self, row: Row | None) -> Lines:
        """What is known of the row's tokens and entries; the rest is looked up."""
        held = (held for held in row.elsewhere if held.place.path) if row else ()
        wanted: tuple[HeldToken | Source, ...] = (*held, *(row.server.sources if row else ()))
        if wanted and wanted is not self._asked and wanted != self._asked:
            self._asked = wanted
            self._reader.run()
        return self._lines

    def look_again(self) -> None:
        """The files may have changed."""
        self._asked = ()

    def _read(self) -> dict[Spot, int | None]:
        programs, asked = self._screen.host.adapters().other_programs(), self._asked
        return {
            spot_of(each): programs.line_of(each)
            if isinstance(each, HeldToken)
            else programs.line_of_entry(each)
            for each in asked
        }

    def _was_read(self, lines: dict[Spot, int | None]) -> None:
        self._lines |= lines
        self._found()
