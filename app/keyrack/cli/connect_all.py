"""`keyrack connect --all`: a numbered list of every server and program, of which the user chooses."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from keyrack.cli.exits import ERROR, OK
from keyrack.cli.output import Output, is_terminal
from keyrack.domain.errors import Cancelled, KeyrackError, UsageError
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.operations.sharing.candidates import Candidate


def run(context: Context, *, write: bool) -> int:
    from keyrack.cli.context import open_store
    from keyrack.operations.servers.overview import overview
    from keyrack.operations.sharing.candidates import candidates

    out, adapters = context.out, context.adapters()
    found = candidates(adapters, overview(adapters))
    if not found:
        out.note("Every entry that can be connected is connected.")
        return OK
    for number, each in enumerate(found, 1):
        where = f"{plain(each.program, 60)} by {each.method.value}  {plain(each.path or 'new', 4096)}"
        out.line(f"{number:3}  {plain(each.server.display_name, 120)}  →  {where}")
    if not is_terminal(sys.stdin):
        if write:
            raise UsageError("There is no terminal to choose on.", hint="Use --to PROGRAM for one at a time.")
        return OK
    chosen = _chosen(out, len(found))
    if not chosen:
        raise Cancelled("Nothing was changed.")
    open_store(adapters)
    return _connect(context, [found[place] for place in chosen], write=write)


def _chosen(out: Output, count: int) -> list[int]:
    """The places that the user typed, as "1 3-5" or "all"."""
    out.prompt("Which ones? (for instance 1 3-5, or all; enter for none) ")
    typed = sys.stdin.readline().strip().lower()
    if typed == "all":
        return list(range(count))
    places: dict[int, None] = {}
    for word in typed.replace(",", " ").split():
        first, _, last = word.partition("-")
        if not (first.isdecimal() and (last or first).isdecimal()):
            raise UsageError("That is no number of the list.", hint="Type for instance: 1 3-5")
        for number in range(int(first), min(int(last or first), count) + 1):
            if not 1 <= number <= count:
                raise UsageError(f"The list has no number {number}.")
            places[number - 1] = None
    return list(places)


def _connect(context: Context, wanted: Sequence[Candidate], *, write: bool) -> int:
    """One after the other; one that can't be connected does not stop the others."""
    from keyrack.cli.connect_plan import tell_plan
    from keyrack.cli.terminal import agree
    from keyrack.operations.sharing.connecting import connect, plan_connect
    from keyrack.wording.glyphs import DONE, FAILED

    out, adapters = context.out, context.adapters()
    code = OK
    for each in wanted:
        name = f"{plain(each.server.display_name, 120)} in {plain(each.program, 60)}"
        try:
            planned = plan_connect(adapters, each.server, each.program, path=each.path)
            tell_plan(out, planned)
            if write or agree(out, f"Connect {name}?"):
                connect(adapters, planned)
                out.line(f"{DONE} {name}: connected by {planned.method.value}.")
        except KeyrackError as error:
            code = ERROR
            hint = f" {error.hint}" if error.hint else ""
            out.line(f"{FAILED} {name}: {plain(f'{error}{hint}', 1000)}")
    return code
