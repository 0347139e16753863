"""The list for programs: without truncation and colors, with a field for each fact.

In columns, only the last field can contain spaces, so that `awk` works: a space in a name is
written as %20. Tab-separated fields are not changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from keyrack.cli.encoding import readable
from keyrack.cli.output import columns
from keyrack.domain.text import plain
from keyrack.wording.times import utc

if TYPE_CHECKING:
    from keyrack.operations.servers.overview import Row

HEADINGS = ("Server", "Account", "Auth", "Status", "Expires", "Next")
NONE = "-"
LONGEST = 100_000  # characters of a field, which comes from a file and can be any length


def tab_separated(rows: Iterable[Row]) -> list[str]:
    """A line per server, without a heading."""
    return ["\t".join(_fields(row)) for row in rows]


def in_columns(rows: Iterable[Row], stream: TextIO | None) -> list[str]:
    """A heading and a line per server."""
    cells = [HEADINGS, *([readable(field, stream) for field in _solid(_fields(row))] for row in rows)]
    return ["  ".join(line).rstrip() for line in columns(cells)]


def _fields(row: Row) -> tuple[str, ...]:
    server, credential = row.server, row.credential
    has_expiry = credential is not None and row.kind != "stdio"
    expires = (utc(credential.expires_at) or "unknown") if credential and has_expiry else NONE
    fields = (server.name, server.account, row.kind, row.status.state.value, expires, row.command or "")
    return tuple(plain(field, LONGEST) or NONE for field in fields)


def _solid(fields: tuple[str, ...]) -> tuple[str, ...]:
    return (*(field.replace(" ", "%20") for field in fields[:-1]), fields[-1])
