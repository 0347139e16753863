"""Reverses a change to another program's file or keychain item.

If the text is as keyrack left it, the old one comes back byte for byte. If it has changed since, only
keyrack's own part is reversed, where it is still there.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from keyrack.domain.change import Backup, Edit
from keyrack.domain.errors import FileChanged, KeyrackError, Temporary
from keyrack.domain.held import Place
from keyrack.domain.parts import is_new, is_old, old_of, part_of
from keyrack.domain.secret import Secret
from keyrack.sources.locations import Search
from keyrack.sources.rewriting.steps import reversed_in, reversed_region
from keyrack.sources.sharing import places
from keyrack.sources.sharing.locks import locked
from keyrack.sources.sharing.places import Keychain

TRIES = 5


def revert_all(
    search: Search,
    backup: Backup,
    keychain: Keychain,
    keep: Callable[[Edit], object] = lambda edit: None,
) -> tuple[tuple[Edit, str, bool], ...]:
    """Reverse the edits of a backup under the program's lock. For each: what was done, or why nothing could
    be, as a clause; and whether it is as before now. `keep` gets what is about to be written.

    The first edit is that of the login itself. If it can't be reversed, the files about it are left alone:
    they may belong to a newer login by now. Raises Temporary, and then nothing has changed.
    """
    place = backup.edits[0].place if backup.edits else Place()
    row = next((step.path for edit in backup.edits for step in edit.steps), ())
    done: list[tuple[Edit, str, bool]] = []
    with locked(search, backup.client, place, row):
        for edit in backup.edits:
            try:
                done.append((edit, revert(edit, keychain, keep), True))
            except KeyrackError as error:
                if not done and isinstance(error, Temporary):
                    raise
                done.append((edit, str(error), False))
                if len(done) == 1:
                    break
    return tuple(done)


def reverted(edit: Edit, now: Secret | None) -> Secret | None:
    """What `now` becomes when the edit is reversed. Raises KeyrackError if nothing of it is left."""
    return old_of(edit, now) if is_new(edit, now) else _partly(edit, now)


def revert(edit: Edit, keychain: Keychain, keep: Callable[[Edit], object] = lambda edit: None) -> str:
    """Reverse an edit, and return what was done, as a clause. Raises KeyrackError if nothing was."""
    for tries_left in reversed(range(TRIES)):
        now = places.read(edit.place, keychain)
        if is_old(edit, now):
            return "it was as before already"
        if is_new(edit, now):
            back, said = old_of(edit, now), "restored"
        else:
            back, said = _partly(edit, now), _kept(edit)
        written = Edit(edit.place, now, back)
        keep(written)
        try:
            places.write(written, keychain)
        except FileChanged:
            if not tries_left:
                raise
            continue
        _restore_mode(edit, now)
        return said
    raise AssertionError("unreachable")


def _partly(edit: Edit, now: Secret | None) -> Secret | None:
    name = edit.place.name
    if now is None or edit.old is None or edit.new is None:
        what = "is gone" if now is None else "was written again"
        raise KeyrackError(f"{name} {what} since, so it was left alone.")
    if edit.steps:
        text, left = reversed_in(now.reveal(), edit.steps)
        if left == len(edit.steps):
            raise KeyrackError(f"{name} has changed since, and nothing of keyrack's change is left in it.")
        return Secret(text)
    region = reversed_region(now.reveal(), part_of(edit))
    if region is None:
        raise KeyrackError(f"{name} has changed since, and keyrack's change can't be found in it any more.")
    return Secret(region)


def _kept(edit: Edit) -> str:
    return "restored keyrack's part; it has changed since otherwise"


def _restore_mode(edit: Edit, now: Secret | None) -> None:
    """A file that was deleted gets its old permissions again."""
    if now is None and edit.place.mode is not None and edit.place.path and os.name == "posix":
        os.chmod(os.path.realpath(edit.place.path), edit.place.mode)
