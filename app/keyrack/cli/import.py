"""`keyrack import`: take over a login that another program holds."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from keyrack.cli.exits import ERROR, OK
from keyrack.cli.spec import ACCOUNT, Arguments, Option, Verb
from keyrack.domain.errors import Cancelled, UsageError
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.operations.sharing.importing import How, Imported, Importing


class Options(Arguments):
    operand: str
    from_: str | None = None
    move: bool = False
    copy: bool = False
    account: str | None = None


FROM = Option(("--from",), "the program, as in keyrack clients", "PROGRAM")

VERB = Verb(
    name="import",
    operand="NAME|URL",
    options=(
        FROM,
        Option(("--move",), "take the whole login, and delete it in the program"),
        Option(("--copy",), "take only the access token, until it expires"),
        ACCOUNT,
    ),
    takes=Options,
    text="""\
Reads the token that another program holds for the server, tests it on the server,
stores it in the keychain and reads it back.

Many servers replace the refresh token each time it is used, so it can have only
one owner. With --move that is keyrack: the program's entry is deleted once
keyrack has stored the login, and keyrack prints what to add to the program's
configuration so that it gets its tokens from keyrack. With --copy, the program
keeps its login, and keyrack has the access token until it expires; a login that
keyrack can refresh is never replaced by one. On a terminal, keyrack asks which of
the two; without a terminal, one of them is required.

The login must be for this very server. Its refresh token is only sent to the
authorization server that the program stored with it, and only if that is also the
one that the server names. keyrack undo reverses a move, unless the refresh token
has been replaced since.""",
    examples=(
        ("Take over Claude Code's login", "keyrack import linear --from claude-code"),
        ("Copy the access token only", "keyrack import linear --from codex --copy"),
        ("See what other programs hold", "keyrack clients"),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.cli.context import open_store, target
    from keyrack.operations.sharing.held import login_in, program_named
    from keyrack.operations.sharing.importing import import_login, plan_import

    if not options.from_:
        raise UsageError("keyrack import needs --from PROGRAM.", hint="Run keyrack clients to see the names.")
    if options.move and options.copy:
        raise UsageError("--move and --copy can't be used together.", hint="Choose one of them.")
    out, adapters = context.out, context.adapters()
    server = target(adapters, options.operand, options.account)
    program = program_named(adapters, options.from_)
    open_store(adapters)
    importing = plan_import(adapters, server, login_in(adapters, server, program))
    how: How = "move" if options.move else "copy" if options.copy else _asked(context, importing)
    if how == "move" and importing.can_move:
        _show_change(context, importing)
    if importing.replaces is not None:
        out.note(f"This replaces the credential that is stored for {plain(server.display_name, 120)}.")
    _tell(context, importing, done := import_login(adapters, importing, how), how)
    return OK if done.receipt.ok else ERROR


def _asked(context: Context, importing: Importing) -> How:
    """Raises UsageError if nobody can answer, Cancelled."""
    from keyrack.cli.output import is_terminal

    if not is_terminal(sys.stdin):
        raise UsageError(
            "There is no terminal to ask on.", hint="Use --move for the whole login, or --copy for the token."
        )
    out, client = context.out, plain(importing.held.client, 60)
    if not importing.can_move:
        out.note(f"{plain(importing.why_not)} Only the access token can be taken.")
        out.prompt("Copy the access token? [y/N] ")
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return "copy"
        raise Cancelled("Nothing was changed.")
    if importing.why_not_copy:
        out.note(
            f"{plain(importing.why_not_copy)} Only the whole login can be taken; it is deleted in {client}."
        )
        out.prompt("Move the login? [y/N] ")
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return "move"
        raise Cancelled("Nothing was changed.")
    out.note(f"move  keyrack owns the login; it is deleted in {client}")
    out.note(f"copy  {client} keeps the login; keyrack has the access token until it expires")
    out.prompt("Move or copy? [move/copy/N] ")
    answer = sys.stdin.readline().strip().lower()
    if answer in ("m", "move"):
        return "move"
    if answer in ("c", "copy"):
        return "copy"
    raise Cancelled("Nothing was changed.")


def _show_change(context: Context, importing: Importing) -> None:
    from keyrack.cli.diff import show
    from keyrack.domain.change import Change
    from keyrack.operations.sharing.held import urls_of

    adapters = context.adapters()
    change = adapters.other_programs().plan(Change(importing.held), urls_of(adapters, importing.server))
    show(context.out, change.diff)


def _tell(context: Context, importing: Importing, done: Imported, how: How) -> None:
    from keyrack.cli.receipt import line_of
    from keyrack.domain.held import slug
    from keyrack.wording.commands import command_line
    from keyrack.wording.times import good_for

    out, server, client = context.out, importing.server, importing.held.client
    for line in done.receipt.lines:
        out.line(line_of(line))
    name = plain(server.display_name, 120)
    out.line(f"{name}: {good_for(done.credential.expires_at, context.adapters().now())}.")
    if how != "move" or not done.receipt.ok:
        return
    if client not in context.adapters().entries().programs():
        out.line(f"{plain(client, 60)} will ask for a login of its own when it needs one.")
        return
    command = command_line("connect", server, "--to", slug(client))
    out.line(f"To let {plain(client, 60)} get its tokens from keyrack: {plain(command, 1000)}")
