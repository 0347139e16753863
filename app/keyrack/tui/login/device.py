"""Shows a device code: the page to open, the code to enter, and a QR code."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from keyrack.oauth.effects import ShowCode
from keyrack.operations.login.qr import qr_rows
from keyrack.tui.kit import keymap
from keyrack.tui.kit.big_code import BigCode
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import clock, join, picture, say, title, web_link
from keyrack.tui.kit.styles import BOX
from keyrack.wording.tones import Tone

FRAME = (6, 5)  # columns and rows of the box around the picture and the words, with one row for its keys
GAP = 3  # columns between the picture and the words
WORDS = (20, 42)  # columns for the words: at least, at most


class DeviceScreen(Dialog[None]):
    """Opens on top of the login, which closes it when the login continues."""

    CSS_PATH: ClassVar = [BOX, "device.tcss"]
    BINDINGS: ClassVar = [*keymap.DEVICE]

    def __init__(self, name: str, code: ShowCode) -> None:
        super().__init__()
        self._name, self._code = name, code
        # The shorter address is the second choice: after scanning it, the user has to type the code.
        addresses = (code.verification_uri_complete, code.verification_uri)
        self._pictures = [qr_rows(address) for address in addresses if address]

    def compose(self) -> ComposeResult:
        with Box(title("Code for another device", self._name), id="code"):
            with Horizontal(id="both"):
                yield Static("", id="picture")
                with Vertical(id="words"):
                    yield Static(say("Open on any device", Tone.DIM))
                    yield Static(web_link(self._code.verification_uri, Tone.STRONG, limit=2000), id="page")
                    yield BigCode(self._code.user_code)
                    yield Static("", id="what")
                    yield Static("", id="left")
            yield KeyLine([keymap.DEVICE[0], keymap.DEVICE[1]])

    def on_mount(self) -> None:
        self._count()
        self.set_interval(1.0, self._count)

    def on_resize(self, event: events.Resize) -> None:
        """Choose the best picture that fits beside the words."""
        width, height = (room - frame for room, frame in zip(event.size, FRAME, strict=True))
        least, most = WORDS
        fitting = (
            rows
            for rows in self._pictures
            if rows and len(rows) <= height and len(rows[0]) + GAP + least <= width
        )
        rows = next(fitting, [])
        shown = self.query_one("#picture", Static)
        shown.display = bool(rows)
        shown.update(picture(rows))
        beside = len(rows[0]) + GAP if rows else 0
        self.query_one("#words").styles.width = min(width - beside, most)
        scan = ", or scan the QR code" if rows else ""
        self.query_one("#what", Static).update(
            say(f"Enter {self._code.user_code} there{scan}. The login here then continues by itself.")
        )

    def _count(self) -> None:
        left = clock(self._code.expires_at - self.host.now())
        self.query_one("#left", Static).update(join(say("Expires in ", Tone.DIM), say(left, Tone.BUSY)))

    def action_copy(self) -> None:
        self.host.copy(self._code.verification_uri)
        self.host.say("Copied the address through the terminal.")

    def action_scroll(self, where: str) -> None:
        keymap.scroll(self.query_one(Box), where)
