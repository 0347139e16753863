"""The lines of the detail about what happened to the credential."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from keyrack.domain.event import Event
from keyrack.domain.status import Action
from keyrack.operations.servers.overview import Row
from keyrack.tui.kit.present import join, say
from keyrack.wording.commands import command_line
from keyrack.wording.history import Line, lines, timeline
from keyrack.wording.tones import Tone

MOST = 6  # lines; `keyrack log` has the rest


def history(row: Row, events: Sequence[Event], now: float) -> Content | None:
    """None for a row without a credential of keyrack's. `events` are those of it, the oldest first."""
    if not events:
        return say("nothing in the log yet", Tone.DIM) if _can_have_one(row) else None
    found = lines(events, now)
    signs, unit = timeline(events, now)
    parts = [join(*(say(*sign) for sign in signs), say(f"  by the {unit}, until now", Tone.DIM))]
    parts += [_line(line) for line in found[:MOST]]
    if len(found) > MOST:
        parts.append(join(say("all of it: run ", Tone.DIM), say(command_line("log", row.server))))
    if any(event.program for event in events):
        parts.append(say("programs are named as they call themselves", Tone.DIM))
    return Content("\n").join(parts)


def _can_have_one(row: Row) -> bool:
    return row.credential is not None or row.status.action in (Action.LOGIN, Action.TOKEN, Action.IMPORT)


def _line(line: Line) -> Content:
    note = say(f": {line.note}", Tone.DIM, limit=200) if line.note else ""
    return join(say(*line.sign), " ", say(line.words, limit=120), say(f" · {line.when}", Tone.DIM), note)
