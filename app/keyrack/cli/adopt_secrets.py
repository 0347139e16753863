"""`keyrack adopt` for a local server: move the secrets of its environment and its arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.cli.exits import ERROR, OK
from keyrack.domain.errors import Cancelled, KeyrackError
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.domain.model import Server
    from keyrack.operations.servers.adopt_secrets import SecretsPlan


def run(context: Context, server: Server, *, dry_run: bool, yes: bool) -> int:
    from keyrack.cli.context import open_store
    from keyrack.cli.diff import show
    from keyrack.cli.receipt import line_of
    from keyrack.cli.terminal import agree
    from keyrack.operations.servers.adopt_secrets import adopt_secrets, plan_secrets

    out, adapters = context.out, context.adapters()
    planned = plan_secrets(adapters, server)
    for change in planned.changes:
        show(out, change.diff)
    for sentence in (*planned.by_hand, *planned.left):
        out.line(plain(sentence, 1000))
    if dry_run:
        out.note("Nothing was changed.")
        return OK
    if not yes and not agree(out, _question(planned)):
        raise Cancelled("Nothing was changed.")
    open_store(adapters)
    try:
        receipt = adopt_secrets(adapters, planned)
    except KeyrackError as error:
        error.hint = f"{error.hint} No file was changed.".strip()
        raise
    for line in receipt.lines:
        out.line(line_of(line))
    if planned.changes:
        out.line("  keyrack undo reverses the change of the file. Its backup is encrypted.")
        out.line("Restart the program to start the server with keyrack.")
    return OK if receipt.ok else ERROR


def _question(planned: SecretsPlan) -> str:
    names = ", ".join(dict.fromkeys(name for each in planned.sets for name in each.values))
    instead = " in place of what is stored" if any(each.is_stored for each in planned.sets) else ""
    files = len({change.source.path for change in planned.changes})
    change = f" and change {'this file' if files == 1 else f'these {files} files'}" if files else ""
    return f"Store {plain(names, 300)} for {plain(planned.server.name, 60)}{instead}{change}?"
