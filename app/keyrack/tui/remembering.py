"""Remembers the user's choices: writes them a moment after a change, off the UI thread, and at the end."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from keyrack.domain.digests import sha256_hex
from keyrack.operations.ports.screen import ScreenState

if TYPE_CHECKING:
    from textual.app import App

PAUSE = 1.0  # seconds from a change to its writing, so that a key that is held down writes once


class Remembering:
    def __init__(self, app: App[Any], state: ScreenState) -> None:
        self._app, self._state = app, state
        self.now = self._written = state.load()
        self._waiting = False
        self._writing = threading.Lock()

    def change(self, **changed: Any) -> None:
        """Remember these fields of `Remembered`. Only for the UI thread."""
        self.now = self.now._replace(**changed)
        if self.now != self._written and not self._waiting and self._app.is_running:
            self._waiting = True
            self._app.set_timer(PAUSE, self._start_writing)

    def select(self, key: str) -> None:
        """Remember this row, by a digest: its key holds a URL that can hold a secret."""
        self.change(selected=_digest(key))

    def selected(self, keys: Iterable[str]) -> str | None:
        """The one of these rows that is remembered."""
        wanted = self.now.selected
        return next((key for key in keys if _digest(key) == wanted), None) if wanted else None

    def write(self) -> None:
        """Write what has changed. Blocks while the disk does. Can be called from any thread."""
        with self._writing:
            if self.now != self._written:
                self._written = self.now
                self._state.save(self._written)

    def _start_writing(self) -> None:
        self._waiting = False
        threading.Thread(target=self.write, daemon=True).start()


def _digest(key: str) -> str:
    return sha256_hex(key.encode("utf-8", "surrogatepass"))[:32]
