"""What the list's keys do to one server. Every answer comes back as a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from keyrack.domain.model import Check, CredentialInfo, Server
from keyrack.domain.status import UNTESTED, State, is_due
from keyrack.operations.clearing import clear as clear_op
from keyrack.operations.receipt import Receipt
from keyrack.operations.servers import check as check_op
from keyrack.operations.servers.overview import Row
from keyrack.operations.tokens import get_token as get_token_op
from keyrack.operations.tokens import refresh as refresh_op
from keyrack.operations.tokens.get_token import IssuedToken
from keyrack.tui.kit import keymap
from keyrack.tui.kit.background import in_background
from keyrack.tui.kit.present import error_text, safe, title
from keyrack.wording.states import state_words
from keyrack.wording.times import lasting

if TYPE_CHECKING:
    from keyrack.tui.clear.clear import Clearing
    from keyrack.tui.servers.main import MainScreen

VERDICTS = {
    "open": "it works without a login",
    "optional": "it works without a login, but perhaps not fully",
    "required": "it needs a credential",
    "accepted": "it accepts the token",
    "refused": "it refused the token",
    "unreachable": "it can't be reached",
    "unknown": "it did not say whether it needs a credential",
}


class RowActions:
    """Runs operations for the list, on the row of the key press."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen

    def run(self, what: str, row: Row) -> None:
        """`what`: login, refresh, token, check, clear, accounts, copy, show, command."""
        doing = self._screen.marks.busy.get(row.key)
        if doing and what in ("refresh", "check", "clear", "login"):
            self._say(f"{row.server.display_name}: still {doing}.")
            return
        actions: dict[str, Callable[[Row], None]] = {
            "login": self._login,
            "refresh": self._refresh,
            "token": self._token,
            "check": self._check,
            "clear": self._clear,
            "accounts": self._accounts,
            "copy": self._copy,
            "show": self._show,
            "command": self._command,
        }
        actions[what](row)

    def _login(self, row: Row) -> None:
        if self._no_address(row, "log in to"):
            return
        screen = self._screen

        def begin() -> None:
            from keyrack.tui.login.login import LoginScreen

            screen.app.push_screen(LoginScreen(row.server), lambda _: screen.look_again())

        screen.stores.when_open(begin)

    def _token(self, row: Row) -> None:
        if self._no_address(row, "store a token for"):
            return
        screen = self._screen

        def begin() -> None:
            from keyrack.tui.token.token import TokenScreen

            screen.app.push_screen(TokenScreen(row.server), lambda _: screen.look_again())

        screen.stores.when_open(begin)

    def _refresh(self, row: Row) -> None:
        if self._nothing_stored(row):
            return
        assert row.credential is not None
        if not row.credential.refreshable:
            self._say(f"{row.server.display_name}: {self._not_refreshable(row.credential)}", "warning")
            return
        adapters = self._screen.host.adapters
        self._start(row, "refreshing", lambda: refresh_op.refresh(adapters(), row.server), self._refreshed)

    def _not_refreshable(self, credential: CredentialInfo) -> str:
        if credential.kind == "token":
            key = keymap.key_of("token")
            return f"a token that was entered by hand can't be refreshed. Press {key} to enter a new one."
        now, key = self._screen.host.now(), keymap.key_of("login")
        if credential.refused_at is not None or is_due(credential, now, 0.0):
            return f"no refresh token was issued. Press {key} to log in again."
        works = lasting("works", credential.expires_at, now)
        return f"no refresh token was issued; the token {works}. Then press {key} to log in."

    def _refreshed(self, server: Server, credential: CredentialInfo) -> None:
        self._say(f"{server.display_name}: refreshed.")

    def _check(self, row: Row) -> None:
        if self._no_address(row, "check"):
            return
        adapters = self._screen.host.adapters
        self._start(row, "checking", lambda: check_op.check(adapters(), row.server), self._checked)

    def _checked(self, server: Server, check: Check) -> None:
        bad = check.verdict in ("refused", "unreachable")
        told = bad or check.reason == UNTESTED
        reason = f" ({check.reason.rstrip('.')})" if told and check.reason else ""
        words = f"{server.display_name}: {VERDICTS[check.verdict]}{reason}."
        self._say(words, "warning" if bad else "information")

    def _clear(self, row: Row) -> None:
        if self._nothing_stored(row):
            return
        from keyrack.tui.clear.clear import ClearScreen

        adapters = self._screen.host.adapters

        # The row of this moment: the cursor may stand elsewhere when the answer comes.
        def answered(wanted: Clearing | None) -> None:
            if wanted is not None:
                self._start(
                    row,
                    "clearing",
                    lambda: clear_op.clear(
                        adapters(), row.server, revoke=wanted.revoke, forget=wanted.forget
                    ),
                    self._cleared,
                )

        self._screen.app.push_screen(ClearScreen(row), answered)

    def _cleared(self, server: Server, receipt: Receipt) -> None:
        from keyrack.tui.kit.receipt import ReceiptScreen

        head = "Cleared" if receipt.ok else "Not everything was done"
        self._screen.app.push_screen(ReceiptScreen(title(head, server.display_name), [("", receipt)]))

    def _accounts(self, row: Row) -> None:
        if self._no_address(row, "log in to"):
            return
        from keyrack.tui.accounts.accounts import AccountsScreen

        self._screen.app.push_screen(AccountsScreen(self._screen, row.server))

    def _copy(self, row: Row) -> None:
        self._after_asking(
            row,
            "Copy token",
            "The access token goes to the clipboard, where every program can read it.",
            "Copy",
            self._copied,
        )

    def _copied(self, server: Server, handed: IssuedToken) -> None:
        self._screen.host.copy(handed.token.reveal())
        self._say(f"{server.display_name}: copied the access token.")

    def _show(self, row: Row) -> None:
        self._after_asking(
            row,
            "Show token",
            "The access token is shown for 10 seconds. Anyone who sees your screen can read it.",
            "Show",
            self._reveal,
        )

    def _reveal(self, server: Server, handed: IssuedToken) -> None:
        from keyrack.tui.token.reveal import RevealScreen

        self._screen.app.push_screen(RevealScreen(server.display_name, handed.token))

    def _command(self, row: Row) -> None:
        if row.command is None:
            self._say(f"{row.server.display_name}: {state_words(row.status.state)}; there is nothing to do.")
            return
        if safe(row.command) != row.command:
            self._say(
                f"{row.server.display_name}: its name can't be typed, so there is no command for it.",
                "warning",
            )
            return
        self._screen.host.copy(row.command)
        self._say(f"Copied: {row.command}")

    def _start(
        self, row: Row, doing: str, work: Callable[[], Any], tell: Callable[[Server, Any], None]
    ) -> None:
        screen = self._screen

        def done(result: Any) -> None:
            screen.marks.end(row.key)
            screen.refresh_rows()
            screen.look()
            tell(row.server, result)

        def failed(error: Exception) -> None:
            screen.marks.fail(row, doing, screen.host.now(), error_text(error))
            screen.refresh_rows()
            screen.look()
            screen.host.say_error(error)

        def begin() -> None:
            screen.marks.begin(row.key, doing)
            screen.refresh_rows()
            in_background(screen, work, done, failed)

        if row.credential is not None:
            screen.stores.when_open(begin)
        else:
            begin()

    def _after_asking(
        self, row: Row, head: str, question: str, yes: str, then: Callable[[Server, IssuedToken], None]
    ) -> None:
        if self._nothing_stored(row):
            return
        from keyrack.tui.kit.confirm import ConfirmScreen

        adapters = self._screen.host.adapters

        def answered(agreed: bool | None) -> None:
            if agreed:
                self._start(row, "reading", lambda: get_token_op.get_token(adapters(), row.server), then)

        self._screen.app.push_screen(ConfirmScreen(head, row.server.display_name, question, yes), answered)

    def _no_address(self, row: Row, what: str) -> bool:
        if row.server.problem:
            self._say(f"{row.server.display_name}: {row.server.problem}", "warning")
            return True
        if row.server.url is None:
            self._say(f"{row.server.name} is a local process: there is nothing to {what}.", "warning")
            return True
        if row.server.address_key is not None and what != "check":
            words = f"{row.server.display_name} has a key in its URL: there is nothing to {what}."
            self._say(words, "warning")
            return True
        return False

    def _nothing_stored(self, row: Row) -> bool:
        if row.credential is not None:
            return False
        if row.status.state is State.NO_CREDENTIAL:
            login, token = keymap.key_of("login"), keymap.key_of("token")
            words = f"nothing is stored yet. Press {login} to log in, or {token} to enter a token."
        else:
            words = f"keyrack has no credential for it. {row.status.reason}"
        self._say(f"{row.server.display_name}: {words}", "warning")
        return True

    def _say(self, sentence: str, severity: Any = "information") -> None:
        self._screen.host.say(sentence, severity=severity)
