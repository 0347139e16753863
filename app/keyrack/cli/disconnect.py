"""`keyrack disconnect`: put an entry back as it was before keyrack connect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.exits import ERROR, OK
from keyrack.cli.spec import Arguments, Option, Verb
from keyrack.domain.errors import UsageError
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.context import Context


class Options(Arguments):
    operand: str
    from_: str | None = None
    write: bool = False


VERB = Verb(
    name="disconnect",
    operand="NAME|URL",
    options=(
        Option(("--from",), "the program, as in keyrack clients", "PROGRAM"),
        Option(("--write",), "make the change (default: only show it)"),
    ),
    takes=Options,
    text="""\
Restores the server's entry in the program's file from the backup, however many
other changes were made since. If there is no backup any more, it removes what
keyrack connect added. What else has changed in the file stays. For a token that is
published, it stops publishing.""",
    examples=(
        ("Show what would change", "keyrack disconnect linear --from claude-code"),
        ("Disconnect it", "keyrack disconnect linear --from claude-code --write"),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.cli.context import open_store, target
    from keyrack.cli.diff import show
    from keyrack.cli.receipt import line_of
    from keyrack.operations.sharing.connecting import program_to_connect
    from keyrack.operations.sharing.disconnecting import disconnect, plan_disconnect

    if not options.from_:
        raise UsageError(
            "keyrack disconnect needs --from PROGRAM.", hint="Run keyrack clients to see the names."
        )
    out, adapters = context.out, context.adapters()
    server = target(adapters, options.operand)
    program = program_to_connect(adapters, options.from_)
    open_store(adapters)
    planned = plan_disconnect(adapters, server, program)
    show(out, planned.diff)
    if not options.write:
        out.note("Nothing was changed. Add --write to make this change.")
        return OK
    receipt = disconnect(adapters, planned)
    for line in receipt.lines:
        out.line(plain(line_of(line), 4096))
    if receipt.ok and planned.connection is not None:
        out.note(f"Restart {plain(program, 60)}, or let it read its configuration again.")
    return OK if receipt.ok else ERROR
