"""`keyrack undo`: reverse the last change to another program's file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.exits import ERROR, OK
from keyrack.cli.spec import Arguments, Option, Verb
from keyrack.domain.errors import Cancelled
from keyrack.domain.text import plain
from keyrack.wording.times import local

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.domain.change import Backup


class Options(Arguments):
    list: bool = False
    yes: bool = False


VERB = Verb(
    name="undo",
    operand="",
    options=(
        Option(("--list",), "list the changes that can be reversed, and reverse none"),
        Option(("-y", "--yes"), "skip the confirmation prompt"),
    ),
    takes=Options,
    text="""\
Reverses the last change that keyrack made to a file or keychain item of another
program: by adopt, connect, import --move, clear --from or publish. Run it again for the
change before that. A change that can't be reversed any more is skipped.

If the file is as keyrack left it, the old content comes back, byte for byte. If
it has changed since, only keyrack's own part is reversed, and everything else
stays. A refresh token that has been replaced since is never put back: log in with
that program again instead. After the undo of a move, keyrack keeps the access
token and gives the refresh token back to the program.

The backups are encrypted with a key in the credential store, and deleted after 30
days.""",
    examples=(
        ("See what can be reversed", "keyrack undo --list"),
        ("Reverse the last change", "keyrack undo"),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.cli.context import open_store
    from keyrack.cli.receipt import line_of
    from keyrack.cli.terminal import agree
    from keyrack.operations.sharing.undo import undo, undoable, why_not

    out, adapters = context.out, context.adapters()
    open_store(adapters)
    backups = undoable(adapters)
    if not backups:
        out.note("There is nothing to undo.")
        return OK
    if options.list:
        for backup in backups:
            refusal = why_not(adapters, backup)
            _show(context, backup, f" Can't be undone: {plain(refusal)}" if refusal else "")
        return OK
    refusals = [why_not(adapters, each) for each in backups]
    place = refusals.index("") if "" in refusals else 0
    for backup, refusal in zip(backups[:place], refusals, strict=False):
        out.note(f"Skipped: {plain(backup.what, 200)}. It can't be undone: {plain(refusal)}")
    backup = backups[place]
    _show(context, backup)
    if not refusals[place] and not options.yes and not agree(out, "Reverse this change?"):
        raise Cancelled("Nothing was changed.")
    receipt = undo(adapters, backup)
    for line in receipt.lines:
        out.line(line_of(line))
    return OK if receipt.ok else ERROR


def _show(context: Context, backup: Backup, more: str = "") -> None:
    when = local(backup.at, context.adapters().now())
    context.out.line(f"{when}  {plain(backup.what, 200)}.{more}")
    for edit in backup.edits:
        context.out.line(f"  {plain(edit.place.name, 4096)}")
