"""Reads what the list shows: at startup, after each change, and after another program's changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from keyrack.domain.storage import StoreState
from keyrack.operations.ports import CredentialStore
from keyrack.operations.servers.overview import Overview
from keyrack.operations.servers.watching import NOTHING_READ, Stamps, overview_with_stamps
from keyrack.tui.kit.background import Newest
from keyrack.tui.kit.present import error_text
from keyrack.tui.servers.list_screen import ListScreen

WATCH = 1.5  # seconds between checks of the records and of the programs' files
SOON = 1.0  # seconds that a look waits for others, so that a check of many servers does not read for each
ASK = 5.0  # seconds between checks of the store: a vault locks itself


class Shown(ListScreen, Protocol):
    """What the reader needs from the list."""

    def show_overview(self, overview: Overview) -> None: ...
    def cannot_read(self, error: Exception) -> None: ...
    def show_store(self, store: StoreState) -> None: ...
    def set_interval(self, interval: float, callback: Callable[[], Any]) -> Any: ...
    def set_timer(self, delay: float, callback: Callable[[], Any]) -> Any: ...


class ListReader:
    """Reads in the background, and passes the results to the screen."""

    def __init__(self, screen: Shown) -> None:
        self._screen = screen
        self._overview = Newest(screen, self._read, self._was_read, screen.cannot_read)
        self._store = Newest(screen, lambda: self._credentials().state(), screen.show_store, self._no_answer)
        self._watch = Newest(screen, self._has_changed, self._look_if, lambda error: None)
        self._shown = NOTHING_READ  # the stamps of what is on screen
        self._watching = self._soon = False
        self._ask = False

    def look(self, then: Callable[[], Any] | None = None) -> None:
        """Read configurations and records again; `then` is called when they have been shown."""
        self._overview.run(then)

    def look_soon(self) -> None:
        """The same in a moment, once for all who want it until then."""
        if not self._soon:
            self._soon = True
            self._screen.set_timer(SOON, self._look_now)

    def _look_now(self) -> None:
        self._soon = False
        self.look()

    def look_into_keychain(self) -> None:
        """The same, with other programs' keychain items, for which the system may ask the user."""
        self._ask = True
        self._overview.run()

    def ask_store(self) -> None:
        """Read the store's state again."""
        self._store.run()

    def _credentials(self) -> CredentialStore:
        return self._screen.host.adapters().credentials()

    def _read(self) -> tuple[Overview, Stamps]:
        store = self._screen.store
        locked = store is not None and store.locked
        ask, self._ask = self._ask, False
        adapters = self._screen.host.adapters()
        return overview_with_stamps(adapters, self._shown, store_locked=locked, ask=ask)

    def _was_read(self, found: tuple[Overview, Stamps]) -> None:
        what, self._shown = found
        self._screen.show_overview(what)
        if not self._watching:
            self._watching = True
            self._screen.set_interval(WATCH, self._watch.run_unless_running)
            self._screen.set_interval(ASK, self._store.run_unless_running)

    def _has_changed(self) -> bool:
        return self._shown.has_changed(self._screen.host.adapters())

    def _look_if(self, has_changed: bool) -> None:
        if has_changed and not self._soon:
            self.look()

    def _no_answer(self, error: Exception) -> None:
        self._screen.show_store(StoreState(name="none", ready=False, reason=error_text(error)))
