"""`keyrack list`: every server, and how it stands with its credential."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyrack.cli.output import is_terminal
from keyrack.cli.spec import JSON, Option, Verb
from keyrack.domain.address_key import shown
from keyrack.domain.errors import UsageError
from keyrack.domain.timetext import relative, until, utc

if TYPE_CHECKING:
    from types import SimpleNamespace

    from keyrack.cli.context import Context
    from keyrack.cli.output import Output
    from keyrack.operations.overview import Overview, Row

TSV = Option(("--tsv",), "write fields separated by tabs for a program to read")
VERB = Verb(
    name="list",
    summary="show every server and the state of its credential",
    operand="",
    options=(JSON, TSV),
    text="""\
Shows the servers of keyrack's own configuration and of the programs on this
machine (Claude Code, Cursor, VS Code, Codex and others), each with its kind of
credential, its state, when it expires, and the command to type next. It reads
no keychain, asks no server, and needs no network.

Into a pipe or a file it writes columns for a program to read: nothing is cut,
the status is one of the states below, the expiry a time in UTC, “-” stands for
nothing, and no field but the last, the command, has a blank in it (one in a
name is written %20). With --tsv the same fields are as they are, separated by
tabs, without a heading.

With --json it writes an array with one object per line. Its fields: name, url
(null for a local process), account, kind (oauth, token, header, none, stdio,
unknown), state, reason, next (a command, or null), expires_at (UTC, or null),
scopes, issuer, store, sources (objects with client, path and disabled, which is
true where the server is switched off in that program). Never a secret.

States: valid, expiring, refreshable, login-needed, no-credential, configured,
empty-header, no-auth, stdio, unreachable, bad-entry, store-locked, orphan.""",
    examples=(
        ("Everything, for people", "keyrack list"),
        (
            "The names of those that need a login",
            "keyrack list --json | jq -r '.[] | select(.state == \"login-needed\").name'",
        ),
        ("The same without jq", "keyrack list --tsv | awk -F'\\t' '$4 == \"login-needed\" { print $1 }'"),
        ("With one more file, in mcp-use's form", "keyrack list --config ./mcp.json"),
    ),
)


def run(context: Context, args: SimpleNamespace) -> int:
    from keyrack.operations.overview import overview

    if args.json and args.tsv:
        raise UsageError("--json and --tsv are two forms of one answer.", hint="Choose one of them.")
    parts = context.parts()
    view = overview(parts)
    out = context.out
    if args.json:
        out.line(as_json(view))
    elif not view.rows:
        from keyrack.cli.places import place_line

        # What is no answer to a program does not stand where it looks for one.
        tell = out.note if args.tsv or not is_terminal(out.stdout) else out.line
        tell("No MCP servers found. Looked in:")
        for place in view.places:
            tell(place_line(place))
        tell("keyrack login URL works for any server, configured or not.")
        tell("keyrack demo shows how it looks with some.")
    else:
        for line in _lines(view, parts.now(), out, tsv=args.tsv):
            out.line(line)
    if view.problems:
        from keyrack.cli.places import problem_line

        for problem in view.problems:
            prefix = "" if problem.client == "keyrack" else "keyrack: "  # its line begins with that by itself
            out.note(f"{prefix}{problem_line(problem)}")
    return 0


def _lines(view: Overview, now: float, out: Output, *, tsv: bool) -> list[str]:
    if not tsv and is_terminal(out.stdout):
        from keyrack.cli.table import table

        return table(view.rows, now, out.stdout)
    from keyrack.cli.piped import in_columns, tab_separated

    return tab_separated(view.rows) if tsv else in_columns(view.rows, out.stdout)


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
        "url": server.url and shown(server.url),
        "account": server.account,
        "kind": row.kind,
        "state": row.status.state.value,
        "reason": row.status.reason,
        "next": row.command,
        "expires_at": utc(credential.expires_at) if credential else None,
        "scopes": list(credential.scopes) if credential else [],
        "issuer": credential.issuer if credential else None,
        "store": (credential.store or None) if credential else None,
        "sources": [
            {"client": source.client, "path": source.path, "disabled": source.disabled}
            for source in server.sources
        ],
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
