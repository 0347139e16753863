"""Makes a planned change, and looks whether it is still there a moment later."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from keyrack.domain.change import Edit
from keyrack.domain.errors import FileChanged, KeyrackError
from keyrack.domain.held import Place
from keyrack.domain.rewrite import Rewrite
from keyrack.domain.secret import Secret
from keyrack.sources.locations import Search
from keyrack.sources.rewriting import json_members, steps
from keyrack.sources.rewriting.edits import changed, text_of
from keyrack.system import writing

TRIES = 20  # a program may write at the same moment
PAUSE = 0.005  # seconds between two of them


def apply(change: Rewrite, keep: Callable[[Edit], object]) -> None:
    """Write the new text under the program's own lock, after `keep` has got the edit: again for each try.

    If the rest of a JSON file has changed since the plan, it stays as it is now. If it raises KeyrackError,
    keyrack has not changed the file.
    """
    from keyrack.sources.sharing.locks import locked

    place = Place(change.source.path)
    search = Search(os.environ, sys.platform, os.getcwd())
    with locked(search, change.source.client, place, ()):
        for tries_left in reversed(range(TRIES)):
            old, new = _texts(change)
            keep(Edit(place, old, new, change.steps))
            try:
                writing.replace(place.path, old.reveal().encode(), new.reveal().encode())
                return
            except FileChanged:
                if not tries_left or not change.steps:
                    raise
                time.sleep(PAUSE)


def is_there(change: Rewrite) -> bool:
    """Is the file as it was changed, or at least what was changed in it?"""
    try:
        text = text_of(change.source)
    except KeyrackError:
        return False
    if not change.steps:
        return text != change.old.reveal()
    found = zip(steps.values(text, change.steps), change.steps, strict=True)
    return all(steps.is_same(now, each.new) for now, each in found)


def _texts(change: Rewrite) -> tuple[Secret, Secret]:
    """The text as it is now, and as it shall be. Raises KeyrackError if what is to be changed has changed."""
    if not change.steps:
        return change.old, change.new
    text = text_of(change.source)
    found = zip(steps.values(text, change.steps), change.steps, strict=True)
    try:
        if all(steps.is_same(now, each.old) for now, each in found):
            return Secret(text), Secret(steps.applied(text, change.steps))
    except json_members.NoSuchMember:
        pass
    raise changed(change.source)
