"""A backup of a large file keeps what was changed in it, and nothing of the rest."""

from __future__ import annotations

from pathlib import Path

from keyrack.domain import parts
from keyrack.domain.change import Backup, Edit
from keyrack.domain.held import Place
from keyrack.domain.secret import Secret
from keyrack.store.backups import SealedBackups
from keyrack.store.vault import age


def test_it_is_small_and_reverses_the_change(tmp_path: Path) -> None:
    identity, rest = age.new_identity(), "of another server " * 60_000
    old, new = Secret(f"{{1}}{rest}"), Secret(f"{{2}}{rest}")
    backups = SealedBackups(str(tmp_path), lambda create: identity, lambda: 1.0)
    saved = backups.save(Backup(1.0, "", "Claude Code", "lab", "", (Edit(Place("/file"), old, new),)))
    assert (tmp_path / saved.id).stat().st_size < 10_000
    assert backups.all() == (saved,)
    [edit] = saved.edits
    assert edit.old == Secret("1") and parts.is_new(edit, new) and parts.old_of(edit, new) == old
    assert backups.save(saved) == saved
