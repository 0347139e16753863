"""What the list's keys do to one server. Every result is reported in a sentence.

A screen only returns its result. What happens next, and which screen follows, is decided here and in the
features' own actions.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from keyrack.domain.model import Check, CredentialInfo, Server
from keyrack.domain.status import UNTESTED, is_due
from keyrack.operations.servers import check as check_op
from keyrack.operations.servers.overview import Row
from keyrack.operations.tokens import refresh as refresh_op
from keyrack.tui.kit import keymap
from keyrack.tui.kit.present import safe
from keyrack.tui.servers.list_screen import ListScreen
from keyrack.tui.servers.row_work import RowWork
from keyrack.wording.states import status_words
from keyrack.wording.times import lasting

if TYPE_CHECKING:
    from keyrack.tui.clear.clear_actions import ClearActions
    from keyrack.tui.sharing.adopt_actions import AdoptActions
    from keyrack.tui.sharing.connect_actions import ConnectActions
    from keyrack.tui.sharing.publish_actions import PublishActions
    from keyrack.tui.sharing.sharing_actions import SharingActions
    from keyrack.tui.token.token_actions import TokenActions

VERDICTS = {
    "open": "it works without a login",
    "optional": "it works without a login, but perhaps not fully",
    "required": "it needs a credential",
    "accepted": "it accepts the token",
    "refused": "it refused the token",
    "unreachable": "it can't be reached",
    "unknown": "it did not say whether it needs a credential",
}
BUSY = ("refresh", "check", "clear", "login", "import", "publish", "connect", "adopt")  # one at a time


class RowActions:
    """Runs the list's operations on the row that was selected when the key was pressed."""

    def __init__(self, screen: ListScreen) -> None:
        self._screen, self._work = screen, RowWork(screen)

    # Built on first use, so that the first key does not wait for their screens' imports.

    @cached_property
    def _tokens(self) -> TokenActions:
        from keyrack.tui.token.token_actions import TokenActions

        return TokenActions(self._work)

    @cached_property
    def _clearing(self) -> ClearActions:
        from keyrack.tui.clear.clear_actions import ClearActions

        return ClearActions(self._work)

    @cached_property
    def sharing(self) -> SharingActions:
        from keyrack.tui.sharing.sharing_actions import SharingActions

        return SharingActions(self._work)

    @cached_property
    def _adopting(self) -> AdoptActions:
        from keyrack.tui.sharing.adopt_actions import AdoptActions

        return AdoptActions(self._work)

    @cached_property
    def publishing(self) -> PublishActions:
        from keyrack.tui.sharing.publish_actions import PublishActions

        return PublishActions(self._work)

    @cached_property
    def connecting(self) -> ConnectActions:
        from keyrack.tui.sharing.connect_actions import ConnectActions

        return ConnectActions(self._work)

    def run(self, what: str, row: Row) -> None:
        """Run `what`: login, refresh, token, check, clear, import, publish, connect, clear-there, adopt,
        accounts, copy, show or command."""
        doing = self._screen.marks.busy.get(row.key)
        if doing and what in BUSY:
            self._work.say(f"{row.server.display_name}: still {doing}.")
            return
        actions: dict[str, Callable[[Row], None]] = {
            "login": self._login,
            "refresh": self._refresh,
            "token": lambda row: self._tokens.enter(row),
            "check": self._check,
            "clear": lambda row: self._clearing.clear(row),
            "import": lambda row: self.sharing.take_over(row, row.elsewhere),
            "publish": lambda row: self.publishing.publish(row),
            "connect": lambda row: self.connecting.connect(row),
            "clear-there": lambda row: self.sharing.clear_there(row.server, row.elsewhere),
            "adopt": lambda row: self._adopting.adopt(row),
            "accounts": self._accounts,
            "copy": lambda row: self._tokens.copy(row),
            "show": lambda row: self._tokens.show(row),
            "command": self._command,
        }
        actions[what](row)

    def _login(self, row: Row) -> None:
        if self._work.no_address(row, "log in to"):
            return
        screen = self._screen

        def ended(answer: CredentialInfo | Literal["token"] | None) -> None:
            screen.look_again()
            if answer == "token":
                self._tokens.enter(row)

        def begin() -> None:
            from keyrack.tui.login.login import LoginScreen

            screen.host.push_screen(LoginScreen(row.server), ended)

        screen.when_open(begin)

    def _refresh(self, row: Row) -> None:
        if self._work.nothing_stored(row):
            return
        assert row.credential is not None
        if not row.credential.refreshable:
            self._work.say(f"{row.server.display_name}: {self._not_refreshable(row.credential)}", "warning")
            return
        adapters = self._screen.host.adapters
        self._work.start(
            row, "refreshing", lambda: refresh_op.refresh(adapters(), row.server), self._refreshed
        )

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
        self._work.say(f"{server.display_name}: refreshed.")
        if server.publish:
            from keyrack.tui.servers.publishing import publish_later

            publish_later(self._screen, server)

    def _check(self, row: Row) -> None:
        if self._work.no_address(row, "check"):
            return
        adapters = self._screen.host.adapters
        self._work.start(row, "checking", lambda: check_op.check(adapters(), row.server), self._checked)

    def _checked(self, server: Server, check: Check) -> None:
        bad = check.verdict in ("refused", "unreachable")
        told = bad or check.reason == UNTESTED
        reason = f" ({check.reason.rstrip('.')})" if told and check.reason else ""
        words = f"{server.display_name}: {VERDICTS[check.verdict]}{reason}."
        self._work.say(words, "warning" if bad else "information")

    def _accounts(self, row: Row) -> None:
        if self._work.no_address(row, "log in to"):
            return
        from keyrack.tui.accounts.accounts import AccountsScreen

        self._screen.host.push_screen(AccountsScreen(row.server, self._screen.looked, self.run))

    def _command(self, row: Row) -> None:
        if row.command is None:
            self._work.say(f"{row.server.display_name}: {status_words(row.status)}; there is nothing to do.")
            return
        if safe(row.command) != row.command:
            self._work.say(
                f"{row.server.display_name}: its name can't be typed, so there is no command for it.",
                "warning",
            )
            return
        self._screen.host.copy(row.command)
        self._work.say(f"Copied: {row.command}")
