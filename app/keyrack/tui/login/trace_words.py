"""Formats a login's trace for the screen. Pure functions."""

from __future__ import annotations

from textual.content import Content

from keyrack.oauth.trace import Exchange, lines
from keyrack.tui.kit.present import join, safe, say
from keyrack.wording.tones import Tone

MARGIN = 4  # columns before the "> " of a field in `lines`, and before its words here
HANG = 2  # columns of "> ", and for the rest of a long address
MOST = 1000  # characters of a line


def harmless(each: Exchange) -> Exchange:
    """The same with nothing in it that acts on a terminal, or looks like a line of its own."""
    return Exchange(
        safe(each.method),
        safe(each.url),
        each.status,
        tuple((safe(key), safe(value)) for key, value in each.sent),
        tuple((safe(key), safe(value)) for key, value in each.got),
        safe(each.problem),
    )


def laid_out(each: Exchange, width: int) -> Content:
    """One exchange, at most `width` columns wide; what does not fit goes on below its own beginning."""
    first, *fields = lines(each)
    asked = f"{each.method} {each.url}"
    outcome = first[len(asked) :]
    rows = _head(say(asked, Tone.STRONG, limit=MOST), say(outcome, _tone(each), limit=MOST), width)
    for field in fields:
        words = say(field[MARGIN + HANG :], Tone.DIM, limit=MOST).wrap(max(width - MARGIN, 1))
        rows += _hanging(words, say(field[HANG : MARGIN + HANG], Tone.DIM), MARGIN)
    return Content("\n").join(rows)


def _head(asked: Content, outcome: Content, width: int) -> list[Content]:
    if asked.cell_length + outcome.cell_length <= width:
        return [join(asked, outcome)]
    room = max(width - HANG, 1)
    # Folded, not wrapped: an address is one word, and would leave its method alone on a line.
    rows = _hanging(asked.fold(room), "", HANG)
    return rows + _hanging(outcome[1:].wrap(room), " " * HANG, HANG) if outcome else rows


def _hanging(rows: list[Content], first: Content | str, hanging: int) -> list[Content]:
    return [join(" " * hanging if number else first, row) for number, row in enumerate(rows)]


def _tone(each: Exchange) -> Tone:
    """A status of 4xx may well be what was expected: the first 401 tells where to sign in."""
    status = each.status if each.status is not None else 599
    return Tone.GOOD if status < 400 else Tone.WARN if status < 500 else Tone.BAD
