"""The newest message, above the footer. It takes its rows from the list, or from the dialog's box."""

from __future__ import annotations

from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Footer, Static

from keyrack.tui.kit.hanging import Hanging
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.messages import Message, Messages
from keyrack.tui.kit.present import join, say, short_paths
from keyrack.wording.glyphs import FAILED, WARNING
from keyrack.wording.signs import Sign
from keyrack.wording.tones import Tone

SIGNS = {
    "warning": Sign(WARNING, Tone.WARN),
    "error": Sign(FAILED, Tone.BAD),
}
SIGN_WIDTH = 2  # columns


class MessageLine(Static):
    """A click dismisses it. Its look is in main.tcss, as it can stand on any screen."""

    def __init__(self, messages: Messages, dismiss_key: str) -> None:
        super().__init__()
        self._messages, self._key = messages, dismiss_key

    def on_mount(self) -> None:
        self.show()

    def show(self) -> None:
        """Show the newest message; take no room without one."""
        message = self._messages.newest
        self.display = message is not None
        if message is None:
            return
        for severity in SIGNS:
            self.set_class(message.severity == severity, f"-{severity}")
        sign = SIGNS.get(message.severity)
        words = self._with_hint(message, self.content_size.width - (SIGN_WIDTH if sign else 0))
        self.update(Hanging(say(*sign), SIGN_WIDTH, words) if sign else words)

    def on_resize(self) -> None:
        self.show()

    def _with_hint(self, message: Message, width: int) -> Content:
        """The sentence, and the key that dismisses it: not in a dialog, which escape closes.

        The key and its word are never on two lines.
        """
        words = say(short_paths(message.sentence))
        if not message.stays or isinstance(self.screen, ModalScreen):
            return words
        more = f" · {self._messages.more} more" if self._messages.more else ""
        hint = join(say(self._key, Tone.KEY), " ", say(f"Dismiss{more}", Tone.DIM))
        filled = join(words, "   ", "x" * hint.cell_length)
        fits = width <= 0 or filled.get_height({}, width) == words.get_height({}, width)
        return join(words, "   " if fits else "\n", hint)

    def on_click(self) -> None:
        self._messages.drop()


def show_on(screen: Screen[object], messages: Messages, dismiss_key: str) -> None:
    """Show the newest message on a screen, and make the room for it when there is one."""
    line = next(iter(screen.query_children(MessageLine)), None)
    if line is not None:
        line.show()
    elif messages.newest is not None and screen.is_mounted:
        keys = next((each for each in screen.children if isinstance(each, Footer | KeyLine)), None)
        line = MessageLine(messages, dismiss_key)
        line.set_class(keys is None, "-docked")  # in a dialog, the keys are in the box
        screen.mount(line, before=keys)
