"""Changes programs' files as planned, each after a sealed backup, and tells what became of each."""

from __future__ import annotations

import time
from collections.abc import Iterable

from keyrack.domain.change import Backup, Edit
from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Server
from keyrack.domain.rewrite import Rewrite
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Line

SETTLE = 0.3  # seconds after which a program has written what it had read before


def change_files(
    adapters: Adapters, server: Server, changes: Iterable[Rewrite], what: str, kept: str, lines: list[Line]
) -> tuple[str, ...]:
    """Change the files, and add a line for each to `lines`. Returns the paths of the changed files.

    `what` is the backup's sentence, and `kept` what remains if a file can't be changed.
    """
    changes = tuple(changes)
    if not changes:
        return ()
    clients = {each.source.client for each in changes}
    client = clients.pop() if len(clients) == 1 else ""
    backup = Backup(adapters.now(), what, client, server.name, server.url or "", ())
    backups, rewriting, made = adapters.backups(), adapters.rewriting(), list[Rewrite]()
    for change in changes:
        before = backup.edits

        def keep(edit: Edit, before: tuple[Edit, ...] = before) -> None:
            nonlocal backup
            backup = backups.save(backup._replace(edits=_joined(before, edit)))

        try:
            rewriting.apply(change, keep)
        except KeyrackError as error:
            if backup.edits != before and before:
                backup = backups.save(backup._replace(edits=before))
            lines.append(Line("Change the file", "failed", f"{error} {kept}"))
        else:
            made.append(change)
    if not made:
        if backup.id:
            backups.delete(backup)
        return ()
    time.sleep(SETTLE)
    for change in made:
        lines.append(
            Line("Change the file", "done", change.source.path)
            if rewriting.is_there(change)
            else Line("Change the file", "failed", _lost(change, kept))
        )
    return tuple(dict.fromkeys(change.source.path for change in made))


def _lost(change: Rewrite, kept: str) -> str:
    client, path = change.source.client, change.source.path
    return (
        f"{client} has written {path} at the same time, and the change is lost. {kept}"
        f" Quit {client}, and run the command again."
    )


def _joined(edits: tuple[Edit, ...], edit: Edit) -> tuple[Edit, ...]:
    """With another edit; two of one file are one, so that its undo gives the first text back."""
    same = next((each for each in edits if each.place == edit.place), None)
    if same is None:
        return (*edits, edit)
    if same.new == edit.old:
        edit = edit._replace(old=same.old, steps=(*same.steps, *edit.steps))
        return tuple(edit if each is same else each for each in edits)
    return (*edits, edit)
