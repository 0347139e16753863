"""`keyrack list`: every server and the state of its credential."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyrack.cli.output import is_terminal
from keyrack.cli.spec import JSON, Arguments, Option, Verb
from keyrack.domain.address_key import shown
from keyrack.domain.errors import UsageError
from keyrack.wording.times import utc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyrack.cli.context import Context
    from keyrack.cli.output import Output
    from keyrack.domain.reading import Problem
    from keyrack.operations.servers.overview import Overview, Row

TSV = Option(("--tsv",), "print tab-separated fields")
FILTER = Option(("--filter",), "list only the servers that these words select", "WORDS")


class Options(Arguments):
    json: bool = False
    tsv: bool = False
    filter: str | None = None


VERB = Verb(
    name="list",
    operand="",
    options=(JSON, TSV, FILTER),
    takes=Options,
    text="""\
Lists the servers configured in keyrack's own file and in the programs on this
machine (Claude Code, Cursor, VS Code, Codex and others). For each server it
shows the kind of credential, its state, when it expires, and the command to run
next. Of the keychain it reads only what other programs keep there, and only on
Linux; it asks whether it is locked, unlocks nothing, and does not use the
network.

When the output is not a terminal, it prints columns for scripts. Nothing is
truncated, the status is one of the states below, the expiry is a UTC time, and
“-” means no value. Only the last field, the command, can contain spaces; a space
in any other field is printed as %20. --tsv prints the same fields unchanged,
separated by tabs, without a heading. Only a terminal's table and --json say what
other programs hold.

--json prints an array of objects with these fields: name, url (null for a local
process), account, kind (oauth, token, header, none, stdio, unknown), state,
locked, reason, next (a command or null), expires_at (UTC or null), scopes,
issuer, store, secrets (the names of those that keyrack gives to a local process),
plain_text (the names of the headers, variables and options whose secret is in
plain text in a program's file), sources (objects with client, path and disabled, which is true if the
server is switched off in that program), and elsewhere: the tokens that other
programs hold for the server (objects with client, state, expires_at, path and
mode; the state is valid, refreshable, expired or unknown). Secrets are never
printed.

--filter takes the same words as the filter of the terminal UI: any text, and
state:, client:, kind: and account: with the beginning of a value, such as
state:login-needed or client:claude-code. “-” before one of these excludes.

States: valid, expiring, refreshable, login-needed, no-credential, configured,
empty-header, no-auth, stdio, unreachable, bad-entry, orphan. A state keeps its
name while the store is locked; locked is true then.""",
    examples=(
        ("List everything", "keyrack list"),
        ("List what Cursor can't use without a login", "keyrack list --filter 'state:login client:cursor'"),
        (
            "Print the names of the servers that need a login",
            "keyrack list --json | jq -r '.[] | select(.state == \"login-needed\").name'",
        ),
        ("Do the same without jq", "keyrack list --tsv | awk -F'\\t' '$4 == \"login-needed\" { print $1 }'"),
        ("Include a file in mcp-use's format", "keyrack list --config ./mcp.json"),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.operations.servers.overview import overview

    if options.json and options.tsv:
        raise UsageError("--json and --tsv can't be used together.", hint="Choose one of them.")
    adapters = context.adapters()
    found = view = overview(adapters, is_brief=True, ask_store=True)
    if options.filter:
        from keyrack.operations.servers.filtering import matching

        view = view._replace(rows=tuple(matching(view.rows, options.filter)))
    out = context.out
    if options.json:
        out.line(as_json(view, adapters.now()))
    elif found.rows and not view.rows:
        out.note("No server matches the filter.")
    elif not view.rows:
        from keyrack.cli.sources import place_line

        # A program reads standard output, so this message must not appear there.
        tell = out.note if options.tsv or not is_terminal(out.stdout) else out.line
        tell("No MCP servers found. Looked in:")
        for place in view.places:
            tell(place_line(place))
        tell("keyrack login URL works with any server, configured or not.")
        tell("Run keyrack demo to see keyrack with some example servers.")
    else:
        for line in _lines(view, adapters.now(), out, tsv=options.tsv):
            out.line(line)
    problems = (*view.problems, *_exposed(found))
    if problems:
        from keyrack.cli.sources import note_problems

        note_problems(out, problems)
    return 0


def _exposed(view: Overview) -> Sequence[Problem]:
    """The files with other programs' tokens that others can read, until that is changed."""
    tokens = [*view.unclaimed, *(token for row in view.rows for token in row.elsewhere)]
    if not tokens:
        return ()
    from keyrack.operations.sharing.exposed import exposed

    return exposed(tokens, ())


def _lines(view: Overview, now: float, out: Output, *, tsv: bool) -> list[str]:
    if not tsv and is_terminal(out.stdout):
        from keyrack.cli.table import table

        return table(view.rows, now, out.stdout)
    from keyrack.cli.piped import in_columns, tab_separated

    return tab_separated(view.rows) if tsv else in_columns(view.rows, out.stdout)


def as_json(view: Overview, now: float) -> str:
    """A JSON array in ASCII, so that no string in it can send control codes to a terminal.

    It is one line: an indent, or one call per row, doubles the time for a long list.
    """
    from json import dumps

    return dumps([facts(row, now) for row in view.rows])


def facts(row: Row, now: float) -> dict[str, Any]:
    """The fields that `--json` prints for a server."""
    server, credential = row.server, row.credential
    return {
        "name": server.name,
        "url": server.url and shown(server.url),
        "account": server.account,
        "kind": row.kind,
        "state": row.status.state.value,
        "locked": row.locked,
        "reason": row.status.reason,
        "next": row.command,
        "expires_at": utc(credential.expires_at) if credential else None,
        "scopes": list(credential.scopes) if credential else [],
        "issuer": credential.issuer if credential else None,
        "store": (credential.store or None) if credential else None,
        "secrets": list(credential.secrets) if credential else [],
        "plain_text": list(server.in_plain_text),
        "sources": [
            {"client": source.client, "path": source.path, "disabled": source.disabled}
            for source in server.sources
        ],
        "elsewhere": [
            {
                "client": held.client,
                "state": held.state(now).value,
                "expires_at": utc(held.tokens.expires_at),
                "path": held.place.path or None,
                "mode": None if held.place.mode is None else f"{held.place.mode:04o}",
            }
            for held in row.elsewhere
        ],
    }
