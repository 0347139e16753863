"""`keyrack remove`: delete a server from keyrack's own file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.spec import Arguments, Option, Verb
from keyrack.domain.errors import Cancelled
from keyrack.domain.text import plain
from keyrack.wording.glyphs import DONE

if TYPE_CHECKING:
    from keyrack.cli.context import Context


class Options(Arguments):
    operand: str
    clear: bool = False
    yes: bool = False


VERB = Verb(
    name="remove",
    operand="NAME",
    options=(
        Option(("--clear",), "delete its credential too, unless another program lists the server"),
        Option(("-y", "--yes"), "skip the confirmation prompt"),
    ),
    takes=Options,
    text="""\
Deletes a server from keyrack's own file. Without --clear its credential stays
stored, and keyrack list shows it as “not configured any more”. To revoke it too,
run keyrack clear NAME --revoke first.

remove asks for confirmation; without a terminal it requires --yes.""",
    examples=(
        ("Remove a server, and keep its credential", "keyrack remove linear"),
        ("Remove both without a prompt", "keyrack remove linear --clear --yes"),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.cli.server_options import tell_affected
    from keyrack.cli.terminal import agree
    from keyrack.operations.servers import own_entries

    adapters = context.adapters()
    was = own_entries.entry_named(adapters, options.operand)
    path, name = plain(adapters.own_servers().path), plain(was.name, 120)
    accounts = own_entries.accounts_of(adapters, was) if options.clear else ()
    what = f"{name} from {path}" + _credentials(accounts)
    if not options.yes and not agree(context.out, f"Remove {what}?"):
        raise Cancelled("Nothing was changed.")
    affected = own_entries.remove(adapters, was, clear=accounts)
    context.out.note(f"{DONE} Removed {name} from {path}.")
    tell_affected(context, affected, was.name)
    return 0


def _credentials(accounts: tuple[str, ...]) -> str:
    if len(accounts) < 2:
        return ", and delete its credential" if accounts else ""
    *some, last = (plain(account, 60) for account in accounts)
    return f", and delete the credentials of its accounts {', '.join(some)} and {last}"
