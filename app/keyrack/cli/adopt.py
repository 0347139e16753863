"""`keyrack adopt`: move a token from a program's file into the keychain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.exits import ERROR, OK
from keyrack.cli.output import Output
from keyrack.cli.spec import ACCOUNT, Arguments, Option, Verb
from keyrack.domain.errors import Cancelled, KeyrackError
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.operations.servers.adopt import Adopted, Plan


class Options(Arguments):
    operand: str
    dry_run: bool = False
    no_check: bool = False
    yes: bool = False
    account: str | None = None


VERB = Verb(
    name="adopt",
    operand="NAME|URL",
    options=(
        Option(("--dry-run",), "show what would change, and change nothing"),
        Option(("--no-check",), "store the token without testing it on the server"),
        Option(("-y", "--yes"), "skip the confirmation prompt"),
        ACCOUNT,
    ),
    takes=Options,
    text="""\
Some programs' files contain a token in plain text, in a header. keyrack shows
the change it would make, with every secret masked, and asks for confirmation.
Then it tests the token on the server, stores it, reads it back, and only then
replaces it in the file with the program's own syntax for a variable. The rest of
the file stays the same, byte for byte. An encrypted backup is kept for 30 days,
for keyrack undo. At the end keyrack prints how to set the variable.

For a local server (stdio), the secrets in its environment and in options such as
--api-key are moved. Its entry then starts it with "keyrack exec", which gives it
the secrets again. To change one later, run keyrack set NAME.

It does not change project files, which may be shared with others, files of
mcp-use, which has no variables, or YAML files; it prints what to put there.""",
    examples=(
        ("Show what would change", "keyrack adopt github --dry-run"),
        ("Move the token", "keyrack adopt github"),
        ("Move the secrets of a local server", "keyrack adopt postgres"),
        ("Find tokens in files", "keyrack doctor"),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.cli.context import open_store, target
    from keyrack.cli.terminal import agree
    from keyrack.operations.servers.adopt import adopt, plan

    out, adapters = context.out, context.adapters()
    server = target(adapters, options.operand, options.account, or_local=True)
    if server.url is None:
        from keyrack.cli.adopt_secrets import run as adopt_secrets

        return adopt_secrets(context, server, dry_run=options.dry_run, yes=options.yes)
    planned = plan(adapters, server)
    _show(out, planned)
    if options.dry_run:
        out.note("Nothing was changed.")
        return OK
    if not options.yes and not agree(out, _question(planned)):
        raise Cancelled("Nothing was changed.")
    open_store(adapters)
    try:
        done = adopt(adapters, planned, try_it=not options.no_check)
    except KeyrackError as error:
        error.hint = f"{error.hint} No file was changed.".strip()
        raise
    _tell(out, planned, done)
    return OK if done.receipt.ok else ERROR


def _show(out: Output, planned: Plan) -> None:
    from keyrack.cli.diff import show

    for change in planned.changes:
        show(out, change.diff)
    for sentence in (*planned.by_hand, *planned.left):
        out.line(plain(sentence, 1000))


def _question(planned: Plan) -> str:
    kind = {"oauth": "OAuth login", "token": "token", None: ""}[planned.replaces]
    instead = f" in place of the stored {kind}" if kind else ""
    files = len(planned.changes)
    change = f" and change {'this file' if files == 1 else f'these {files} files'}" if files else ""
    return f"Store the token of {plain(planned.server.name, 60)}{instead}{change}?"


def _tell(out: Output, planned: Plan, done: Adopted) -> None:
    from keyrack.cli.receipt import line_of
    from keyrack.operations.servers.adopt import needs_variable, shell_lines

    for line in done.receipt.lines:
        out.line(line_of(line))
    if done.changed:
        out.line("  keyrack undo reverses the change of the file. Its backup is encrypted.")
    if needs_variable(planned):
        out.line("Add this to the program's environment (for instance your shell profile), then restart it:")
        for line in shell_lines(planned):
            out.line(f"  {line}")
    else:
        out.line("keyrack itself needs no variable: if it is not set, keyrack uses the stored token.")
