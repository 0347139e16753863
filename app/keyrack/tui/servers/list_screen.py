"""The interface of the list of servers that its actions use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from textual.signal import Signal

from keyrack.domain.storage import StoreState
from keyrack.operations.servers.overview import Overview, Row
from keyrack.tui.host import Host
from keyrack.tui.servers.marks import Marks


class ListScreen(Protocol):
    """The list, as its actions see it."""

    rows: dict[str, Row]  # by their keys
    store: StoreState | None  # None until it is known
    marks: Marks
    looked: Signal[Overview]  # after every look, also one that found nothing new

    @property
    def host(self) -> Host: ...

    def look(self, then: Callable[[], Any] | None = None) -> None:
        """Read configurations and records again; `then` call back."""
        ...

    def look_again(self) -> None:
        """The same, and the state of the place for secrets."""
        ...

    def refresh_rows(self) -> None:
        """Show what is known now."""
        ...

    def show_progress(self, words: str, share: float) -> None:
        """Show a line during an operation on many servers; "" removes it."""
        ...

    def when_open(self, then: Callable[[], Any]) -> None:
        """Call back as soon as the place for secrets can be read; a locked vault is opened first."""
        ...

    def call_later(self, callback: Callable[..., Any], *args: Any) -> bool:
        """Call back on the UI thread, while the list is there. From any thread."""
        ...
