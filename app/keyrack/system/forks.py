"""Resets what a forked child must not use as inherited: connections, and locks held by other threads.

A child has the parent's objects, but only the thread that forked. On an inherited
connection it would read replies meant for its parent and siblings.
"""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Forked(Protocol):
    """Something that can reset itself after a fork."""

    def reset_after_fork(self) -> None:
        """Called in the child before anything else runs there. Must not affect the parent."""
        ...


_known: WeakSet[Forked] = WeakSet()


def reset_in_child(thing: Forked) -> None:
    """From now on, reset `thing` in each forked child."""
    _known.add(thing)


def _begin_all() -> None:
    for thing in list(_known):
        thing.reset_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_all)
