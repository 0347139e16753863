"""`keyrack check`: what the server says right now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.exits import ERROR, LOGIN_NEEDED, OK, TEMPORARY
from keyrack.cli.spec import ACCOUNT, JSON, Verb
from keyrack.domain.address_key import shown
from keyrack.domain.text import plain
from keyrack.domain.timetext import utc

if TYPE_CHECKING:
    from types import SimpleNamespace

    from keyrack.cli.context import Context
    from keyrack.domain.model import Check, Server
    from keyrack.domain.status import Action
    from keyrack.operations.parts import Parts

VERB = Verb(
    name="check",
    summary="ask a server what it wants, and whether it takes the token",
    operand="NAME|URL",
    options=(ACCOUNT, JSON),
    text="""\
Sends the server one MCP greeting, with the stored token where there is one, and
tells the answer: open (no credential needed), optional (answers anyone, and has a
login), required, accepted, refused, unreachable or unknown; and the MCP revision
that it speaks. A token is called accepted only where the server does not take the
same without it; otherwise it could not be tested. The answer is kept for the list.

It exits with 0 where the server can be used as it is, 3 where a person must log
in, 4 where the server can't be reached, and 1 where its answer makes no sense.
With --json it writes an object with name, url, account, verdict, reason,
revision, checked_at and next.""",
    examples=(
        ("Is my token still good?", "keyrack check linear"),
        ("What does a server want, before it is configured?", "keyrack check https://mcp.example.com/mcp"),
    ),
)

# The verdict's glyph, its words, and the exit code.
_SAID = {
    "open": ("✓", "open: it needs no credential", OK),
    "optional": ("✓", "optional: it answers without a credential, but perhaps not everything", OK),
    "accepted": ("✓", "accepted: it takes the credential", OK),
    "required": ("◌", "required: it wants a credential, and there is none", LOGIN_NEEDED),
    "refused": ("✕", "refused: it does not take the credential", LOGIN_NEEDED),
    "unreachable": ("!", "unreachable", TEMPORARY),
    "unknown": ("?", "unknown: its answer says neither yes nor no", ERROR),
}


def run(context: Context, args: SimpleNamespace) -> int:
    from keyrack.cli.context import target
    from keyrack.domain.status import command_for
    from keyrack.operations.check import check

    parts = context.parts()
    server = target(parts, args)
    found = check(parts, server)
    glyph, words, code = _SAID[found.verdict]
    command = command_for(_next(parts, server, found), server)
    out = context.out
    if args.json:
        out.line(_as_json(server, found, command))
        return code
    out.line(f"{glyph} {plain(server.called, 120)}: {words}.")
    if found.reason:
        out.line(f"  {plain(found.reason)}")
    if found.revision:
        out.line(f"  MCP {plain(found.revision, 40)}")
    if command:
        out.line(f"  Next: {plain(command)}")
    return code


def _next(parts: Parts, server: Server, found: Check) -> Action | None:
    """What would help. A header that the configuration sends can only be mended there."""
    from keyrack.domain.status import Action, authorization_header
    from keyrack.operations.credential import key_of

    if found.verdict == "unreachable":
        return Action.CHECK
    header = authorization_header(server)
    if found.verdict not in ("required", "refused", "optional"):
        return None
    if header is not None and not header.is_empty:
        return None
    record = parts.rack().record(*key_of(server))
    stored = record.credential if record is not None else None
    if (found.verdict == "optional" and stored is not None) or (server.helper is not None and stored is None):
        return None
    return Action.TOKEN if stored is not None and stored.kind == "token" else Action.LOGIN


def _as_json(server: Server, found: Check, command: str | None) -> str:
    from json import dumps

    return dumps(
        {
            "name": server.name,
            "url": server.url and shown(server.url),
            "account": server.account,
            "verdict": found.verdict,
            "reason": found.reason,
            "revision": found.revision,
            "checked_at": utc(found.at),
            "next": command,
        }
    )
