"""Logs in to several servers, one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from keyrack.domain.errors import Cancelled
from keyrack.domain.model import CredentialInfo
from keyrack.operations.login.series import Group, Pages, grouped, needs_none
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.servers.overview import Row
from keyrack.tui.kit.present import error_text
from keyrack.tui.login.of_several import LoginOfSeveral, Outcome
from keyrack.tui.many.login_start import LoginStartScreen
from keyrack.tui.many.many_actions import Left, divided
from keyrack.tui.many.summary import Results
from keyrack.tui.servers.row_words import cannot_ask
from keyrack.wording.times import lasting

if TYPE_CHECKING:
    from keyrack.tui.servers.list_screen import ListScreen


class LoginSeries:
    """A failure does not stop the others; a summary follows."""

    def __init__(self, screen: ListScreen) -> None:
        self._screen = screen

    def begin(self, rows: list[Row]) -> None:
        """Ask whether to, with the servers in the order of their sign-in pages."""
        able, left = divided(rows, lambda row: cannot_ask(row.server, "log in to") or needs_none(row))
        host = self._screen.host
        if not able:
            host.say("None of the marked servers needs a login.", severity="warning")
            return
        groups = grouped(able)

        def answered(agreed: bool | None) -> None:
            if agreed:
                self._screen.when_open(lambda: _Run(self._screen, groups, left).next())

        host.push_screen(LoginStartScreen(groups, left), answered)


class _Run:
    def __init__(self, screen: ListScreen, groups: Sequence[Group], left: Left) -> None:
        self._screen = screen
        self._pages = Pages(group.origin for group in groups if group.origin)
        self._waiting = deque(row for group in groups for row in group.rows)
        self._total = len(self._waiting)
        self._results = Results("Logged in", left)

    def next(self) -> None:
        """Begin the next login, or show the summary."""
        if not self._waiting:
            self._finish()
            return
        row = self._waiting.popleft()
        place = f"{self._total - len(self._waiting)} of {self._total}"
        login = LoginOfSeveral(row.server, place, self._pages)
        self._screen.host.push_screen(login, lambda _: self._ended(row, login.outcome or "stopped"))

    def _ended(self, row: Row, outcome: Outcome) -> None:
        match outcome:
            case "stopped":
                self._waiting.appendleft(row)
                self._finish()
                return
            case "skipped":
                self._results.add(row, Receipt((Line("", "nothing to do", "skipped."),)))
            case CredentialInfo():
                works = lasting("the token works", outcome.expires_at, self._screen.host.now())
                self._results.add(row, Receipt((Line("", "done", f"{works}."),)))
            case Cancelled():
                self._results.add(row, Receipt((Line("", "nothing to do", "canceled."),)))
            case _:
                self._results.failed(row, error_text(outcome))
        self.next()

    def _finish(self) -> None:
        screen = self._screen
        self._results.not_started(self._waiting)
        screen.look_again()
        screen.look(lambda: screen.when_on_top(lambda: self._results.show(screen)))
