"""Tells what happens to credentials while the screen is open: in a line, by the terminal, and by hooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keyrack.domain.hooks import Hooks, NoticeKind
from keyrack.domain.status import EXPIRY_WINDOW, TOKEN_EXPIRY_WINDOW
from keyrack.operations.servers.overview import Row
from keyrack.operations.watch.announce import announce
from keyrack.operations.watch.notices import Notice, marks_of, news
from keyrack.tui.kit.background import Newest, deliver
from keyrack.tui.servers.list_screen import ListScreen

URGENT = (NoticeKind.LOGIN_NEEDED, NoticeKind.EXPIRING)  # what a person can do something about


class Announcements:
    """The line shows what happened while the screen is open, and what nobody had been told before.

    Hooks and notifications are for the latter only: a `keyrack watch`, or another screen, may be faster.
    """

    def __init__(self, screen: ListScreen, show: Callable[[Sequence[Notice], float], Any]) -> None:
        """`show` gets what the line is to show at a time (Unix seconds), the most pressing first."""
        self._screen, self._show = screen, show
        self._rows: tuple[Row, ...] = ()  # as of the last look
        self._told: Mapping[str, Mapping[str, Any]] | None = None  # what they had to tell; None before that
        self._next = float("inf")  # Unix seconds: when a state changes by itself
        self._shown: dict[str, NoticeKind] = {}  # what the line shows, by the row's key
        self._first_run = True
        self._work = Newest(screen, self._announce, lambda nothing: None, lambda error: None)

    def look(self) -> None:
        """Find out what is new, after the rows were read or a state has changed by itself."""
        self._rows, now = tuple(self._screen.rows.values()), self._screen.host.now()
        self._next = min(
            (moment for row in self._rows for moment in _moments(row) if moment > now), default=float("inf")
        )
        notices, told = news(self._rows, self._told or {}, now)
        if told != self._told:
            if self._told is not None:
                for notice in notices:
                    self._note(notice)
            self._told = told
            self._work.run()
        self.show()

    @property
    def is_due(self) -> bool:
        """Has a credential come to one of its moments since the last look?"""
        return self._screen.host.now() >= self._next

    def tick(self) -> None:
        """Once a second: the times in the line, and what has changed by itself."""
        if self.is_due:
            self.look()
        elif self._shown:
            self.show()

    def after(self, selected: str | None) -> str | None:
        """The key of the first row that the line tells of; if that is selected, of the next one, if any."""
        keys = list(self._shown)
        following = keys[keys.index(selected) + 1 :] if selected in self._shown else keys
        return next(iter(following), None)

    def dismiss(self) -> bool:
        """Remove the line. False if there was none."""
        was_shown = bool(self._shown)
        self._shown.clear()
        self.show()
        return was_shown

    def show(self) -> None:
        """Show what still holds, the most pressing first."""
        now, rows = self._screen.host.now(), self._screen.rows
        noted = [Notice(kind, rows[key]) for key, kind in self._shown.items() if key in rows]
        notices = [notice for notice in noted if notice.kind in marks_of(notice.row, now)]
        notices.sort(key=_urgency)
        self._shown = {notice.row.key: notice.kind for notice in notices}
        self._show(notices, now)

    def _note(self, notice: Notice) -> None:
        if notice.kind in URGENT:
            self._shown[notice.row.key] = notice.kind

    def _note_and_show(self, notice: Notice) -> None:
        self._note(notice)
        self.show()

    def _announce(self) -> None:
        """Off the UI thread: a hook takes up to ten seconds."""
        host, is_first = self._screen.host, self._first_run
        self._first_run = False

        def alert(hooks: Hooks, title: str, text: str) -> None:
            if not is_first:  # the user looks at the screen right now
                deliver(self._screen, host.alert, title, text, hooks)

        announce(
            host.adapters(),
            self._rows,
            lambda sentence: deliver(self._screen, host.say, sentence),
            on_notice=lambda notice: deliver(self._screen, self._note_and_show, notice),
            alert=alert,
        )


def _urgency(notice: Notice) -> tuple[int, float]:
    credential = notice.row.credential
    ends = credential.expires_at if credential is not None else None
    return URGENT.index(notice.kind), ends or 0.0


def _moments(row: Row) -> tuple[float, ...]:
    """When its credential begins to expire soon, and when it has ended."""
    if row.credential is None or row.credential.expires_at is None:
        return ()
    end = row.credential.expires_at
    return end - TOKEN_EXPIRY_WINDOW, end - EXPIRY_WINDOW, end
