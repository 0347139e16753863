"""Reads what the list shows: at startup, after each change, and after another process's changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from keyrack.domain.storage import StoreState
from keyrack.operations.ports import CredentialStore
from keyrack.operations.servers.overview import Overview, overview
from keyrack.tui.kit.background import Newest
from keyrack.tui.kit.present import error_text
from keyrack.tui.servers.list_screen import ListScreen

WATCH = 2.0  # seconds between checks of the records' folder
ASK = 5.0  # seconds between checks of the store: a vault locks itself


class Shown(ListScreen, Protocol):
    """What the reader needs from the list."""

    def show_overview(self, overview: Overview) -> None: ...
    def cannot_read(self, error: Exception) -> None: ...
    def show_store(self, store: StoreState) -> None: ...
    def set_interval(self, interval: float, callback: Callable[[], Any]) -> Any: ...


class ListReader:
    """Reads in the background, and passes the results to the screen."""

    def __init__(self, screen: Shown) -> None:
        self._screen = screen
        self._overview = Newest(screen, self._read, self._was_read, screen.cannot_read)
        self._store = Newest(screen, lambda: self._credentials().state(), screen.show_store, self._no_answer)
        self._stamp = Newest(screen, lambda: self._credentials().stamp(), self._compare, lambda error: None)
        self._shown: int | None = None  # the stamp of the records on screen
        self._watching = False

    def look(self, then: Callable[[], Any] | None = None) -> None:
        """Read configurations and records again; `then` is called when they have been shown."""
        self._overview.run(then)

    def ask_store(self) -> None:
        """Read the store's state again."""
        self._store.run()

    def _credentials(self) -> CredentialStore:
        return self._screen.host.adapters().credentials()

    def _read(self) -> tuple[int | None, Overview]:
        store = self._screen.store
        # Read the stamp before the records, so that the next check finds any change in between.
        stamp = self._credentials().stamp()
        return stamp, overview(self._screen.host.adapters(), store_locked=store is not None and store.locked)

    def _was_read(self, found: tuple[int | None, Overview]) -> None:
        self._shown, what = found
        self._screen.show_overview(what)
        if not self._watching:
            self._watching = True
            self._screen.set_interval(WATCH, self._stamp.run_unless_running)
            self._screen.set_interval(ASK, self._store.run_unless_running)

    def _compare(self, stamp: int | None) -> None:
        if stamp is None or stamp != self._shown:
            self.look()

    def _no_answer(self, error: Exception) -> None:
        self._screen.show_store(StoreState(name="none", ready=False, reason=error_text(error)))
