"""`keyrack status`: what needs doing, and the command for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyrack.cli.exits import ERROR, OK
from keyrack.cli.spec import JSON, Arguments, Option, Verb
from keyrack.cli.values import span
from keyrack.domain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyrack.cli.context import Context
    from keyrack.domain.needs import Need
    from keyrack.operations.servers.overview import Row

    Entry = tuple[Row, Need | None]


class Options(Arguments):
    short: bool = False
    expiring_within: float | None = None
    json: bool = False


VERB = Verb(
    name="status",
    operand="",
    options=(
        Option(("--short",), "print only what needs doing, for a prompt: “2 to log in”"),
        Option(
            ("--expiring-within",),
            "show only what needs doing now or within this time, such as 7d",
            "TIME",
            read=span,
        ),
        JSON,
    ),
    takes=Options,
    text="""\
Shows for each server the state of its credential, the account (masked), the
scopes, the expiry, the programs that list the server, and the command to run
next. Servers that need something come first. Exits with 1 if you have something
to do, and with 0 if not. It reads files and keyrack's records only: the keychain
is not read, only asked whether it is locked, and the network is not used.

You have something to do if a login is needed or was never made, a credential
expires soon and does not renew itself (a token within 7 days, a login within 10
minutes), a variable is not set, an entry is not valid, the keychain is locked, or
a server could not be reached at the last check. Servers that are switched off do not count, nor do
those that another program is logged in to. A server that has never been checked
counts as not logged in; keyrack check NAME finds out whether it needs a login.

--expiring-within takes a number with s, m, h, d or w. A credential that renews
itself does not expire in this sense.

--short prints one line, or nothing if you have nothing to do, with the same exit
codes. When the output is not a terminal, the table has all columns, “-” means no
value, programs have the names that --from and --to take, and a space in any
field but the last is printed as %20. --json prints an object with summary (as
--short), needs (how many of each) and servers: those of keyrack list --json, and
for each need (login, expiring, variable, entry, unlock, unreachable, or null),
label (whose account it is, masked) and renews.""",
    examples=(
        ("See what needs doing", "keyrack status"),
        ("Put it into a prompt", "PS1='$(keyrack status --short 2>/dev/null) $ '"),
        ("Be told a week before, from cron", "keyrack status --expiring-within 7d || notify-send keyrack"),
    ),
)


def run(context: Context, options: Options) -> int:
    from keyrack.operations.servers.needs import counted, need_of
    from keyrack.operations.servers.overview import overview
    from keyrack.wording.needs import need_words

    if options.short and options.json:
        raise UsageError("--short and --json can't be used together.", hint="Choose one of them.")
    adapters, out = context.adapters(), context.out
    view, now = overview(adapters, is_brief=True, files_only=True, ask_store=True), adapters.now()
    within = options.expiring_within
    entries = [(row, need_of(row, now, within=within, unread=view.unread)) for row in view.rows]
    needs = counted(need for _, need in entries)
    if options.short:
        if needs:
            out.line(need_words(needs))
        return ERROR if needs else OK
    if within is not None:
        entries = [entry for entry in entries if entry[1] is not None]
    places = {need: place for place, need in enumerate((*needs, None))}
    entries.sort(key=lambda entry: places[entry[1]])
    if options.json:
        out.line(_as_json(entries, needs, now))
    else:
        from keyrack.cli.status_table import lines

        for line in lines(entries, needs, now, out.stdout):
            out.line(line)
        if view.problems:
            from keyrack.cli.sources import note_problems

            note_problems(out, view.problems)
    return ERROR if needs else OK


def _as_json(entries: Sequence[Entry], needs: Any, now: float) -> str:
    """In ASCII, so that no string in it can send control codes to a terminal."""
    from json import dumps

    from keyrack.wording.needs import need_words

    counts = {need.value: number for need, number in needs.items()}
    servers = [_facts(row, need, now) for row, need in entries]
    return dumps({"summary": need_words(needs), "needs": counts, "servers": servers})


def _facts(row: Row, need: Need | None, now: float) -> dict[str, Any]:
    from keyrack.cli.list import facts
    from keyrack.domain.status import renews
    from keyrack.wording.account import masked

    credential = row.credential
    return {
        **facts(row, now),
        "need": need.value if need else None,
        "label": masked(credential.label) or None if credential else None,
        "renews": credential is not None and renews(credential),
    }
