"""`keyrack clear NAME --from PROGRAM`: delete a login that another program holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.exits import ERROR, OK
from keyrack.domain.errors import Cancelled
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.operations.sharing.clearing import Clearing


def run(
    context: Context,
    named: str,
    program_name: str,
    account: str | None,
    *,
    revoke: bool,
    dry_run: bool,
    yes: bool,
) -> int:
    from keyrack.cli.context import open_store, target
    from keyrack.cli.diff import show
    from keyrack.cli.receipt import line_of
    from keyrack.cli.terminal import agree
    from keyrack.operations.sharing.clearing import clear_there, plan_clear
    from keyrack.operations.sharing.held import login_in, program_named

    out, adapters = context.out, context.adapters()
    server = target(adapters, named, account)
    program = program_named(adapters, program_name)
    clearing = plan_clear(adapters, server, login_in(adapters, server, program))
    out.line(plain(_summary(context, clearing), 1000))
    show(out, clearing.change.diff)
    if clearing.command:
        out.note(f"{plain(program.name, 60)} has its own command: {plain(clearing.command, 500)}")
    verb = "Revoke and delete" if revoke else "Delete"
    if dry_run:
        out.note("Nothing was changed.")
        return OK
    if not yes and not agree(out, f"{verb} this login?"):
        raise Cancelled("Nothing was changed.")
    open_store(adapters)
    receipt = clear_there(adapters, clearing, revoke=revoke)
    for line in receipt.lines:
        out.line(line_of(line))
    return OK if receipt.ok else ERROR


def _summary(context: Context, clearing: Clearing) -> str:
    from keyrack.domain.held import HeldState
    from keyrack.wording.times import good_for

    held, now = clearing.held, context.adapters().now()
    state = held.state(now)
    words = {
        HeldState.EXPIRED: "expired",
        HeldState.REFRESHABLE: "renews itself",
        HeldState.UNKNOWN: "expiry unknown",
    }.get(state) or good_for(held.tokens.expires_at, now)
    return f"{held.client}'s login for {clearing.server.display_name}: {words}; in {held.place.name}"
