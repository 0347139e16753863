"""One login of several: when it has ended the next one begins, and it can be skipped."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual.binding import Binding
from textual.content import Content

from keyrack.domain.errors import SignInTimeout, StoreAbsent
from keyrack.domain.model import CredentialInfo, Server
from keyrack.operations.login.series import Pages
from keyrack.operations.ports import Adapters
from keyrack.tui.kit import keymap
from keyrack.tui.kit.present import title
from keyrack.tui.login.login import LoginScreen

Outcome = CredentialInfo | Exception | Literal["skipped", "stopped"]


class LoginOfSeveral(LoginScreen):
    """Closes by itself, unless nobody has signed in in time: then nobody may be there for the next one."""

    BINDINGS: ClassVar = [keymap.LOGIN_SKIP, keymap.LOGIN_OPEN_PAGE]

    def __init__(self, server: Server, place: str, pages: Pages) -> None:
        """`place` is "2 of 10"."""
        super().__init__(server)
        self._place, self._pages = place, pages
        self.outcome: Outcome | None = None  # set before it closes

    @property
    def head(self) -> Content:
        return title("Log in", self._server.display_name, self._place)

    @property
    def keys(self) -> list[Binding]:
        if self._state.phase == "pasting":
            return super().keys
        more = [key for key in super().keys if key.key != "escape"]
        first = [keymap.LOGIN_OPEN_PAGE] if self._asks else []
        return [*first, *more, keymap.LOGIN_SKIP, keymap.LOGIN_STOP]

    @property
    def note(self) -> str:
        ask = f"Press {keymap.shown(keymap.LOGIN_OPEN_PAGE)} to open it." if self._asks else ""
        return " ".join(filter(None, (super().note, ask)))

    @property
    def _asks(self) -> bool:
        """Whether the page waits for a key, because the user has not agreed to its origin."""
        sign_in = self._state.sign_in
        return sign_in is not None and not self._pages.may_open(sign_in.url)

    @property
    def is_asking(self) -> bool:
        """The keyboard takes no key before a pause then: no page opens by an enter that is held down."""
        return self._state.phase == "waiting" and self._asks

    def adapters(self) -> Adapters:
        return self._pages.only_agreed(super().adapters())

    def _succeeded(self, attempt: int, credential: CredentialInfo) -> None:
        super()._succeeded(attempt, credential)
        if self._state.credential is credential:
            self._end(credential)

    def _show_failure(self, attempt: int, error: Exception, *, token_may_do: bool) -> None:
        super()._show_failure(attempt, error, token_may_do=token_may_do)
        if self._state.error is error and not isinstance(error, SignInTimeout | StoreAbsent):
            self._end(error)

    def _end(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.close_by_itself()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "open_page":
            return self.is_asking
        return super().check_action(action, parameters)

    def action_open_page(self) -> None:
        self.action_open_again()

    def action_open_again(self) -> None:
        if self._state.sign_in is not None:
            self._pages.agree(self._state.sign_in.url)
            self._show_phase()
        super().action_open_again()

    def action_skip(self) -> None:
        self.cancel()
        self.outcome = self.outcome or "skipped"
        self.dismiss(None)

    def action_close(self) -> None:
        if self.outcome is None and self._state.phase == "pasting":
            super().action_close()
            return
        if self.outcome is None:
            self.cancel()
            self.outcome = "stopped"
        self.dismiss(None)
