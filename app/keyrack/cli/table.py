"""The list as a table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from keyrack.cli.encoding import readable
from keyrack.cli.output import cells, columns, padded, paint, width_of
from keyrack.domain.text import plain
from keyrack.wording.expiry import expiry
from keyrack.wording.held import elsewhere
from keyrack.wording.states import KINDS, listed_state
from keyrack.wording.tones import Tone

if TYPE_CHECKING:
    from keyrack.operations.servers.overview import Row

HEADINGS = ("Server", "Auth", "Status", "Expires", "Elsewhere", "Next")
SERVER, AUTH, STATUS, EXPIRES, ELSEWHERE, NEXT = range(6)
# The columns to show, from the widest table to the narrowest.
SHAPES = (
    (SERVER, AUTH, STATUS, EXPIRES, ELSEWHERE, NEXT),
    (SERVER, STATUS, EXPIRES, ELSEWHERE, NEXT),
    (SERVER, AUTH, STATUS, EXPIRES, NEXT),
    (SERVER, STATUS, EXPIRES, NEXT),
    (SERVER, STATUS, NEXT),
)
LONGEST = 100_000  # characters of a name or a command, which comes from a file and can be any length


def table(rows: Sequence[Row], now: float, stream: TextIO | None) -> list[str]:
    """A heading and a line per server, as wide as the terminal allows.

    A narrow terminal shows fewer columns, and finally the command on its own line. Names and
    commands are never truncated, because users type them.
    """
    lines = [[readable(cell, stream) for cell in _cells(row, now)] for row in rows]
    width = width_of(stream) or 80
    is_held = any(row.elsewhere for row in rows)
    for shown in SHAPES if is_held else [shape for shape in SHAPES if ELSEWHERE not in shape]:
        chosen = [[HEADINGS[index] for index in shown], *([line[index] for index in shown] for line in lines)]
        aligned = columns(chosen)
        if max(cells("  ".join(line).rstrip()) for line in aligned) <= width:
            break
    else:
        return _stacked(rows, lines, width, stream)
    at = shown.index(STATUS)
    head, *body = aligned
    for row, line in zip(rows, body, strict=True):
        line[at] = paint(line[at], _state(row)[1], stream)
    return [paint("  ".join(head).rstrip(), Tone.DIM, stream), *("  ".join(line).rstrip() for line in body)]


def _stacked(
    rows: Sequence[Row], lines: Sequence[Sequence[str]], width: int, stream: TextIO | None
) -> list[str]:
    """The command below its server. A name that leaves no room also gets its own line."""
    status = max(cells(line[STATUS]) for line in lines)
    expires = max(cells(line[EXPIRES]) for line in lines) + 2
    longest = max(cells(line[SERVER]) for line in lines)
    with_expiry = longest + 2 + status + expires <= width
    names = [cells(line[SERVER]) for line in lines if cells(line[SERVER]) + 2 + status <= width]
    column = max(names, default=0)
    told: list[str] = []
    for row, line in zip(rows, lines, strict=True):
        name, state = line[SERVER], padded(line[STATUS], status) if with_expiry else line[STATUS]
        facts = paint(state, _state(row)[1], stream) + (f"  {line[EXPIRES]}" if with_expiry else "")
        told += [f"{padded(name, column)}  {facts}"] if cells(name) <= column else [name, f"  {facts}"]
        if line[NEXT]:
            told.append(f"  {line[NEXT]}")
    return [line.rstrip() for line in told]


def _state(row: Row) -> tuple[str, Tone]:
    return listed_state(row.status, is_off=row.server.is_off)


def _cells(row: Row, now: float) -> tuple[str, ...]:
    return (
        plain(row.server.display_name, LONGEST),
        KINDS[row.kind],
        _state(row)[0],
        plain(expiry(row.kind, row.status.state, row.credential, now)[0], 40),
        elsewhere(row.elsewhere, now)[0],
        plain(row.command or "", LONGEST),
    )
