"""Operations on many servers, a few at a time, with progress. Esc stops them; a summary tells the results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from keyrack.domain.model import Check, CredentialInfo
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.status import EXPIRY_WINDOW
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.servers import check as check_op
from keyrack.operations.servers.overview import Row
from keyrack.operations.tokens import refresh as refresh_op
from keyrack.system.batch import Batch
from keyrack.tui.kit.background import many
from keyrack.tui.kit.present import error_text
from keyrack.tui.many.summary import Results
from keyrack.tui.servers.row_words import cannot_ask, checked, not_refreshable, nothing_stored, refreshed

if TYPE_CHECKING:
    from keyrack.tui.host import Severity
    from keyrack.tui.servers.list_screen import ListScreen

Left = Sequence[tuple[Row, str]]  # who is left out of a task, and why

BUSY = "Another task is running; press esc to stop it."


class Task(NamedTuple):
    """What is done to each server, and how it is told."""

    doing: str  # "checking"
    done: str  # "Checked"
    work: Callable[[Row], Any]  # off the UI thread
    tell: Callable[[Row, Any], Receipt]  # the result of the work


class ManyActions:
    """Runs one task at a time over the list's rows. Failures are also shown with their rows afterward."""

    def __init__(self, screen: ListScreen) -> None:
        self._screen = screen
        self._many: Batch[str] | None = None

    def refresh_due(self) -> None:
        """Refresh all credentials that are due and can be."""
        due = refresh_op.due(self._screen.rows.values(), self._screen.host.now())
        if not due:
            self._say("Nothing is due.")
            return
        self._refresh(due)

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
        self._check(rows)

    def refresh(self, rows: list[Row]) -> None:
        """Refresh these, also if they are not due. What can't be refreshed is told with its reason."""
        now = self._screen.host.now()

        def why_not(row: Row) -> str:
            return nothing_stored(row) if row.credential is None else not_refreshable(row.credential, now)

        able, left = divided(rows, why_not)
        self._screen.when_open(lambda: self._refresh(able, left, due=False))

    def check(self, rows: list[Row]) -> None:
        """Ask these. A local process is told as such."""
        able, left = divided(rows, lambda row: cannot_ask(row.server, "check"))
        if any(row.credential is not None for row in able):
            self._screen.when_open(lambda: self._check(able, left))
        else:
            self._check(able, left)

    def stop(self) -> bool:
        """Start no more; False if nothing is running."""
        if self._many is None:
            return False
        self._many.stop()
        self._screen.show_progress("stopping…", 1.0)
        return True

    def is_free(self) -> bool:
        """Whether a task can start; if not, tell the user why."""
        if self._many is not None:
            self._say(BUSY)
        return self._many is None

    def start(self, task: Task, rows: list[Row], left: Left = ()) -> None:
        """Do this to each row. `left`: those that are left out, and why."""
        if not self.is_free():
            return
        screen, marks = self._screen, self._screen.marks
        asked = {row.key: row for row in rows if row.key not in marks.busy}
        busy = [(row, f"still {marks.busy[row.key]}.") for row in rows if row.key in marks.busy]
        results = Results(task.done, (*left, *busy))
        for key in asked:
            marks.begin(key, task.doing)

        def one(key: str, outcome: Any) -> None:
            row = asked[key]
            marks.end(key)
            if isinstance(outcome, Exception):
                marks.fail(row, task.doing, screen.host.now(), error_text(outcome))
                results.failed(row, error_text(outcome))
            else:
                results.add(row, task.tell(row, outcome))
            done = len(results)
            screen.show_progress(f"{task.doing} {done} of {len(asked)}", done / len(asked))
            screen.look_soon()

        def end() -> None:
            self._many = None
            for key in asked:
                marks.end(key)
            results.not_started([row for row in asked.values() if row.key not in results])
            screen.show_progress("", 0.0)
            # The next key of each is that of its new state.
            screen.look(lambda: screen.when_on_top(lambda: results.show(screen)))

        if not asked:
            results.show(screen)
            return
        screen.show_progress(f"{task.doing} 0 of {len(asked)}", 0.0)
        screen.refresh_rows()
        self._many = many(screen, asked, lambda key: task.work(asked[key]), one, end)

    def _refresh(self, rows: list[Row], left: Left = (), *, due: bool = True) -> None:
        adapters, screen = self._screen.host.adapters, self._screen

        def work(row: Row) -> CredentialInfo:
            # Another process may have been quicker since the list was read.
            options = {"min_valid": EXPIRY_WINDOW} if due else {}
            return refresh_op.refresh(adapters(), row.server, **options)

        def tell(row: Row, credential: CredentialInfo) -> Receipt:
            if row.server.publish:
                from keyrack.tui.servers.publishing import publish_later

                publish_later(screen, row.server)
            return Receipt((Line("", "done", refreshed(credential, screen.host.now())),))

        self.start(Task("refreshing", "Refreshed", work, tell), rows, left)

    def _check(self, rows: list[Row], left: Left = ()) -> None:
        adapters = self._screen.host.adapters

        def tell(row: Row, check: Check) -> Receipt:
            is_bad = check.verdict in ("refused", "unreachable")
            return Receipt((Line("", "failed" if is_bad else "done", checked(check)),))

        def work(row: Row) -> Check:
            return check_op.check(adapters(), row.server)

        self.start(Task("checking", "Checked", work, tell), rows, left)

    def _say(self, sentence: str, severity: Severity = "information") -> None:
        self._screen.host.say(sentence, severity=severity)


def divided(rows: list[Row], why_not: Callable[[Row], str]) -> tuple[list[Row], Left]:
    """Those that it can be done to, and the others with the reasons."""
    reasons = [(row, why_not(row)) for row in rows]
    return [row for row, why in reasons if not why], [(row, why) for row, why in reasons if why]
