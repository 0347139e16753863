"""Finds a program's row in the current text of its file or item, and decides what to change in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from keyrack.domain.change import Change, Step
from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import HeldToken, Key
from keyrack.domain.model import TokenSet
from keyrack.domain.secret import Secret
from keyrack.domain.status import OLD_AGE
from keyrack.sources.rewriting import json_members
from keyrack.sources.rewriting.shortened import BOM
from keyrack.sources.tokens.layout import Layout, Row, field, text


def same_row(rows: Sequence[Row], held: HeldToken) -> Row:
    """The row with the tokens that were seen. Raises KeyrackError if it has others now, or is gone."""
    there = [row for row in rows if (row.name, row.url) == (held.name, held.url) and access_of(row)]
    for row in there:
        refresh = held.tokens.refresh_token
        if access_of(row) == held.tokens.access_token.reveal() and refresh_of(row) == (
            refresh.reveal() if refresh else ""
        ):
            return row
    what = "logged in again in the meantime" if there else "no longer holds this login"
    raise KeyrackError(f"{held.client} has {what}." if there else f"{held.client} {what}.", hint="Try again.")


def access_of(row: Row) -> str:
    return text(field(row.fields, row.layout.access))


def refresh_of(row: Row) -> str:
    return text(field(row.fields, row.layout.refresh))


def steps_for(content: str, row: Row, change: Change, now: float) -> tuple[Step, ...]:
    """The steps that make the change. Raises KeyrackError if the row lacks what its program needs."""
    if change.tokens is None:
        return (Step(row.path, _written(content, row.path), None),)
    refuse_incomplete(row, change.held.client)
    steps: list[Step] = []
    for dotted, value in new_fields(row, change.tokens, now, with_refresh=change.with_refresh):
        path = (*row.path, *dotted.split("."))
        old = _written(content, path)
        new = Secret(json.dumps(value, ensure_ascii=False))
        if old != new:
            steps.append(Step(path, old, new))
    return tuple(steps)


def refuse_incomplete(row: Row, client: str) -> None:
    """A row without a field that its program needs can make it refuse the whole file."""
    missing = [name for name in row.needs if field(row.fields, name) in (None, "")]
    if missing:
        raise KeyrackError(
            f"{client}'s entry lacks {', '.join(missing)}, so keyrack does not write to it.",
            hint=f"Log in there with {client} first.",
        )


def new_fields(
    row: Row, tokens: TokenSet, now: float, *, with_refresh: bool
) -> Iterator[tuple[str, str | int | float]]:
    """The token fields with their new values, as JSON: the access token, and when it expires."""
    layout = row.layout
    yield layout.access, tokens.access_token.reveal()
    if with_refresh and layout.refresh and tokens.refresh_token is not None:
        yield layout.refresh, tokens.refresh_token.reveal()
    # keyrack refreshes a token of unknown expiry after this time.
    expires_at = now + OLD_AGE if tokens.expires_at is None else tokens.expires_at
    if layout.expires_at:
        yield layout.expires_at, _moment(expires_at, row, layout.expires_at)
    if layout.expires_in and (not layout.expires_at or field(row.fields, layout.expires_in) is not None):
        yield layout.expires_in, max(int(expires_at - now), 0)
        if layout.obtained_at:
            yield layout.obtained_at, _moment(now, row, layout.obtained_at)
    stored_at = getattr(layout, "stored_at", "")
    if layout.expires_in and stored_at and field(row.fields, stored_at) is not None:
        yield stored_at, _moment(now, row, stored_at)


def _moment(at: float, row: Row, dotted: str) -> str | int | float:
    """A time, written as the row writes it now."""
    layout: Layout = row.layout
    before = field(row.fields, dotted)
    if isinstance(before, str):
        return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    whole = layout.is_whole or layout.unit > 1 or (isinstance(before, int) and not isinstance(before, bool))
    return int(at * layout.unit) if whole else float(at)


def _written(content: str, path: tuple[Key, ...]) -> Secret | None:
    found: Any = content if not path else json_members.get(content.removeprefix(BOM), path)
    return None if found is None else Secret(found)
