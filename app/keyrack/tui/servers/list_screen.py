"""The server list's interface for its actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from textual.signal import Signal

from keyrack.domain.storage import StoreState
from keyrack.operations.servers.overview import Overview, Row
from keyrack.tui.host import Host
from keyrack.tui.servers.marks import Marks


class ListScreen(Protocol):
    """What actions need from the list."""

    rows: dict[str, Row]  # by key
    store: StoreState | None  # None until it is known
    marks: Marks
    looked: Signal[Overview]  # after every look, even if nothing has changed

    @property
    def host(self) -> Host: ...

    @property
    def shown(self) -> list[Row]:
        """The rows that the filter leaves, in their order."""
        ...

    def selected(self) -> Row | None:
        """The row under the cursor."""
        ...

    def look(self, then: Callable[[], Any] | None = None) -> None:
        """Read configurations and records again, then call `then`."""
        ...

    def look_soon(self) -> None:
        """The same in a moment, once for all who want it until then."""
        ...

    def look_again(self) -> None:
        """The same, and also read the store's state."""
        ...

    def go_to(self, key: str) -> None:
        """Move the cursor to a server, even if the filter hides it."""
        ...

    def refresh_rows(self) -> None:
        """Update what is shown."""
        ...

    def show_progress(self, words: str, share: float) -> None:
        """Show a line during an operation on many servers; "" removes it."""
        ...

    def when_on_top(self, then: Callable[[], Any]) -> None:
        """Call `then` now, or else as soon as no other screen is above the list."""
        ...

    def when_open(self, then: Callable[[], Any]) -> None:
        """Call `then` as soon as the store can be read; a locked vault is opened first."""
        ...

    def call_later(self, callback: Callable[..., Any], *args: Any) -> bool:
        """Call back on the UI thread, while the list exists. Can be called from any thread."""
        ...
