"""A form for a server of keyrack's own file. The server is asked what it wants before it is saved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from keyrack.domain.errors import KeyrackError
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.server_settings import SETTINGS, Setting
from keyrack.operations.servers.own_entries import Affected, Entry
from keyrack.operations.servers.trying import Found
from keyrack.tui.editing.draft import NAME, URL, draft, has_key, texts_of
from keyrack.tui.editing.lines import LinesField
from keyrack.tui.editing.saving import save, tried
from keyrack.tui.kit import keymap
from keyrack.tui.kit.background import in_background
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.keyed import IN_LIST
from keyrack.tui.kit.link import Link
from keyrack.tui.kit.present import error_text, say, title
from keyrack.tui.kit.styles import BOX, FORM
from keyrack.wording.glyphs import FOLDED, UNFOLDED
from keyrack.wording.tones import Tone

CLOSED, OPEN = f"{FOLDED} More settings", f"{UNFOLDED} More settings"
SECRETS = "Headers take secrets from variables: ${NAME}. Tokens and client secrets are entered later."


class Saved(NamedTuple):
    name: str
    tried: Found | None  # None: the server was not asked
    affected: Affected


class ServerForm(Dialog[Saved]):
    """The result says what was saved. Without an `entry` it is a new server."""

    CSS_PATH: ClassVar = [BOX, FORM]
    BINDINGS: ClassVar = [*keymap.SERVER_FORM]
    AUTO_FOCUS = f"#{NAME}"

    def __init__(self, entry: Entry | None = None) -> None:
        super().__init__()
        self._entry, self._texts = entry, texts_of(entry)
        self._asking = 0  # the number of the attempt that is awaited; 0: none
        self._attempts = 0
        self._is_saving = False
        self._phase: keymap.FormPhase = "typing"

    def compose(self) -> ComposeResult:
        entry, texts = self._entry, self._texts
        head = title("Edit", entry.name) if entry else title("Add a server")
        with Box(head, classes="form server"):
            yield from self._line(NAME, "Name", texts[NAME], "linear")
            hidden = "as it is: it contains a key" if entry and has_key(entry) else ""
            yield from self._line(URL, "URL", texts[URL], hidden or "https://mcp.linear.app/mcp")
            for setting in SETTINGS:
                if setting.is_basic:
                    yield from self._field(setting)
            yield Link(say(CLOSED, Tone.KEY), "more", id="more-link")
            with Vertical(id="more"):
                for setting in SETTINGS:
                    if not setting.is_basic:
                        yield from self._field(setting)
            yield Static(say(SECRETS, Tone.DIM), classes="gap")
            yield Static("", id="said")
            yield KeyLine(keymap.server_form_keys("typing"))

    def _field(self, setting: Setting) -> Iterator[LinesField | Horizontal]:
        text = self._texts[setting.key]
        if setting.kind == "table":
            yield LinesField(setting.label, text, setting.what, id=setting.key)
        else:
            yield from self._line(setting.key, setting.label, text, setting.what)

    def _line(self, key: str, label: str, text: str, placeholder: str) -> Iterator[Horizontal]:
        entry = Input(text, placeholder=placeholder, id=key, compact=True)
        yield Horizontal(Static(label, classes="label"), entry, classes="field")

    def on_mount(self) -> None:
        self.query_one("#said").display = False
        used = any(self._texts[setting.key] for setting in SETTINGS if not setting.is_basic)
        self._show_more(used)

    def action_more(self) -> None:
        self._show_more(not self.query_one("#more").display)
        if self.query_one("#more").display:
            self.query_one("#more").query(Input).first().focus()
        else:
            self.query_one("#more-link").focus()

    def _show_more(self, is_open: bool) -> None:
        self.query_one("#more").display = is_open
        self.query_one("#more-link", Link).update(say(OPEN if is_open else CLOSED, Tone.KEY))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    @on(Input.Changed)
    def _typed(self) -> None:
        """What was found out is about what was there before."""
        if not self._asking and self.query_one("#said").display:
            self._say("", Tone.DIM, "typing")

    def action_save(self) -> None:
        self._begin(asks=True)

    def action_save_anyway(self) -> None:
        """Only what the server was asked about in vain: after a change it is asked again."""
        if self._phase == "refused":
            self._begin(asks=False)

    def action_close(self) -> None:
        """While the server is asked, only stop that; what is being saved is not stopped any more."""
        if self._is_saving:
            return
        if self._asking:
            self._asking = 0
            self._say("Stopped. Nothing was saved.", Tone.WARN, "failed")
        else:
            self.dismiss(None)

    def _begin(self, *, asks: bool) -> None:
        if self._asking:
            return
        typed = {key: self._text(key) for key in (NAME, URL, *(setting.key for setting in SETTINGS))}
        try:
            name, table = draft(self._entry, typed)
        except KeyrackError as error:
            self._failed(0, error)
            return
        self._attempts += 1
        attempt = self._asking = self._attempts
        self._say("Asking the server what it wants…" if asks else "Saving…", Tone.BUSY, "asking")
        adapters, entry = self.host.adapters, self._entry

        def save_now(found: Found | None) -> None:
            self._saving(attempt, name, table, found)

        def asked(found: Found | None) -> None:
            if attempt != self._asking:
                return
            if found is not None and not found.works:
                self._asking = 0
                self._say(f"{found.sentence} Nothing was saved.", Tone.BAD, "refused")
            else:
                save_now(found)

        in_background(
            self,
            lambda: tried(adapters(), entry, name, table, asks=asks),
            asked,
            lambda error: self._failed(attempt, error),
        )

    def _saving(self, attempt: int, name: str, table: dict[str, object], found: Found | None) -> None:
        adapters, entry = self.host.adapters, self._entry
        self._is_saving = True
        in_background(
            self,
            lambda: save(adapters(), entry, name, table, found),
            lambda affected: self.dismiss(Saved(name, found, affected)),
            lambda error: self._failed(attempt, error),
        )

    def _failed(self, attempt: int, error: Exception) -> None:
        self._is_saving = False
        if attempt == self._asking:
            self._asking = 0
            self._say(error_text(error, IN_LIST), Tone.BAD, "failed")

    def _text(self, key: str) -> str:
        field = self.query_one(f"#{key}")
        return field.text if isinstance(field, LinesField) else self.query_one(f"#{key}", Input).value

    def _say(self, words: str, tone: Tone, phase: keymap.FormPhase) -> None:
        self._phase = phase
        said = self.query_one("#said", Static)
        said.display = bool(words)
        said.update(say(words, tone))
        self.query_one(KeyLine).show(keymap.server_form_keys(phase))
        if words:
            said.scroll_visible(animate=False)
            self.query_one(Box).uncover(said)
