"""`keyrack connect`: let another program take its token from keyrack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.exits import OK
from keyrack.cli.spec import ACCOUNT, Arguments, Option, Verb
from keyrack.domain.errors import UsageError
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.operations.sharing.connecting import Connecting


class Options(Arguments):
    operand: str | None = None
    to: str | None = None
    by: str | None = None
    write: bool = False
    project: bool = False
    as_: str | None = None
    all: bool = False
    account: str | None = None


BY = ("helper", "bridge", "variable", "publish")

VERB = Verb(
    name="connect",
    operand="[NAME|URL]",
    options=(
        Option(("--to",), "the program, as in keyrack clients", "PROGRAM"),
        Option(("--write",), "make the change (default: only show it)"),
        Option(("--by",), "helper, bridge, variable or publish (default: the best one there)", "METHOD"),
        Option(("--project",), "in the current project's file, which may be shared with others"),
        Option(("--as",), "the name of a new entry (default: the server's)", "NAME"),
        Option(("--all",), "choose from all servers and programs"),
        ACCOUNT,
    ),
    takes=Options,
    text="""\
Changes the server's entry in the program's file, or adds one, so that the program
gets a fresh token from keyrack each time. The token itself is never written there.
Without --write, keyrack only shows the change.

How a program takes the token depends on what it can do:
  helper    it runs keyrack header when it connects, and after a refused token
            (Claude Code, Codex)
  bridge    it runs keyrack bridge as a local server (all others)
  variable  it reads an environment variable when it starts; keyrack prints the
            line for the shell
  publish   keyrack writes the token into the program's store after each refresh;
            see keyrack help publish

Everything else in the file stays as it is. A token in plain text in the entry is
removed if keyrack has it. keyrack checks first that it can open its store in the
environment that the program gives it. keyrack undo and keyrack disconnect put the
entry back.""",
    examples=(
        ("Show what would change", "keyrack connect linear --to claude-code"),
        ("Connect it", "keyrack connect linear --to claude-code --write"),
        ("Choose from everything", "keyrack connect --all"),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.cli.connect_plan import tell_plan
    from keyrack.cli.context import open_store, target
    from keyrack.domain.connection import Method
    from keyrack.operations.sharing.connecting import connect, plan_connect, program_to_connect
    from keyrack.wording.glyphs import DONE

    if options.all:
        from keyrack.cli import connect_all

        return connect_all.run(context, write=options.write)
    if not options.operand:
        raise UsageError("keyrack connect needs a server.", hint="Run keyrack list, or use --all.")
    if not options.to:
        raise UsageError("keyrack connect needs --to PROGRAM.", hint="Run keyrack clients to see the names.")
    if options.by is not None and options.by not in BY:
        raise UsageError(f"--by is one of: {', '.join(BY)}.")
    out, adapters = context.out, context.adapters()
    server = target(adapters, options.operand, options.account)
    program = program_to_connect(adapters, options.to)
    open_store(adapters)
    planned = plan_connect(
        adapters,
        server,
        program,
        method=Method(options.by) if options.by else None,
        account=options.account,
        in_project=options.project,
        name=options.as_ or "",
    )
    tell_plan(out, planned)
    name, there = plain(server.display_name, 120), plain(program, 60)
    if planned.is_connected:
        out.line(f"{DONE} {name}: already connected in {there} (by {planned.method.value}).")
        return OK
    if not options.write:
        out.note("Nothing was changed. Add --write to make this change.")
        return OK
    connect(adapters, planned)
    how = "publishes there" if planned.plan is None else f"by {planned.method.value}"
    out.line(f"{DONE} {name}: connected in {there} ({how}).")
    _tell_next(context, planned)
    return OK


def _tell_next(context: Context, planned: Connecting) -> None:
    from keyrack.operations.sharing.connecting import shell_line

    out = context.out
    if planned.variable:
        out.line("Add this to the program's environment (for instance your shell profile), then restart it:")
        out.line(f"  {plain(shell_line(planned), 2000)}")
    else:
        out.note(f"Restart {plain(planned.program, 60)}, or let it read its configuration again.")
    out.note("keyrack undo reverses this.")
