"""The form for a manual token: what it is, where to create one, and whether it works."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from keyrack.domain.errors import Cancelled, KeyrackError, StoreAbsent, TokenRefused
from keyrack.domain.model import Server
from keyrack.domain.secret import Secret
from keyrack.domain.service import Service
from keyrack.operations.tokens import other_headers as others_op
from keyrack.operations.tokens import set_token as set_token_op
from keyrack.operations.tokens.other_headers import Way
from keyrack.operations.tokens.service import service_for
from keyrack.operations.tokens.set_token import TokenSaved, Typed
from keyrack.tui.kit import keymap
from keyrack.tui.kit.background import deliver, in_background
from keyrack.tui.kit.choice import Tick
from keyrack.tui.kit.dialog import Box
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.keyed import IN_LIST
from keyrack.tui.kit.link import Link
from keyrack.tui.kit.present import error_text, join, say, title
from keyrack.tui.kit.reading import ReadingDialog
from keyrack.tui.kit.secret_input import SecretInput
from keyrack.tui.kit.styles import BOX, FORM
from keyrack.tui.token.header_field import HeaderField
from keyrack.tui.token.other_headers import offer
from keyrack.tui.token.pages import open_page, page_words
from keyrack.tui.token.token_field import TokenField
from keyrack.tui.token.token_form import (
    UNKNOWN,
    about,
    expiry_hint,
    missing_site,
    question,
    region_of,
    typed_expiry,
)
from keyrack.tui.token.token_saved import SavedToken
from keyrack.wording.tones import Tone


def _item(sign: str, words: str) -> ComposeResult:
    """A list item whose wrapped lines are indented past its sign."""
    with Horizontal(classes="item"):
        yield Static(say(sign, Tone.DIM), classes="sign")
        yield Static(say(words, Tone.DIM), classes="value")


class TokenScreen(ReadingDialog[SavedToken]):
    """The screen's result says what was stored; None if nothing was."""

    CSS_PATH: ClassVar = [BOX, FORM]
    BINDINGS: ClassVar = [*keymap.TOKEN_FORM]
    AUTO_FOCUS = "TokenField SecretInput, TokenField Input"

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server
        self._known: Service | None = None  # the known service, if any
        self._service: Service | None = None  # the same, if its server accepts a manual token
        self._saving = False
        self._refused: Typed | None = None  # what the server refused, if it may take it in another header

    def read(self) -> Service | None:
        return service_for(self.host.adapters(), self._server.url)

    def take(self, found: Service | None) -> None:
        self._known = found
        self._service = found if found is not None and found.takes_token else None

    def waiting(self) -> ComposeResult:
        with Box(title("Token", self._server.display_name), classes="form token", id="form"):
            yield Static(say("Looking up the service…", Tone.DIM))
            yield KeyLine(keymap.TOKEN[:1])

    def content(self) -> ComposeResult:
        service = self._service
        with Box(title("Token", self._server.display_name), classes="form token", id="form"):
            if service is not None:
                yield from self._of_service(service)
            else:
                yield from self._of_nobody()
            for place, field in enumerate(service.fields if service else UNKNOWN):
                token_field = TokenField(field, service)
                token_field.set_class(place == 0, "gap")
                yield token_field
            yield HeaderField(service)
            with Horizontal(classes="field close-by"):
                yield Static("Expires", classes="label")
                yield Input(placeholder=expiry_hint(service), id="expires", compact=True)
            yield Tick("Test it on the server before saving", value=True, id="try")
            if service is not None and (asked := question(service)):
                yield Tick(asked, id="ask")
            yield Static("", id="said")
            if service is not None:
                yield from self._small_print(service)
            yield KeyLine(self._keys())

    def _of_service(self, service: Service) -> ComposeResult:
        region = region_of(service, self._server.url or "")
        yield Static(
            join(
                say(service.name, Tone.STRONG),
                say(f" · {service.token_name}"),
                say(f" · {region}" if region else "", Tone.DIM),
            )
        )
        for number, step in enumerate(service.steps, 1):
            yield from _item(str(number), step)
        if service.page:
            yield Link(page_words(service.page), "open_page", id="page")

    def _of_nobody(self) -> ComposeResult:
        yield Static(say(f"For {self._server.url}. Create the token on the service's own page.", Tone.DIM))
        if (known := self._known) is not None:
            words = f"{known.name} may not accept tokens here: keyrack only knows its OAuth login."
            yield Static(join(say("! ", Tone.WARN), say(words)), id="untold")

    def _small_print(self, service: Service) -> ComposeResult:
        yield Static(say(about(service), Tone.DIM), id="about")
        for note in service.notes:
            yield from _item("·", note)

    def _keys(self) -> list[Binding]:
        page = [keymap.TOKEN_PAGE] if self._service is not None and self._service.page else []
        cancel, save = keymap.TOKEN
        return [*page, save, *(keymap.TOKEN_OTHERS if self._refused else ()), cancel]

    def filled(self) -> None:
        self.query_one("#said").display = False

    @property
    def _fields(self) -> list[TokenField]:
        return list(self.query(TokenField))

    @on(SecretInput.Changed)
    @on(Input.Changed)
    def _typed(self) -> None:
        filled = {each.field.key for each in self._fields if each.filled}
        self.query_one(HeaderField).show(filled)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def action_change_header(self) -> None:
        self.query_one(HeaderField).open()

    def action_open_page(self) -> None:
        if self._service is not None and self._service.page:
            open_page(self, self._service.page)

    def action_save(self) -> None:
        if self._saving or self.reading:
            return
        try_it = self.query_one("#try", Tick).value
        ask = any(tick.value for tick in self.query("#ask").results(Tick))
        try:
            typed = self._read(ask)
        except KeyrackError as error:
            self._say(say(error_text(error, IN_LIST), Tone.BAD))
            return
        adapters, server = self.host.adapters, self._server
        doing = "Testing it on the server…" if try_it else "Asking the service…" if ask else "Saving…"
        self._start(
            doing,
            lambda: set_token_op.set_token(adapters(), server, typed, try_it=try_it, at_service=ask),
            asked=ask,
            typed=typed,
        )

    def _start(self, doing: str, work: Callable[[], TokenSaved], *, asked: bool, typed: Typed) -> None:
        self._saving = True
        self._say(say(doing, Tone.BUSY))
        # Call back in the app: the token may be stored after escape, and the list must be updated.
        in_background(
            self.app,
            work,
            lambda saved: self._saved(saved, asked=asked),
            lambda error: self._failed(error, typed),
        )

    def action_try_others(self) -> None:
        """Try the token in the other usual headers, and store it with the one that works."""
        typed = self._refused
        if self._saving or typed is None:
            return
        try:
            typed = self._read(False)._replace(header=typed.header, template=typed.template)
        except KeyrackError as error:
            self._say(say(error_text(error, IN_LIST), Tone.BAD))
            return
        adapters, server = self.host.adapters, self._server

        def one(way: Way) -> None:
            if not self.is_attached:
                raise Cancelled("Nothing was stored.")
            deliver(self, self._say, say(f"Testing it in {way.words}…", Tone.BUSY))

        self._start(
            "Testing it in other headers…",
            lambda: others_op.set_in_other_header(adapters(), server, typed, on_try=one),
            asked=False,
            typed=typed,
        )

    def action_name_header(self) -> None:
        if self._refused is not None:
            self.query_one(HeaderField).open()

    def _read(self, ask: bool) -> Typed:
        """Return what was typed. Raises KeyrackError, and focuses the field that is wrong."""
        values: dict[str, Secret] = {}
        fields = self._fields
        for each in fields:
            try:
                value = each.typed()
            except KeyrackError as error:
                each.take_focus()
                named = len(fields) == 1 or each.field.label in str(error)
                sentence = str(error) if named else f"{each.field.label}: {error}"
                raise KeyrackError(sentence, hint=error.hint) from None
            if value is not None:
                values[each.field.key] = value
        if ask and self._service is not None and (missing := missing_site(self._service, values)):
            hint = "Enter it, or uncheck the box."
            raise KeyrackError(f"{missing} is needed to ask there.", hint=hint)
        header, template = self.query_one(HeaderField).typed()
        expires_at = typed_expiry(self.query_one("#expires", Input).value, self.host.now())
        return Typed(values, header, template, expires_at)

    def _saved(self, saved: TokenSaved, *, asked: bool) -> None:
        if not self.is_open:
            self.host.look_again()
            self.host.say(f"{self._server.display_name}: the token was stored anyway.")
            return
        self._wipe()
        never = self._service is not None and self._service.never_expires
        self.dismiss(SavedToken(saved, asked, never))

    def _failed(self, error: Exception, typed: Typed) -> None:
        self._saving = False
        if not self.is_open:
            if not isinstance(error, Cancelled):
                self.host.say_error(error)
            return
        if isinstance(error, TokenRefused) and error.in_other_header:
            self._refused = typed
            self._say(offer(error, typed))
        else:
            self._refused = None
            self._say(say(error_text(error, IN_LIST), Tone.BAD))
        self.query_one(KeyLine).show(self._keys())
        if isinstance(error, StoreAbsent):
            from keyrack.tui.storage.setup import set_up_storage

            set_up_storage(self.host, self._server.display_name, str(error), self._with_a_place)

    def _with_a_place(self, found: bool) -> None:
        if found:
            self.action_save()

    def action_close(self) -> None:
        self._wipe()
        self.dismiss(None)

    def _wipe(self) -> None:
        for each in self._fields:
            each.wipe()

    def _say(self, words: Content) -> None:
        said = self.query_one("#said", Static)
        said.display = True
        said.update(words)
        said.call_after_refresh(said.scroll_visible, animate=False)
