"""Reads the log for the detail, off the UI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keyrack.domain.event import Event
from keyrack.operations.histories import Histories, histories
from keyrack.operations.servers.overview import Row
from keyrack.tui.kit.background import Newest
from keyrack.tui.servers.held_lines import Shown

LOOK = 1.0  # seconds between two looks of a screen at the log


class HistoryReader:
    """Reads it when the first row asks, and again at each `look` after it has changed."""

    def __init__(self, screen: Shown, found: Callable[[], Any]) -> None:
        """`found` is called when there is more to show."""
        self._screen, self._found = screen, found
        self._histories: Histories | None = None
        self._newest = Newest(screen, self._read, self._was_read, lambda error: None)

    def of(self, row: Row | None) -> tuple[Event, ...] | None:
        """What is known of the row's credential, the oldest event first; None until the log was read."""
        key = row.server.key if row else None
        if key is None:
            return None
        if self._histories is None:
            self._newest.run_unless_running()
            return None
        return self._histories.of(key)

    def look(self) -> None:
        """Read it again if it has changed."""
        self._newest.run_unless_running()

    def _read(self) -> Histories:
        return histories(self._screen.host.adapters(), self._histories)

    def _was_read(self, found: Histories) -> None:
        if found is not self._histories:
            self._histories = found
            self._found()
