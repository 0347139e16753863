"""A dialog whose content has to be read first: from a file, a keychain or the network."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from keyrack.tui.kit.background import in_background
from keyrack.tui.kit.dialog import Answer, Dialog


class ReadingDialog(Dialog[Answer]):
    """Opens immediately, and shows its content when `read` has returned.

    Until then it accepts no keys or clicks (`Keyboard` checks `reading`), so nobody can answer a
    question before it is shown, and text that is typed early waits for its field.
    """

    def __init__(self) -> None:
        super().__init__()
        self.reading = True
        self._filled = False

    def read(self) -> Any:
        """Return what the dialog shows. Runs off the UI thread; may raise."""
        raise NotImplementedError

    def take(self, found: Any) -> None:
        """Receive what `read` returned, or None if it failed."""
        raise NotImplementedError

    def waiting(self) -> ComposeResult:
        """The widgets to show while reading."""
        raise NotImplementedError

    def content(self) -> ComposeResult:
        """The widgets to show after that."""
        raise NotImplementedError

    def filled(self) -> None:
        """Called when `content` has been mounted."""

    def compose(self) -> ComposeResult:
        yield from self.content() if self._filled else self.waiting()

    def on_mount(self) -> None:
        if self.reading:
            in_background(self, self.read, self._fill, self._fill_without)

    async def _fill_without(self, error: Exception) -> None:
        self.host.say_error(error)
        await self._fill(None)

    async def _fill(self, found: Any) -> None:
        self.take(found)
        self._filled = True
        await self.recompose()
        self.host.show_messages()  # one that was told meanwhile was a widget here, too
        self.filled()
        if self.AUTO_FOCUS:
            self.set_focus(next((each for each in self.query(self.AUTO_FOCUS) if each.focusable), None))
        self.call_after_refresh(self._open)

    def _open(self) -> None:
        self.reading = False
        self.refresh()  # `Keyboard` measures from the frame that shows the content
