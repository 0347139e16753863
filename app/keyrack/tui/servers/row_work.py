"""One operation on one server: shown in its row while it runs, and reported when it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keyrack.domain.model import Server
from keyrack.domain.status import State
from keyrack.operations.servers.overview import Row
from keyrack.tui.host import Severity
from keyrack.tui.kit import keymap
from keyrack.tui.kit.background import in_background
from keyrack.tui.kit.present import error_text
from keyrack.tui.servers.list_screen import ListScreen


class RowWork:
    """What all actions on a row have in common."""

    def __init__(self, screen: ListScreen) -> None:
        self.screen = screen

    def start(
        self, row: Row, doing: str, work: Callable[[], Any], tell: Callable[[Server, Any], None]
    ) -> None:
        """Run `work` off the UI thread, and pass its result to `tell`.

        If the row has a credential, a locked vault is opened first. `doing` is a word such as "refreshing".
        """
        screen = self.screen

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
            screen.when_open(begin)
        else:
            begin()

    def no_address(self, row: Row, what: str) -> bool:
        """Return whether the server has no URL for this, and if so, tell the user.

        `what` is a phrase such as "log in to".
        """
        if row.server.problem:
            self.say(f"{row.server.display_name}: {row.server.problem}", "warning")
            return True
        if row.server.url is None:
            self.say(f"{row.server.name} is a local process: there is nothing to {what}.", "warning")
            return True
        if row.server.address_key is not None and what != "check":
            words = f"{row.server.display_name} has a key in its URL: there is nothing to {what}."
            self.say(words, "warning")
            return True
        return False

    def nothing_stored(self, row: Row) -> bool:
        """Return whether keyrack has no credential for the row, and if so, tell the user."""
        if row.credential is not None:
            return False
        if row.status.state is State.NO_CREDENTIAL:
            login, token = keymap.key_of("login"), keymap.key_of("token")
            words = f"nothing is stored yet. Press {login} to log in, or {token} to enter a token."
        else:
            words = f"keyrack has no credential for it. {row.status.reason}"
        self.say(f"{row.server.display_name}: {words}", "warning")
        return True

    def say(self, sentence: str, severity: Severity = "information", *, stays: bool = False) -> None:
        self.screen.host.say(sentence, severity=severity, stays=stays)
