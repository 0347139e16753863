"""Prints what connecting an entry would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.output import Output
    from keyrack.operations.sharing.connecting import Connecting


def tell_plan(out: Output, planned: Connecting) -> None:
    """Print the diff, and what else the user should know before."""
    from keyrack.cli.diff import show

    show(out, planned.diff)
    for note in _notes(planned):
        out.note(plain(note, 1000))


def _notes(planned: Connecting) -> list[str]:
    from keyrack.domain.status import Action
    from keyrack.wording.commands import command_for

    plan = planned.plan
    notes = [*plan.notes] if plan is not None else ["The token is written in plain text into its store."]
    if plan is not None and plan.removes:
        headers = ", ".join(plan.removes)
        notes.append(f"The token in the {headers} header is removed from the file. keyrack has it.")
    if planned.login_needed:
        notes.append(f"keyrack has no token for it yet. Run: {command_for(Action.LOGIN, planned.server)}")
    return notes
