"""The life of one credential in lines and in a row of signs, from its events in the log."""

from __future__ import annotations

from collections.abc import Sequence

from keyrack.domain.event import Event
from keyrack.domain.named_tuple import NamedTuple
from keyrack.wording.events import WAYS, what
from keyrack.wording.glyphs import CHOSEN, FAILED, NOT_CHOSEN, UNKNOWN
from keyrack.wording.signs import Sign
from keyrack.wording.times import DAY, HOUR, local, relative
from keyrack.wording.tones import Tone

STARTED = Sign(CHOSEN, Tone.GOOD)
REFUSED = Sign(FAILED, Tone.BAD)
ENDED = Sign(NOT_CHOSEN, Tone.WARN)
RENEWED = Sign("↻", Tone.PLAIN)
GIVEN = Sign("→", Tone.BUSY)
OTHER = Sign(UNKNOWN, Tone.DIM)
RENAMED = Sign("=", Tone.DIM)
NONE = Sign("·", Tone.DIM)
LEGEND = (  # in rows for a narrow terminal
    ((STARTED, "logged in"), (RENEWED, "refreshed"), (GIVEN, "handed out")),
    ((REFUSED, "refused"), (ENDED, "cleared"), (RENAMED, "renamed")),
)
SIGNS = {
    "login": STARTED,
    "set": STARTED,
    "imported": STARTED,
    "refreshed": RENEWED,
    "refresh-refused": REFUSED,
    "token-refused": REFUSED,
    "handed-out": GIVEN,
    "not-handed-out": REFUSED,
    "published": GIVEN,
    "revoked": ENDED,
    "cleared": ENDED,
    "renamed": RENAMED,
}
# Where several things happened in one hour, the first of these is shown.
RANKING = (REFUSED, STARTED, ENDED, RENEWED, GIVEN, RENAMED, OTHER, NONE)
ROUTINE = ("refreshed", "handed-out", "published")  # summed until something else happens
HOURS, DAYS = 24, 14


class Line(NamedTuple):
    sign: Sign
    words: str  # contains what programs call themselves; not safe to show as it is
    when: str
    note: str = ""


class Timeline(NamedTuple):
    """What happened in each of the last 24 hours or 14 days; the last sign is the newest."""

    signs: tuple[Sign, ...]
    unit: str  # of one sign
    since: str  # when the first sign begins


def lines(events: Sequence[Event], now: float, *, folded: bool = True) -> list[Line]:
    """The newest first. `events` are those of one credential, the oldest first; `now` is in Unix seconds.

    `folded`: what happens again and again is summed in one line.
    """
    if not folded:
        return [_line([event], now) for event in reversed(events)]
    found: list[Line] = []
    run: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        if event.kind not in ROUTINE:
            found += _summed(run, now)
            run = {}
            found.append(_line([event], now))
        else:
            run.setdefault((event.kind, _whom(event)), []).append(event)
    return [*found, *_summed(run, now)][::-1]


def timeline(events: Sequence[Event], now: float) -> Timeline:
    """By the hour if all of it is of the last 24 hours, otherwise by the day."""
    by_hour = all(now - event.at < HOURS * HOUR for event in events)
    seconds, count, unit = (HOUR, HOURS, "hour") if by_hour else (DAY, DAYS, "day")
    since = "a day ago" if by_hour else "2 weeks ago"
    signs = [NONE] * count
    for event in events:
        age = max(now - event.at, 0.0)
        if age < count * seconds:  # neither infinite nor no number, as a damaged line can have it
            place = int(age // seconds)
            signs[place] = min(signs[place], SIGNS.get(event.kind, OTHER), key=RANKING.index)
    return Timeline(tuple(reversed(signs)), unit, since)


def _summed(run: dict[tuple[str, str], list[Event]], now: float) -> list[Line]:
    return [_line(alike, now) for alike in sorted(run.values(), key=lambda alike: alike[-1].at)]


def _line(alike: Sequence[Event], now: float) -> Line:
    last = alike[-1]
    whom = f" {_whom(last)}" if last.way else ""
    sign = SIGNS.get(last.kind, OTHER)
    if len(alike) == 1:
        return Line(sign, f"{what(last)}{whom}", local(last.at, now), last.note)
    ago = relative(min(last.at - now, 0.0)).replace("now", "just now")
    return Line(sign, f"{what(last)} {len(alike)} times{whom}", f"last {ago}")


def _whom(event: Event) -> str:
    """The program, by its own name for itself."""
    if event.program:
        return f"to “{event.program}”"
    return f"by {WAYS.get(event.way, event.way)}" if event.way else ""
