"""What a forked child must not use as it finds it: a connection, a lock, a turn that another thread has.

A child has the parent's objects and only the thread that forked. Over an inherited
connection it would read the answers to its parent's and its siblings' questions.
"""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Forked(Protocol):
    """Something that knows what to do about it."""

    def begin_anew(self) -> None:
        """In the child, before anything else runs there. The parent's side goes on, and notices nothing."""
        ...


_known: WeakSet[Forked] = WeakSet()


def anew_in_child(thing: Forked) -> None:
    """From now on, begin `thing` anew in each forked child."""
    _known.add(thing)


def _begin_all() -> None:
    for thing in list(_known):
        thing.begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_all)
