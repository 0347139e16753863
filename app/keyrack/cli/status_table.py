"""What `keyrack status` prints: a table, or a block for each server where a table is too wide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from keyrack.cli.encoding import readable
from keyrack.cli.output import cells, columns, is_terminal, paint, width_of
from keyrack.domain.held import slug
from keyrack.domain.text import plain
from keyrack.wording.account import account_words
from keyrack.wording.glyphs import DONE
from keyrack.wording.needs import need_words
from keyrack.wording.tones import Tone

if TYPE_CHECKING:
    from keyrack.domain.needs import Need
    from keyrack.operations.servers.overview import Row

HEADINGS = ("Server", "Status", "Account", "Scopes", "Expires", "Source", "Next")
SERVER, STATUS, NEXT = 0, 1, 6
LONGEST = 100_000  # characters of a field, which comes from a file and can be any length
NONE = "-"


def lines(
    entries: Sequence[tuple[Row, Need | None]], needs: Mapping[Need, int], now: float, stream: TextIO | None
) -> list[str]:
    """The servers, and for a person how much needs doing."""
    rows = [row for row, _ in entries]
    if not is_terminal(stream):
        found = [HEADINGS, *([readable(cell, stream) for cell in _for_programs(row)] for row in rows)]
        return ["  ".join(line).rstrip() for line in columns(found)]
    summary = paint(f"{DONE} Nothing needs doing.", Tone.GOOD, stream) if not needs else need_words(needs)
    if not rows:
        return [summary]
    return [*_for_people(rows, now, stream), "", summary]


def _for_people(rows: Sequence[Row], now: float, stream: TextIO | None) -> list[str]:
    from keyrack.wording.states import listed_state

    tones = [listed_state(row.status, is_off=row.server.is_off)[1] for row in rows]
    found = [[readable(cell, stream) for cell in _cells(row, now)] for row in rows]
    head, *body = columns([HEADINGS, *found])
    width = width_of(stream) or 80
    if max(cells("  ".join(line).rstrip()) for line in (head, *body)) > width:
        return _blocks(found, tones, stream)
    for line, tone in zip(body, tones, strict=True):
        line[STATUS] = paint(line[STATUS], tone, stream)
    return [paint("  ".join(head).rstrip(), Tone.DIM, stream), *("  ".join(line).rstrip() for line in body)]


def _blocks(found: Sequence[Sequence[str]], tones: Sequence[Tone], stream: TextIO | None) -> list[str]:
    """A server's name and status on one line, and each other fact below. Nothing is truncated."""
    left = max(map(len, HEADINGS))
    told: list[str] = []
    for line, tone in zip(found, tones, strict=True):
        told.append(f"{line[SERVER]}  {paint(line[STATUS], tone, stream)}")
        for heading, cell in list(zip(HEADINGS, line, strict=True))[STATUS + 1 :]:
            if cell:
                told.append(f"  {paint(f'{heading:<{left}}', Tone.DIM, stream)}  {cell}")
    return told


def _cells(row: Row, now: float) -> tuple[str, ...]:
    from keyrack.wording.expiry import expiry
    from keyrack.wording.glyphs import NOTHING
    from keyrack.wording.states import listed_state

    expires = plain(expiry(row.kind, row.status.state, row.credential, now)[0], 40)
    cells = (
        row.server.name,
        listed_state(row.status, is_off=row.server.is_off)[0],
        *_facts(row),
        "" if expires == NOTHING else expires,
        _source(row),
        row.command or "",
    )
    return tuple(plain(cell, LONGEST) for cell in cells)


def _for_programs(row: Row) -> tuple[str, ...]:
    from keyrack.wording.times import utc

    credential = row.credential
    expires = (utc(credential.expires_at) or "unknown") if credential is not None else ""
    sources = ",".join(dict.fromkeys(slug(source.client) for source in row.server.sources))
    cells = (row.server.name, row.status.state.value, *_facts(row), expires, sources, row.command or "")
    solid = [plain(cell, LONGEST).replace(" ", "%20") or NONE for cell in cells[:NEXT]]
    return (*solid, plain(cells[NEXT], LONGEST) or NONE)


def _facts(row: Row) -> tuple[str, str]:
    """Whose account it is, and its scopes."""
    credential = row.credential
    account = account_words(row.server.account, credential.label if credential else "")
    return account, " ".join(credential.scopes) if credential else ""


def _source(row: Row) -> str:
    return ", ".join(dict.fromkeys(source.client for source in row.server.sources))
