"""One operation on one server: shown in its row while it runs, and reported when it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keyrack.domain.model import Server
from keyrack.operations.servers.overview import Row
from keyrack.tui.host import Severity
from keyrack.tui.kit.background import in_background
from keyrack.tui.kit.present import error_text
from keyrack.tui.servers.list_screen import ListScreen
from keyrack.tui.servers.row_words import cannot_ask, nothing_stored


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
        why = cannot_ask(row.server, what)
        if why:
            self.say(f"{row.server.display_name}: {why}", "warning")
        return bool(why)

    def nothing_stored(self, row: Row) -> bool:
        """Return whether keyrack has no credential for the row, and if so, tell the user."""
        if row.credential is not None:
            return False
        self.say(f"{row.server.display_name}: {nothing_stored(row)}", "warning")
        return True

    def say(self, sentence: str, severity: Severity = "information", *, stays: bool = False) -> None:
        self.screen.host.say(sentence, severity=severity, stays=stays)
