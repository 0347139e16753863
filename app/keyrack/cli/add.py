"""`keyrack add`: add a server to keyrack's own file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.server_options import NO_CHECK, OPTIONS, ServerOptions
from keyrack.cli.spec import Verb
from keyrack.domain.errors import UsageError
from keyrack.domain.text import plain
from keyrack.wording.glyphs import DONE

if TYPE_CHECKING:
    from keyrack.cli.context import Context


class Options(ServerOptions):
    operand: str
    second: str | None = None


VERB = Verb(
    name="add",
    operand="NAME URL",
    options=(*OPTIONS, NO_CHECK),
    takes=Options,
    text="""\
Adds a server to keyrack's own file, config.toml, whose comments and order stay.
No other program's file is changed; keyrack connect does that.

The server is asked first what it wants, and is not added if it can't be reached
or does not answer like an MCP server. --no-check adds it without asking.

A secret is never written into the file. A header takes it from a variable, and
a token is stored with keyrack set. If your OAuth app has a client secret, give
it at the login: keyrack login NAME --client-secret-stdin.

--set takes any setting that README describes for a server, by its name in the
file: --set issuer=https://auth.example.com, --set authorize.prompt=consent.""",
    examples=(
        ("Add a server", "keyrack add linear https://mcp.linear.app/mcp"),
        (
            "Send a header with each request",
            "keyrack add wiki https://wiki.example/mcp --header 'X-Team: ${TEAM}'",
        ),
        (
            "Use an OAuth app that you registered",
            "keyrack add github https://api.githubcopilot.com/mcp/ --client-id Iv1.abc --callback-port 8080",
        ),
        (
            "Add a machine login",
            "keyrack add ci https://ci.example/mcp --client-id ci --set grant_type=client_credentials",
        ),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.cli.server_options import asked, tell_affected, tell_next, with_options
    from keyrack.operations.servers import own_entries

    if not options.second:
        raise UsageError("keyrack add needs NAME URL.", hint="Run keyrack add --help for usage.")
    adapters = context.adapters()
    name, table = options.operand, with_options({"url": options.second}, options)
    server = own_entries.understood(adapters, name, table)
    found = None if options.no_check else asked(context, server, "added")
    affected = own_entries.add(adapters, name, table)
    own_entries.note_check(adapters, name, found.check if found else None)
    path = adapters.own_servers().path
    said = f" {plain(found.sentence)}" if found else ""
    context.out.note(f"{DONE} Added {plain(name, 120)} to {plain(path)}.{said}")
    tell_affected(context, affected, name)
    tell_next(context, server, found)
    return 0
