"""Tells of events once: a line, a notification, and the user's hooks. Not for the screen's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from keyrack.domain.address_key import shown
from keyrack.domain.errors import KeyrackError
from keyrack.domain.hooks import Hooks, NoticeKind
from keyrack.domain.text import plain
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.overview import Row
from keyrack.operations.watch.notices import Notice, news, refresh_mark
from keyrack.system.batch import Batch
from keyrack.wording.times import good_for, relative, utc

HOOK_SECONDS = 10.0

Tell = Callable[[str], Any]
Alert = Callable[[Hooks, str, str], Any]  # the settings, a title, and a text


def announce(
    adapters: Adapters,
    rows: Iterable[Row],
    tell: Tell,
    *,
    on_notice: Callable[[Notice], Any] | None = None,
    alert: Alert | None = None,
) -> None:
    """Tell what is new in the rows. Several processes tell each event once among them.

    `tell` gets lines for the user, also one for each notice unless `on_notice` is given. `alert`: instead of
    a desktop notification. Returns when the hooks have ended, which takes no longer than 10 s each.
    """
    now = adapters.now()
    notices: tuple[Notice, ...] = ()
    watching = adapters.watching()

    def change(told: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        nonlocal notices
        notices, after = news(rows, told, now)
        return after

    try:
        watching.change_told(change)
    except KeyrackError as error:
        tell(f"This may be told again: {error}")
    if not notices:
        return
    for notice in notices:
        if on_notice is not None:
            on_notice(notice)
        else:
            tell(f"{notice.row.server.display_name}: {sentence_of(notice, now)}")
    try:
        hooks = watching.hooks()
    except KeyrackError as error:
        tell(" ".join(filter(None, (str(error), error.hint))))
        hooks = Hooks()
    if alert is not None:
        _alert(lambda title, body: alert(hooks, title, body), notices, now)
    elif hooks.notify:
        _alert(watching.notify, notices, now)
    _run(adapters, hooks, notices, tell)


def what_happened(notice: Notice, now: float) -> str:
    """As a sentence that begins with the server's name."""
    credential = notice.row.credential
    expires_at = credential.expires_at if credential else None
    if notice.kind is NoticeKind.REFRESHED:
        return f"refreshed; {good_for(expires_at, now)}."
    if notice.kind is NoticeKind.EXPIRING:
        return f"expires in {relative((expires_at or now) - now)}, and does not renew itself."
    return f"login needed. {notice.row.status.reason}"


def sentence_of(notice: Notice, now: float) -> str:
    """What happened, and the command for it."""
    said, command = what_happened(notice, now), notice.row.command
    return f"{said} Run: {command}" if command and notice.kind is not NoticeKind.REFRESHED else said


def facts_of(notice: Notice) -> dict[str, str]:
    """The variables of a hook. Never a secret."""
    row = notice.row
    facts = {
        "EVENT": notice.kind.value,
        "SERVER": row.server.name,
        "URL": shown(row.server.url) if row.server.url else "",
        "ACCOUNT": row.server.account,
        "STATE": row.status.state.value,
        "REASON": row.status.reason,
        "EXPIRES_AT": (utc(row.credential.expires_at) or "") if row.credential else "",
        "NEXT": row.command or "",
    }
    return {f"KEYRACK_{name}": plain(value, 2000) for name, value in facts.items()}


def _alert(notify: Callable[[str, str], Any], notices: Sequence[Notice], now: float) -> None:
    """One notification, however many there are: a person can do nothing about a refresh."""
    urgent = [notice for notice in notices if notice.kind is not NoticeKind.REFRESHED]
    if len(urgent) == 1:
        notify(urgent[0].row.server.display_name, sentence_of(urgent[0], now))
    elif urgent:
        names = ", ".join(notice.row.server.display_name for notice in urgent)
        notify(f"{len(urgent)} servers need you", f"{names}. Run: keyrack status")


def _run(adapters: Adapters, hooks: Hooks, notices: Sequence[Notice], tell: Tell) -> None:
    """A few at a time, in no lock: a hook may call keyrack."""
    waiting = [notice for notice in notices if notice.kind in hooks.commands]
    if not waiting:
        return
    ended = threading.Event()

    def work(notice: Notice) -> str:
        return adapters.watching().run(hooks.commands[notice.kind], facts_of(notice), HOOK_SECONDS)

    def on_one(notice: Notice, outcome: Any) -> None:
        if outcome:
            name = f"on_{notice.kind.value.replace('-', '_')}"
            what = outcome if isinstance(outcome, str) else f"failed ({type(outcome).__name__})"
            tell(f"{notice.row.server.display_name}: the hook {name} {what}.")

    Batch(waiting, work, on_one, ended.set)
    ended.wait()
    _count_as_told(adapters, [notice for notice in waiting if notice.kind is NoticeKind.REFRESHED], tell)


def _count_as_told(adapters: Adapters, notices: Sequence[Notice], tell: Tell) -> None:
    """A refresh during its own hook is not told: if the hook caused it, that would go on for ever."""
    if not notices:
        return
    new: dict[str, str] = {}
    for notice in notices:
        key = notice.row.server.key
        record = adapters.credentials().record(key) if key is not None else None
        if record is not None and record.credential is not None:
            new[notice.row.key] = refresh_mark(record.credential)

    def change(told: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return told | {
            row: told[row] | {NoticeKind.REFRESHED.value: mark} for row, mark in new.items() if row in told
        }

    try:
        adapters.watching().change_told(change)
    except KeyrackError as error:
        tell(f"This may be told again: {error}")
