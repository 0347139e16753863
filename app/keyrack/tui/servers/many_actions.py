"""Operations on many servers, a few at a time, with progress. Esc stops them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from keyrack.domain.model import CredentialInfo, Server
from keyrack.domain.status import EXPIRY_WINDOW
from keyrack.operations.servers import check as check_op
from keyrack.operations.servers.overview import Row
from keyrack.operations.tokens import refresh as refresh_op
from keyrack.system.batch import Batch
from keyrack.tui.kit.background import many
from keyrack.tui.kit.present import error_text

if TYPE_CHECKING:
    from keyrack.tui.host import Severity
    from keyrack.tui.servers.list_screen import ListScreen

REFRESHING = "refreshing"
NAMED = 3  # of those that failed, in the last sentence


class ManyActions:
    """Runs one operation over the list's rows. Failures are shown with their rows afterward."""

    def __init__(self, screen: ListScreen) -> None:
        self._screen = screen
        self._many: Batch[str] | None = None

    def refresh_due(self) -> None:
        """Refresh all credentials that are due and can be."""
        due = refresh_op.due(self._screen.rows.values(), self._screen.host.now())
        if not due:
            self._say("Nothing is due.")
            return
        adapters = self._screen.host.adapters

        def work(server: Server) -> CredentialInfo:
            # Another process may have been quicker since the list was read.
            return refresh_op.refresh(adapters(), server, min_valid=EXPIRY_WINDOW)

        self._start(due, REFRESHING, "refreshed", work)

    def check_all(self) -> None:
        """Ask every server that has an address, and is switched on somewhere."""
        rows = [
            row
            for row in self._screen.rows.values()
            if row.server.url and not row.server.problem and not row.server.is_off
        ]
        if not rows:
            self._say("There is no server to check.")
            return
        adapters = self._screen.host.adapters
        self._start(rows, "checking", "checked", lambda server: check_op.check(adapters(), server))

    def stop(self) -> bool:
        """Start no more; False if nothing is running."""
        if self._many is None:
            return False
        self._many.stop()
        self._screen.show_progress("stopping…", 1.0)
        return True

    def _start(self, rows: list[Row], doing: str, done: str, work: Callable[[Server], Any]) -> None:
        screen, marks = self._screen, self._screen.marks
        if self._many is not None:
            self._say("Another task is running; press esc to stop it.")
            return
        asked = {row.key: row for row in rows if row.key not in marks.busy}
        for key in asked:
            marks.begin(key, doing)
        failures: dict[str, str] = {}
        finished = 0

        def one(key: str, outcome: Any) -> None:
            nonlocal finished
            finished += 1
            marks.end(key)
            if isinstance(outcome, Exception):
                failures[key] = error_text(outcome)
                marks.fail(asked[key], doing, screen.host.now(), failures[key])
            elif doing == REFRESHING and asked[key].server.publish:
                from keyrack.tui.servers.publishing import publish_later

                publish_later(screen, asked[key].server)
            screen.show_progress(f"{doing} {finished} of {len(asked)}", finished / len(asked))
            screen.look()

        def end() -> None:
            self._many = None
            for key in asked:
                marks.end(key)
            screen.show_progress("", 0.0)
            screen.look()
            stopped = " Stopped." if finished < len(asked) else ""
            words = f"{finished - len(failures)} of {len(asked)} {done}.{stopped}"
            told = _failed({asked[key].server.display_name: why for key, why in failures.items()})
            self._say(f"{words} {told}".strip(), "warning" if failures else "information", stays=True)

        screen.show_progress(f"{doing} 0 of {len(asked)}", 0.0)
        screen.refresh_rows()
        self._many = many(screen, asked, lambda key: work(asked[key].server), one, end)

    def _say(self, sentence: str, severity: Severity = "information", *, stays: bool = False) -> None:
        self._screen.host.say(sentence, severity=severity, stays=stays)


def _failed(failures: dict[str, str]) -> str:
    """The reason where there is one; else the names, as there is no room for all the reasons."""
    if not failures:
        return ""
    if len(failures) == 1:
        [(name, why)] = failures.items()
        return f"Failed: {name}. {why}"
    names = ", ".join(list(failures)[:NAMED]) + (" …" if len(failures) > NAMED else "")
    return f"Failed: {names}. See their details for the reasons."
