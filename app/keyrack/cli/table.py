"""The list as aligned columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from keyrack.cli.list import expiry
from keyrack.cli.output import Colour, columns, paint, width_of
from keyrack.domain.status import State
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.operations.overview import Row

HEADINGS = ("Server", "Auth", "Status", "Expires", "Next")
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
    State.STORE_LOCKED: ("▣", "yellow"),
    State.ORPHAN: ("?", "yellow"),
}


def table(rows: Sequence[Row], now: float, stream: TextIO | None) -> list[str]:
    """A heading and a line per server, as wide as the terminal allows."""
    cells = [HEADINGS, *(_cells(row, now) for row in rows)]
    padded = columns(cells, width_of(stream))
    lines = [paint("  ".join(padded[0]).rstrip(), "dim", stream)]
    for row, line in zip(rows, padded[1:], strict=True):
        line[2] = paint(line[2], LOOKS[row.status.state][1], stream)
        lines.append("  ".join(line).rstrip())
    return lines


def _cells(row: Row, now: float) -> tuple[str, ...]:
    server, state = row.server, row.status.state
    word = state.value.replace("-", " ")
    return (
        plain(server.called, 60),
        KINDS[row.kind],
        f"{LOOKS[state][0]} {word}",
        plain(expiry(row, now), 40),
        plain(row.command or "", 200),
    )
