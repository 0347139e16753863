"""`keyrack list`: every server, and how it stands with its credential."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyrack.cli.spec import JSON, Verb
from keyrack.domain.timetext import relative, until, utc

if TYPE_CHECKING:
    from types import SimpleNamespace

    from keyrack.cli.context import Context
    from keyrack.operations.overview import Overview, Row

VERB = Verb(
    name="list",
    summary="show every server and the state of its credential",
    operand="",
    options=(JSON,),
    text="""\
Shows the servers of keyrack's own configuration and of the programs on this
machine (Claude Code, Cursor, VS Code, Codex and others), each with its kind of
credential, its state, when it expires, and the command to type next. It reads
no keychain, asks no server, and needs no network.

With --json it writes an array with one object per line. Its fields: name, url
(null for a local process), account, kind (oauth, token, header, none, stdio,
unknown), state, reason, next (a command, or null), expires_at (UTC, or null),
scopes, issuer, store, sources (objects with client and path). Never a secret.

States: valid, expiring, refreshable, login-needed, no-credential, configured,
empty-header, no-auth, stdio, unreachable, store-locked, orphan.""",
    examples=(
        ("Everything, for people", "keyrack list"),
        (
            "The names of those that need a login",
            "keyrack list --json | jq -r '.[] | select(.state == \"login-needed\").name'",
        ),
        ("With one more file, in mcp-use's form", "keyrack list --config ./mcp.json"),
    ),
)


def run(context: Context, args: SimpleNamespace) -> int:
    from keyrack.operations.overview import overview

    parts = context.parts()
    view = overview(parts)
    out = context.out
    if args.json:
        out.line(as_json(view))
    elif view.rows:
        from keyrack.cli.table import table

        for line in table(view.rows, parts.now(), out.stdout):
            out.line(line)
    else:
        from keyrack.cli.places import place_line

        out.line("No MCP servers found. Looked in:")
        for place in view.places:
            out.line(place_line(place))
        out.line("keyrack login URL works for any server, configured or not.")
        out.line("keyrack demo shows how it looks with some.")
    if view.problems:
        from keyrack.cli.places import problem_line

        for problem in view.problems:
            out.note(f"keyrack: {problem_line(problem)}")
    return 0


def as_json(view: Overview) -> str:
    """An array. ASCII, so no string in it can act on a terminal.

    In one line: an indent, or a call for each row, doubles the time of a long list.
    """
    from json import dumps

    return dumps([facts(row) for row in view.rows])


def facts(row: Row) -> dict[str, Any]:
    """What `--json` tells of a server."""
    server, credential = row.server, row.credential
    return {
        "name": server.name,
        "url": server.url,
        "account": server.account,
        "kind": row.kind,
        "state": row.status.state.value,
        "reason": row.status.reason,
        "next": row.command,
        "expires_at": utc(credential.expires_at) if credential else None,
        "scopes": list(credential.scopes) if credential else [],
        "issuer": credential.issuer if credential else None,
        "store": (credential.store or None) if credential else None,
        "sources": [{"client": source.client, "path": source.path} for source in server.sources],
    }


def expiry(row: Row, now: float) -> str:
    """The column "Expires"."""
    if row.status.state == "unreachable" and row.check is not None:
        return f"checked {relative(row.check.at - now)}"
    if row.credential is None or row.kind == "header":
        return "–"
    if row.credential.refused_at is not None:
        return "refused"
    return until(row.credential.expires_at, now)
