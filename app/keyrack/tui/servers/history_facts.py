"""The lines of the detail about what happened to the credential."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from keyrack.domain.event import Event
from keyrack.domain.status import Action
from keyrack.operations.servers.overview import Row
from keyrack.tui.kit import keymap
from keyrack.tui.kit.present import join, say
from keyrack.wording.history import Line, Timeline, lines, timeline
from keyrack.wording.tones import Tone

MOST = 6  # lines; the screen of the history has the rest
NOTHING = "nothing in the log yet"
AS_CALLED = "programs are named as they call themselves"
NOW = "now"


def history(row: Row, events: Sequence[Event], now: float) -> Content | None:
    """None for a row without a credential of keyrack's. `events` are those of it, the oldest first."""
    if not events:
        return say(NOTHING, Tone.DIM) if _can_have_one(row) else None
    found = lines(events, now)
    parts = [*timeline_lines(timeline(events, now)), *(_line(line) for line in found[:MOST])]
    if len(found) > MOST:
        parts.append(join(say(keymap.key_of("history"), Tone.KEY), say(" shows all of it", Tone.DIM)))
    if any(event.program for event in events):
        parts.append(say(AS_CALLED, Tone.DIM))
    return Content("\n").join(parts)


def timeline_lines(found: Timeline) -> tuple[Content, Content]:
    """The row of signs, and below it when it begins and ends. Both fit in 27 columns."""
    signs = Content(" " if found.unit == "day" else "").join(say(*sign) for sign in found.signs)
    gap = " " * (signs.cell_length - len(found.since) - len(NOW))
    return signs, say(f"{found.since}{gap}{NOW}", Tone.DIM)


def line_words(line: Line) -> Content:
    """A line without its sign."""
    note = say(f": {line.note}", Tone.DIM, limit=200) if line.note else ""
    return join(say(line.words, limit=120), say(f" · {line.when}", Tone.DIM), note)


def _line(line: Line) -> Content:
    return join(say(*line.sign), " ", line_words(line))


def _can_have_one(row: Row) -> bool:
    return row.credential is not None or row.status.action in (Action.LOGIN, Action.TOKEN, Action.IMPORT)
