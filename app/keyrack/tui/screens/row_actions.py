"""What the list's keys do to servers. Every answer comes back as a sentence."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from keyrack.domain.model import Check, Credential, Server
from keyrack.domain.status import EXPIRY_WINDOW, State, is_due
from keyrack.operations import check as check_op
from keyrack.operations import clear as clear_op
from keyrack.operations import hand_out as hand_out_op
from keyrack.operations import refresh as refresh_op
from keyrack.operations.hand_out import HandedOut
from keyrack.operations.many import Many
from keyrack.operations.overview import Row
from keyrack.operations.receipt import Receipt
from keyrack.tui import keymap
from keyrack.tui.present import safe, state_words
from keyrack.tui.work import in_background, many

if TYPE_CHECKING:
    from keyrack.tui.screens.clear import Clearing
    from keyrack.tui.screens.main import MainScreen

VERDICTS = {
    "open": "it answers without a credential",
    "optional": "it answers without a credential, but not everything",
    "required": "it wants a credential",
    "accepted": "it takes the token",
    "refused": "it refused the token",
    "unreachable": "it can't be reached",
    "unknown": "it did not say whether it wants a credential",
}


class RowActions:
    """Runs operations for the list: for one row, or for many side by side."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._many: Many[str] | None = None
        self._failures: list[str] = []

    def run(self, what: str, row: Row) -> None:
        """`what`: login, refresh, token, check, clear, copy, show, command."""
        if row.key in self._screen.busy and what in ("refresh", "check", "clear", "login"):
            self._say(f"{row.server.name}: still {self._screen.busy[row.key]}.")
            return
        actions: dict[str, Callable[[Row], None]] = {
            "login": self._login,
            "refresh": self._refresh,
            "token": self._token,
            "check": self._check,
            "clear": self._clear,
            "copy": self._copy,
            "show": self._show,
            "command": self._command,
        }
        actions[what](row)

    def stop(self) -> bool:
        """Begin no more of what runs for many; False when nothing of the kind runs."""
        if self._many is None:
            return False
        self._many.stop()
        self._screen.show_progress("stopping…", 1.0)
        return True

    # -- one row

    def _login(self, row: Row) -> None:
        if self._no_address(row, "log in to"):
            return
        from keyrack.tui.screens.login import LoginScreen

        self._screen.app.push_screen(LoginScreen(row.server), self._after_login)

    def _after_login(self, outcome: object) -> None:
        self._screen.forget_store()
        self._screen.look()

    def _token(self, row: Row) -> None:
        if self._no_address(row, "keep a token for"):
            return
        from keyrack.tui.screens.token import TokenScreen

        self._screen.app.push_screen(TokenScreen(row.server), partial(self._after_token, row.server.name))

    def _after_token(self, name: str, saved: bool | None) -> None:
        if saved:
            self._say(f"{name}: the token is stored.")
        self._screen.forget_store()
        self._screen.look()

    def _refresh(self, row: Row) -> None:
        if self._nothing_stored(row):
            return
        assert row.credential is not None
        if not row.credential.refreshable:
            key = keymap.key_of("token" if row.credential.kind == "token" else "login")
            self._say(f"{row.server.name}: there is no refresh token. Press {key} for a new one.", "warning")
            return
        parts = self._screen.host.parts
        self._start(row, "refreshing", lambda: refresh_op.refresh(parts(), row.server), self._refreshed)

    def _refreshed(self, server: Server, credential: Credential) -> None:
        self._say(f"{server.name}: refreshed.")

    def _check(self, row: Row) -> None:
        if self._no_address(row, "check"):
            return
        parts = self._screen.host.parts
        self._start(row, "checking", lambda: check_op.check(parts(), row.server), self._checked)

    def _checked(self, server: Server, check: Check) -> None:
        bad = check.verdict in ("refused", "unreachable")
        reason = f" ({check.reason.rstrip('.')})" if bad and check.reason else ""
        self._say(f"{server.name}: {VERDICTS[check.verdict]}{reason}.", "warning" if bad else "information")

    def _clear(self, row: Row) -> None:
        if self._nothing_stored(row):
            return
        from keyrack.tui.screens.clear import ClearScreen

        parts = self._screen.host.parts

        # The row of this moment: the cursor may stand elsewhere when the answer comes.
        def answered(wanted: Clearing | None) -> None:
            if wanted is not None:
                self._start(
                    row,
                    "clearing",
                    lambda: clear_op.clear(parts(), row.server, revoke=wanted.revoke, forget=wanted.forget),
                    self._cleared,
                )

        self._screen.app.push_screen(ClearScreen(row), answered)

    def _cleared(self, server: Server, receipt: Receipt) -> None:
        from keyrack.tui.screens.receipt import ReceiptScreen

        self._screen.app.push_screen(ReceiptScreen(server.name, receipt))

    def _copy(self, row: Row) -> None:
        self._after_asking(
            row,
            "Copy token",
            "The access token goes to the clipboard, where every program can read it.",
            "Copy",
            self._copied,
        )

    def _copied(self, server: Server, handed: HandedOut) -> None:
        self._screen.host.copy(handed.token.reveal())
        self._say(f"{server.name}: the access token is in the clipboard.")

    def _show(self, row: Row) -> None:
        self._after_asking(
            row,
            "Show token",
            "The access token is shown for 10 seconds, for all who see this screen.",
            "Show",
            self._reveal,
        )

    def _reveal(self, server: Server, handed: HandedOut) -> None:
        from keyrack.tui.screens.reveal import RevealScreen

        self._screen.app.push_screen(RevealScreen(server.name, handed.token))

    def _command(self, row: Row) -> None:
        if row.command is None:
            self._say(f"{row.server.name}: {state_words(row.status.state)}; nothing has to be done.")
            return
        if safe(row.command) != row.command:
            self._say(f"{row.server.name}: its name can't be typed, so there is no command.", "warning")
            return
        self._screen.host.copy(row.command)
        self._say(f"Copied: {row.command}")

    # -- many rows

    def refresh_due(self) -> None:
        """Refresh all credentials that are due and can be."""
        now = self._screen.host.now()
        due = [
            row
            for row in self._screen.rows.values()
            if row.credential is not None
            and row.credential.refreshable
            and row.credential.refused_at is None
            and (row.status.state in (State.EXPIRING, State.REFRESHABLE) or is_due(row.credential, now))
        ]
        if not due:
            self._say("Nothing is due.")
            return
        parts = self._screen.host.parts

        def work(server: Server) -> Credential:
            # Another process may have been quicker since the list was read.
            return refresh_op.refresh(parts(), server, min_valid=EXPIRY_WINDOW)

        self._start_many(due, "refreshing", "refreshed", work)

    def check_all(self) -> None:
        """Ask every server that has an address."""
        rows = [row for row in self._screen.rows.values() if row.server.url and not row.server.problem]
        if not rows:
            self._say("There is no server to ask.")
            return
        parts = self._screen.host.parts
        self._start_many(rows, "checking", "checked", lambda server: check_op.check(parts(), server))

    def _start_many(self, rows: list[Row], doing: str, done: str, work: Callable[[Server], Any]) -> None:
        screen = self._screen
        if self._many is not None:
            self._say("Something runs already; esc stops it.")
            return
        servers = {row.key: row.server for row in rows if row.key not in screen.busy}
        screen.busy.update(dict.fromkeys(servers, doing))
        self._failures = []
        finished = 0

        def one(key: str, outcome: Any) -> None:
            nonlocal finished
            finished += 1
            screen.busy.pop(key, None)
            if isinstance(outcome, Exception):
                self._failures.append(servers[key].name)
            screen.show_progress(f"{doing} {finished} of {len(servers)}", finished / len(servers))
            screen.look()

        def end() -> None:
            self._many = None
            for key in servers:
                screen.busy.pop(key, None)
            screen.show_progress("", 0.0)
            screen.look()
            self._sum_up(finished, len(servers), done)

        screen.show_progress(f"{doing} 0 of {len(servers)}", 0.0)
        screen.refresh_rows()
        self._many = many(screen, servers, lambda key: work(servers[key]), one, end)

    def _sum_up(self, finished: int, asked: int, done: str) -> None:
        good = finished - len(self._failures)
        words = f"{good} of {asked} {done}."
        if finished < asked:
            words += " Stopped."
        if self._failures:
            names = ", ".join(self._failures[:3]) + (" …" if len(self._failures) > 3 else "")
            words += f" Failed: {names}."
        self._say(words, "warning" if self._failures else "information")

    # -- helpers

    def _start(
        self, row: Row, doing: str, work: Callable[[], Any], tell: Callable[[Server, Any], None]
    ) -> None:
        screen = self._screen

        def finish() -> None:
            screen.busy.pop(row.key, None)
            screen.refresh_rows()
            screen.look()

        def done(result: Any) -> None:
            finish()
            tell(row.server, result)

        def failed(error: Exception) -> None:
            finish()
            screen.host.say_error(error)

        screen.busy[row.key] = doing
        screen.refresh_rows()
        in_background(screen, work, done, failed)

    def _after_asking(
        self, row: Row, head: str, question: str, yes: str, then: Callable[[Server, HandedOut], None]
    ) -> None:
        if self._nothing_stored(row):
            return
        from keyrack.tui.screens.confirm import ConfirmScreen

        parts = self._screen.host.parts

        def answered(agreed: bool | None) -> None:
            if agreed:
                self._start(row, "reading", lambda: hand_out_op.hand_out(parts(), row.server), then)

        self._screen.app.push_screen(ConfirmScreen(head, row.server.name, question, yes), answered)

    def _no_address(self, row: Row, what: str) -> bool:
        if row.server.problem:
            self._say(f"{row.server.name}: {row.server.problem}", "warning")
            return True
        if row.server.url is None:
            self._say(f"{row.server.name} is a local process: there is nothing to {what}.", "warning")
            return True
        return False

    def _nothing_stored(self, row: Row) -> bool:
        if row.credential is not None:
            return False
        self._say(f"{row.server.name}: keyrack holds no credential for it. {row.status.reason}", "warning")
        return True

    def _say(self, sentence: str, severity: Any = "information") -> None:
        self._screen.host.say(sentence, severity=severity)
