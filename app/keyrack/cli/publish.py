"""`keyrack publish`: keep the token in another program's store fresh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.exits import OK
from keyrack.cli.spec import ACCOUNT, Arguments, Option, Verb
from keyrack.domain.errors import Cancelled, UsageError
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.context import Context


class Options(Arguments):
    operand: str
    to: str | None = None
    with_refresh_token: bool = False
    stop: bool = False
    yes: bool = False
    account: str | None = None


VERB = Verb(
    name="publish",
    operand="NAME|URL",
    options=(
        Option(("--to",), "the program, as in keyrack clients", "PROGRAM"),
        Option(("--with-refresh-token",), "give the program the refresh token too (see below)"),
        Option(("--stop",), "stop publishing; what was written stays"),
        Option(("-y", "--yes"), "skip the confirmation prompt"),
        ACCOUNT,
    ),
    takes=Options,
    text="""\
Writes the server's access token into the program's own store, and again after
each refresh by keyrack. The program then uses keyrack's login: Claude Code at
once, others at their next connection. This puts a token in plain text into
another program's file, so it is only done for the servers that you name. keyrack
remembers it in its own file, under [publish].

keyrack shows the change first. It writes under the program's own lock, only into
an entry that the program has created, and only the token fields; mcp and mcp-use
also get new entries. A file that other users can read is refused. If a later
publication fails, the command that refreshed the token still succeeds, and prints
a note. keyrack undo reverses the last publication.

The refresh token stays with keyrack. With --with-refresh-token the program gets a
copy: then both can refresh, and where the server replaces refresh tokens, the
first to do so logs the other one out. The program's entry must be for the OAuth
client that keyrack uses: a refresh token works with no other.""",
    examples=(
        ("Publish to Claude Code", "keyrack publish linear --to claude-code"),
        ("Stop publishing", "keyrack publish linear --to claude-code --stop"),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.cli.context import open_store, target
    from keyrack.cli.diff import show
    from keyrack.cli.terminal import agree
    from keyrack.operations.sharing.held import program_named
    from keyrack.operations.sharing.publishing import plan_publish, publish, stop_publishing
    from keyrack.wording.glyphs import DONE

    if not options.to:
        raise UsageError("keyrack publish needs --to PROGRAM.", hint="Run keyrack clients to see the names.")
    out, adapters = context.out, context.adapters()
    server = target(adapters, options.operand, options.account)
    program = program_named(adapters, options.to)
    name, client = plain(server.display_name, 120), plain(program.name, 60)
    if options.stop:
        if stop_publishing(adapters, server, program):
            out.line(f"{DONE} {name}: no longer published to {client}. The last token stays there.")
        else:
            out.note(f"{name} is not published to {client}.")
        return OK
    open_store(adapters)
    planned = plan_publish(adapters, server, program, with_refresh=options.with_refresh_token)
    show(out, planned.change.diff)
    if options.with_refresh_token:
        out.note(
            f"Two owners: {client} and keyrack can both use this refresh token. If the server replaces it"
            " with each refresh, the first to refresh logs the other one out."
        )
    out.note("The token is written in plain text into another program's store.")
    question = f"Write this token to {client} now, and after each refresh?"
    if not options.yes and not agree(out, question):
        raise Cancelled("Nothing was changed.")
    publish(adapters, planned)
    out.line(f"{DONE} {name}: published to {client}. It is written again after each refresh.")
    return OK
