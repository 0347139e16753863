"""A dialog that adds a server to keyrack's own configuration, with a name and a URL."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from keyrack.domain.address_key import without_key
from keyrack.domain.errors import KeyrackError, UsageError
from keyrack.domain.resource import parse_url
from keyrack.tui.kit import keymap
from keyrack.tui.kit.background import in_background
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import error_text, say, title
from keyrack.tui.kit.styles import BOX, FORM
from keyrack.wording.tones import Tone


class AddScreen(Dialog[str]):
    """The result is the name of the added server."""

    CSS_PATH: ClassVar = [BOX, FORM]
    BINDINGS: ClassVar = [*keymap.ADD]
    AUTO_FOCUS = "#name"

    def compose(self) -> ComposeResult:
        with Box(title("Add a server"), classes="form"):
            with Horizontal(classes="field"):
                yield Static("Name", classes="label")
                yield Input(placeholder="linear", id="name", compact=True)
            with Horizontal(classes="field"):
                yield Static("Address", classes="label")
                yield Input(placeholder="https://mcp.linear.app/mcp", id="url", compact=True)
            yield Static("", id="said")
            yield KeyLine(reversed(keymap.ADD))

    def on_mount(self) -> None:
        self.query_one("#said").display = False

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input.id == "name":
            self.focus_next()
        else:
            self.action_save()

    def action_save(self) -> None:
        name = self.query_one("#name", Input).value.strip()
        try:
            if not name:
                raise UsageError("The server needs a name.")
            url = without_key(parse_url(self.query_one("#url", Input).value.strip()))
        except KeyrackError as error:
            self._failed(error)
            return
        adapters = self.host.adapters
        in_background(
            self,
            lambda: adapters().own_servers().add(name, {"url": url}),
            lambda _: self.dismiss(name),
            self._failed,
        )

    def _failed(self, error: Exception) -> None:
        said = self.query_one("#said", Static)
        said.display = True
        words: Content = say(error_text(error), Tone.BAD)
        said.update(words)
