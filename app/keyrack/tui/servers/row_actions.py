"""What the list's keys do to one server. Every result is reported in a sentence.

A screen only returns its result. What happens next, and which screen follows, is decided here and in the
features' own actions.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from keyrack.domain.model import Check, CredentialInfo, Server
from keyrack.operations.servers import check as check_op
from keyrack.operations.servers.overview import Row
from keyrack.operations.tokens import refresh as refresh_op
from keyrack.tui.kit.present import safe
from keyrack.tui.servers.list_screen import ListScreen
from keyrack.tui.servers.row_words import checked, not_refreshable
from keyrack.tui.servers.row_work import RowWork
from keyrack.wording.states import status_words

if TYPE_CHECKING:
    from keyrack.tui.clear.clear_actions import ClearActions
    from keyrack.tui.editing.editing_actions import EditingActions
    from keyrack.tui.editing.file_opener import FileOpener
    from keyrack.tui.sharing.adopt_actions import AdoptActions
    from keyrack.tui.sharing.connect_actions import ConnectActions
    from keyrack.tui.sharing.publish_actions import PublishActions
    from keyrack.tui.sharing.sharing_actions import SharingActions
    from keyrack.tui.token.token_actions import TokenActions

# One at a time.
BUSY = ("refresh", "check", "clear", "login", "import", "publish", "connect", "adopt", "edit", "remove")


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

    @cached_property
    def editing(self) -> EditingActions:
        from keyrack.tui.editing.editing_actions import EditingActions

        return EditingActions(self._work)

    @cached_property
    def files(self) -> FileOpener:
        from keyrack.tui.editing.file_opener import FileOpener

        return FileOpener(self._screen)

    def _history(self, row: Row) -> None:
        from keyrack.tui.servers.history import HistoryScreen

        self._screen.host.push_screen(HistoryScreen(row))

    def run(self, what: str, row: Row) -> None:
        """Run `what`: login, refresh, token, check, clear, import, publish, connect, clear-there, adopt,
        accounts, copy, show, edit, remove, open, history or command."""
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
            "edit": lambda row: self.editing.edit(row),
            "remove": lambda row: self.editing.remove(row),
            "open": lambda row: self.files.open_row(row),
            "history": self._history,
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
        if why := not_refreshable(row.credential, self._screen.host.now()):
            self._work.say(f"{row.server.display_name}: {why}", "warning")
            return
        adapters = self._screen.host.adapters
        self._work.start(
            row, "refreshing", lambda: refresh_op.refresh(adapters(), row.server), self._refreshed
        )

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
        words = f"{server.display_name}: {checked(check)}"
        self._work.say(words, "warning" if check.verdict in ("refused", "unreachable") else "information")

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
