"""Makes a change to a program's file or keychain item, after a backup of it has been sealed."""

from __future__ import annotations

from collections.abc import Sequence

from keyrack.domain.change import Backup, Change, Edit
from keyrack.domain.errors import KeyrackError
from keyrack.operations.ports import Adapters


def make(
    adapters: Adapters,
    change: Change,
    backup: Backup,
    urls: list[str],
    *,
    timeout: float | None = None,
    earlier: Sequence[Edit] = (),
) -> bool:
    """Make the change; False if nothing had to be changed. `backup` says everything but the edits.

    With the `earlier` edits of the row, the backup is one of both. Without a backup nothing is changed.
    Raises KeyrackError, and then nothing has changed.
    """
    kept = backup
    backups = adapters.backups()

    def keep(edits: tuple[Edit, ...]) -> None:
        nonlocal kept
        kept = backups.save(backup._replace(id=kept.id, edits=edits))

    try:
        adapters.other_programs().make(change, urls, keep, timeout=timeout, earlier=earlier)
    except KeyrackError:
        if kept.id:
            backups.delete(kept)
        raise
    return bool(kept.id)


def of(adapters: Adapters, change: Change, what: str, server: str, url: str) -> Backup:
    """A backup to fill in."""
    return Backup(adapters.now(), what, change.held.client, server, url, ())
