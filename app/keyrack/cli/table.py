"""The list for a person at a terminal, as aligned columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from keyrack.cli.encoding import readable
from keyrack.cli.list import expiry
from keyrack.cli.output import Colour, cells, columns, padded, paint, width_of
from keyrack.domain.status import State
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.operations.servers.overview import Row

HEADINGS = ("Server", "Auth", "Status", "Expires", "Next")
SERVER, AUTH, STATUS, EXPIRES, NEXT = range(5)
# What is left out first where there is no room.
SHAPES = (
    (SERVER, AUTH, STATUS, EXPIRES, NEXT),
    (SERVER, STATUS, EXPIRES, NEXT),
    (SERVER, STATUS, NEXT),
)
LONGEST = 100_000  # characters of a name or a command, which a file may make as long as it likes
KINDS = {
    "oauth": "OAuth",
    "token": "Token",
    "header": "Header",
    "none": "none",
    "stdio": "stdio",
    "unknown": "–",
}

# The same glyphs as on the screen.
LOOKS: dict[State, tuple[str, Colour]] = {
    State.VALID: ("●", "green"),
    State.EXPIRING: ("◐", "yellow"),
    State.REFRESHABLE: ("↻", "yellow"),
    State.LOGIN_NEEDED: ("✕", "red"),
    State.NO_CREDENTIAL: ("◌", ""),
    State.CONFIGURED: ("◆", "green"),
    State.EMPTY_HEADER: ("◇", "yellow"),
    State.NO_AUTH: ("◦", "dim"),
    State.STDIO: ("○", "dim"),
    State.UNREACHABLE: ("!", "red"),
    State.BAD_ENTRY: ("≠", "red"),
    State.STORE_LOCKED: ("▣", "yellow"),
    State.ORPHAN: ("?", "yellow"),
}


def table(rows: Sequence[Row], now: float, stream: TextIO | None) -> list[str]:
    """A heading and a line per server, as wide as the terminal allows.

    A narrow one shows fewer columns, and at last the command on a line of its own: a name and a
    command are to be typed, and so are never cut.
    """
    lines = [[readable(cell, stream) for cell in _cells(row, now)] for row in rows]
    width = width_of(stream) or 80
    for shown in SHAPES:
        chosen = [[HEADINGS[index] for index in shown], *([line[index] for index in shown] for line in lines)]
        aligned = columns(chosen)
        if max(cells("  ".join(line).rstrip()) for line in aligned) <= width:
            break
    else:
        return _stacked(rows, lines, width, stream)
    at = shown.index(STATUS)
    head, *body = aligned
    for row, line in zip(rows, body, strict=True):
        line[at] = paint(line[at], _colour(row), stream)
    return [paint("  ".join(head).rstrip(), "dim", stream), *("  ".join(line).rstrip() for line in body)]


def _stacked(
    rows: Sequence[Row], lines: Sequence[Sequence[str]], width: int, stream: TextIO | None
) -> list[str]:
    """The command below its server; a name that leaves no room has a line for itself, too."""
    status = max(cells(line[STATUS]) for line in lines)
    expires = max(cells(line[EXPIRES]) for line in lines) + 2
    longest = max(cells(line[SERVER]) for line in lines)
    with_expiry = longest + 2 + status + expires <= width
    names = [cells(line[SERVER]) for line in lines if cells(line[SERVER]) + 2 + status <= width]
    column = max(names, default=0)
    told: list[str] = []
    for row, line in zip(rows, lines, strict=True):
        name, state = line[SERVER], padded(line[STATUS], status) if with_expiry else line[STATUS]
        facts = paint(state, _colour(row), stream) + (f"  {line[EXPIRES]}" if with_expiry else "")
        told += [f"{padded(name, column)}  {facts}"] if cells(name) <= column else [name, f"  {facts}"]
        if line[NEXT]:
            told.append(f"  {line[NEXT]}")
    return [line.rstrip() for line in told]


def _colour(row: Row) -> Colour:
    return "dim" if row.server.is_off else LOOKS[row.status.state][1]


def _cells(row: Row, now: float) -> tuple[str, ...]:
    server, state = row.server, row.status.state
    word = "switched off" if server.is_off else state.value.replace("-", " ")
    return (
        plain(server.display_name, LONGEST),
        KINDS[row.kind],
        f"{LOOKS[state][0]} {word}",
        plain(expiry(row, now), 40),
        plain(row.command or "", LONGEST),
    )
