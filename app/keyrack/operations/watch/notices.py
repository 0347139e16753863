"""What happened to credentials, as their records show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from keyrack.domain.hooks import NoticeKind
from keyrack.domain.model import CredentialInfo
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.needs import Need
from keyrack.domain.status import State
from keyrack.operations.servers.needs import need_of
from keyrack.operations.servers.overview import Row

FORGOTTEN = 90 * 86400.0  # seconds after which a row that is not seen any more is forgotten
SEEN = "seen"


class Notice(NamedTuple):
    kind: NoticeKind
    row: Row


def news(
    rows: Iterable[Row], told: Mapping[str, Mapping[str, Any]], now: float
) -> tuple[tuple[Notice, ...], dict[str, dict[str, Any]]]:
    """The events that were not told yet, and what has been told with them.

    A credential that is seen for the first time was not refreshed just now. What rows of others were told
    is kept for a while: another keyrack may see other servers.
    """
    notices: list[Notice] = []
    after = {key: dict(entry) for key, entry in told.items() if not _is_old(entry, now)}
    for row in rows:
        marks = marks_of(row, now)
        if row.key not in told and not marks:
            continue
        before = told.get(row.key, {})
        for kind, mark in marks.items():
            is_first = kind is NoticeKind.REFRESHED and row.key not in told
            if mark and mark != before.get(kind.value) and not is_first:
                notices.append(Notice(kind, row))
        after[row.key] = {**before, **{kind.value: mark for kind, mark in marks.items()}, SEEN: _day(now)}
    return tuple(notices), after


def marks_of(row: Row, now: float) -> dict[NoticeKind, str]:
    """What can have happened to it; the same thing has the same text."""
    credential = row.credential
    if row.server.is_off or row.status.state is State.ORPHAN:
        return {}
    if credential is None:
        # A server that never had a login is no event. A header that was refused is one.
        is_refused = row.status.state is State.LOGIN_NEEDED
        return {NoticeKind.LOGIN_NEEDED: "configured"} if is_refused else {}
    marks = {NoticeKind.REFRESHED: refresh_mark(credential)}
    if row.status.state is State.LOGIN_NEEDED:
        marks[NoticeKind.LOGIN_NEEDED] = str(credential.obtained_at)
    elif need_of(row, now) is Need.EXPIRING:
        marks[NoticeKind.EXPIRING] = str(credential.expires_at)
    return marks


def refresh_mark(credential: CredentialInfo) -> str:
    """Another one after each refresh; "" if there was none."""
    return str(credential.refreshed_at or "")


def _day(now: float) -> int:
    """To the day, so that the file changes only once a day for this."""
    return int(now // 86400) * 86400


def _is_old(entry: Mapping[str, Any], now: float) -> bool:
    seen = entry.get(SEEN)
    return not isinstance(seen, int) or now - seen > FORGOTTEN
