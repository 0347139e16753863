"""Creates rows for programs whose format keyrack writes in full: `mcp` and mcp-use, Python and TypeScript."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from keyrack.domain import redaction
from keyrack.domain.change import Change, Edit, Step
from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import Place
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import MASK, Secret
from keyrack.domain.status import OLD_AGE
from keyrack.sources.locations import Search
from keyrack.sources.rewriting import json_members
from keyrack.sources.rewriting.diff import diff
from keyrack.sources.rewriting.json_members import NoSuchMember
from keyrack.sources.rewriting.steps import applied
from keyrack.system import files
from keyrack.wording.commands import restrict_command


class _Entry(NamedTuple):
    """A value to write: the whole file, or at a path in it."""

    file: str
    path: tuple[str, ...]
    value: Mapping[str, Any]
    keeps: bool = False  # what is there already stays


def edits(search: Search, change: Change, now: float) -> tuple[Edit, ...]:
    """What to write. Raises KeyrackError if there is something already, or the file can't be read."""
    by_file: dict[str, list[_Entry]] = {}
    for entry in CREATED[change.held.client](search, change, now):
        by_file.setdefault(entry.file, []).append(entry)
    made = (_edit(change, path, entries) for path, entries in by_file.items())
    return tuple(edit for edit in made if edit is not None)


def shown(search: Search, change: Change, now: float) -> tuple[str, ...]:
    """The diff. Only names and structure are shown."""
    lines: list[str] = []
    for edit in edits(search, change, now):
        public = {json.dumps(MASK, ensure_ascii=False): json.dumps(MASK, ensure_ascii=False)}
        before, after = (
            redaction.shown_file(_pretty(each), redaction.JSON_PARTS, public) for each in (edit.old, edit.new)
        )
        found = diff(edit.place.path, before, after)
        lines += found if before else [line for line in found if line != "-"]  # a new file has no old line
    return tuple(lines)


def _pretty(text: Secret | None) -> str:
    return "" if text is None else json.dumps(json.loads(text.reveal()), indent=2)


def _edit(change: Change, path: str, entries: list[_Entry]) -> Edit | None:
    try:
        data = files.read_bytes(path)
        old = files.decode(data)
        if os.name == "posix" and os.stat(path).st_mode & 0o077:
            raise KeyrackError(
                f"Other users of this machine can read {path}.", hint=f"Run: {restrict_command(path)}"
            )
    except files.NoFile:
        whole: dict[str, Any] = {}
        for entry in entries:
            _put(whole, entry.path, entry.value)
        return Edit(Place(path), None, Secret(json.dumps(whole, indent=2) + "\n"))
    except files.BadFile as error:
        raise KeyrackError(f"{path}: {error} Nothing was changed.") from None
    steps: list[Step] = []
    for entry in entries:
        if not entry.path or json_members.get(old, entry.path) is not None:
            if entry.keeps:
                continue
            raise KeyrackError(
                f"{change.held.client} has a login for this server already.", hint="Try again."
            )
        steps += _steps(old, entry, steps)
    try:
        return Edit(Place(path), Secret(old), Secret(applied(old, steps)), tuple(steps)) if steps else None
    except NoSuchMember:
        raise KeyrackError(
            f"{path} is not written as {change.held.client} does. Nothing was changed."
        ) from None


def _steps(old: str, entry: _Entry, before: list[Step]) -> list[Step]:
    """The object that contains the value is created too, if it is missing."""
    outer = entry.path[:-1]
    made = any(step.path == outer for step in before)
    steps: list[Step] = []
    if outer and not made and json_members.get(old, outer) is None:
        steps.append(Step(outer, None, Secret("{}")))
    return [*steps, Step(entry.path, None, Secret(json.dumps(entry.value)))]


def _put(data: dict[str, Any], path: tuple[str, ...], value: Mapping[str, Any]) -> None:
    for key in path[:-1]:
        data = data.setdefault(key, {})
    if path:
        data[path[-1]] = value
    else:
        data.update(value)


def _expires_at(change: Change, now: float) -> float:
    assert change.tokens is not None
    return now + OLD_AGE if change.tokens.expires_at is None else change.tokens.expires_at


def _refresh(change: Change) -> str | None:
    assert change.tokens is not None
    token = change.tokens.refresh_token
    return token.reveal() if token is not None and change.with_refresh else None


def _mcp(search: Search, change: Change, now: float) -> Iterator[_Entry]:
    """A time must be a whole number, or `mcp` ignores the whole file."""
    assert change.tokens is not None
    if search.env.get("MCP_AUTH_CONFIG"):
        raise KeyrackError("mcp takes its logins from MCP_AUTH_CONFIG, which keyrack can't change.")
    named = search.env.get("MCP_AUTH_PATH")
    path = search.named(named) if named else search.at_home(".config", "mcp", "auth.json")
    held, refresh = change.held, _refresh(change)
    key = held.url.rstrip("/")
    yield _Entry(
        path,
        ("tokens", key),
        {
            "access_token": change.tokens.access_token.reveal(),
            "refresh_token": refresh,
            "expires_at": int(_expires_at(change, now)),
        },
    )
    # `mcp` refreshes with the client of this server, which must be the one that got the refresh token.
    if refresh and held.client_id:
        secret = held.client_secret.reveal() if held.client_secret else None
        yield _Entry(path, ("clients", key), {"client_id": held.client_id, "client_secret": secret})
    else:
        yield _Entry(path, ("clients",), {}, keeps=True)


def _mcp_use_python(search: Search, change: Change, now: float) -> Iterator[_Entry]:
    from keyrack.sources.tokens.programs.mcp_use_python import stem_of

    assert change.tokens is not None
    held, refresh = change.held, _refresh(change)
    stem = stem_of(held.url)
    if "/" in stem or "\\" in stem:
        raise KeyrackError("mcp-use has no file name for this URL.")
    yield _Entry(
        search.at_home(".mcp_use", "tokens", f"{stem}.json"),
        (),
        {
            "access_token": change.tokens.access_token.reveal(),
            "token_type": "Bearer",
            "expires_at": float(_expires_at(change, now)),
            "refresh_token": refresh,
            "scope": " ".join(change.tokens.scopes) or None,
        },
    )


def _mcp_use_typescript(search: Search, change: Change, now: float) -> Iterator[_Entry]:
    from keyrack.sources.tokens.programs.mcp_use_typescript import hash_of

    assert change.tokens is not None
    held, refresh = change.held, _refresh(change)
    digest = hash_of(held.url)
    folder = search.at_home(".mcp-use", "oauth", digest)
    tokens: dict[str, Any] = {
        "access_token": change.tokens.access_token.reveal(),
        "token_type": "Bearer",
        "expires_in": max(int(_expires_at(change, now) - now), 0),
        "scope": " ".join(change.tokens.scopes),
    }
    if refresh:
        tokens["refresh_token"] = refresh
    yield _Entry(os.path.join(folder, f"mcp_auth_{digest}_tokens"), (), tokens)
    if refresh and held.client_id:
        info: dict[str, Any] = {"client_id": held.client_id, "redirect_uris": []}
        if held.client_secret:
            info["client_secret"] = held.client_secret.reveal()
        yield _Entry(os.path.join(folder, f"mcp_auth_{digest}_client_info"), (), info, keeps=True)
    used = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    session = {"type": "http", "url": held.url, "authMode": "oauth", "lastUsed": used}
    yield _Entry(
        search.at_home(".mcp-use", "cli-sessions.json"), ("sessions", held.name), session, keeps=True
    )


CREATED: Mapping[str, Callable[[Search, Change, float], Iterator[_Entry]]] = {
    "mcp": _mcp,
    "mcp-use": _mcp_use_python,
    "mcp-use (TypeScript)": _mcp_use_typescript,
}
