"""`keyrack adopt`: a token out of a program's file into the keychain."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from keyrack.cli.exits import ERROR, OK
from keyrack.cli.output import Colour, Output, paint
from keyrack.cli.spec import ACCOUNT, Option, Verb
from keyrack.domain.errors import Cancelled, KeyrackError
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from types import SimpleNamespace

    from keyrack.cli.context import Context
    from keyrack.operations.adopt import Adopted, Plan

VERB = Verb(
    name="adopt",
    summary="move a token that stands in a program's file into the keychain",
    operand="NAME|URL",
    options=(
        Option(("--dry-run",), "only show what would be changed"),
        Option(("--no-check",), "store it without trying it on the server"),
        Option(("-y", "--yes"), "do not ask"),
        ACCOUNT,
    ),
    text="""\
Some programs' files hold a token as it is, in a header. keyrack shows what it
would change there, with every secret masked, and asks. Then it tries the token
on the server, stores it, reads it back, and only after that puts the program's
own reference to a variable in its place; all else in the file stays byte for
byte. A copy of the file is kept beside it until you delete it: it holds the
token. At the end it tells how the variable gets its value.

Claude Code's own file is never written, since it holds your login too: what to
put there is told. A project's file may be shared with others and is left alone,
as is one of mcp-use, which knows no variables.""",
    examples=(
        ("What would be changed?", "keyrack adopt github --dry-run"),
        ("Move it", "keyrack adopt github"),
        ("Which files hold a token?", "keyrack doctor"),
    ),
)

_COLOURS: dict[str, Colour] = {"+": "green", "-": "red", "@": "cyan"}


def run(context: Context, args: SimpleNamespace) -> int:
    from keyrack.cli.context import open_store, target
    from keyrack.cli.terminal import agree
    from keyrack.operations.adopt import adopt, plan

    out, parts = context.out, context.parts()
    server = target(parts, args)
    planned = plan(parts, server)
    _show(out, planned)
    if args.dry_run:
        out.note("Nothing was changed.")
        return OK
    if not args.yes and not agree(out, _question(planned)):
        raise Cancelled("Nothing was changed.")
    open_store(parts)
    try:
        done = adopt(parts, planned, try_it=not args.no_check)
    except KeyrackError as error:
        error.hint = f"{error.hint} No file was changed.".strip()
        raise
    _tell(out, planned, done)
    return OK if done.receipt.ok else ERROR


def _show(out: Output, planned: Plan) -> None:
    for change in planned.changes:
        for line in change.diff:
            out.line(paint(plain(line, 1000), _COLOURS.get(line[:1], ""), out.stdout))
    for sentence in (*planned.by_hand, *planned.left):
        out.line(plain(sentence, 1000))


def _question(planned: Plan) -> str:
    kind = {"oauth": "OAuth login", "token": "token", None: ""}[planned.replaces]
    instead = f", in the place of the {kind} that is stored" if kind else ""
    files = len(planned.changes)
    change = f" and change {'this file' if files == 1 else f'these {files} files'}" if files else ""
    return f"Store the token of {plain(planned.server.name, 60)}{instead}{change}?"


def _tell(out: Output, planned: Plan, done: Adopted) -> None:
    from keyrack.cli.receipt import line_of

    for line in done.receipt.lines:
        out.line(line_of(line))
    for copy in done.copies:
        out.line(f"  The file as it was, with the token: {plain(copy, 4096)}")
        out.line(f"  Delete it once all works: {_delete(copy)}")
    if any(change.source.client != "keyrack" for change in planned.changes) or planned.by_hand:
        out.line("Put this where the program's environment comes from, and start the program anew:")
        for name, prefix in planned.variables.items():
            out.line(f"  {_setting(planned, name, prefix)}")
    else:
        out.line("keyrack itself needs no variable: where it is not set, the stored token is used.")


def _delete(path: str) -> str:
    import shlex

    if sys.platform == "win32":
        return f'Remove-Item "{plain(path, 4096)}"'
    return f"rm {plain(shlex.quote(path), 4096)}"


def _setting(planned: Plan, name: str, prefix: str) -> str:
    """A shell's line. The variable is empty for keyrack, which else would hand out its old value."""
    from keyrack.domain.status import command_line

    command = plain(command_line("token", planned.server))
    if sys.platform == "win32":
        return f'$env:{name} = ""; $env:{name} = "{prefix}$({command})"'
    return f'export {name}="{prefix}$({name}= {command})"'
