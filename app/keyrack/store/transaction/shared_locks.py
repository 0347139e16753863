"""A credential's lock: the data folder's, and the store's own if several data folders share the store."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager, nullcontext

from keyrack.store.backends.base import SecretBackend
from keyrack.system.locks import Locks


class SharedLocks:
    """Locks by the names of a store's entries, for everyone who uses the store."""

    def __init__(self, locks: Locks, store: SecretBackend) -> None:
        self._locks = locks
        self._store = store
        self._depths: dict[str, int] = {}

    @contextmanager
    def hold(self, name: str, *, timeout: float) -> Generator[None]:
        """Like `Locks.hold`. Takes the data folder's lock first; its waiters need not queue for the other."""
        deadline = time.monotonic() + timeout
        if not self._depths:
            from keyrack.system.forks import (
                reset_in_child,  # late, as in `Locks`
            )

            reset_in_child(self)
        with self._locks.hold(name, timeout=timeout):
            depth = self._depths.get(name, 0)  # of this thread: no other thread gets here
            left = max(0.0, deadline - time.monotonic())
            with nullcontext() if depth else self._store.shared_lock(name, timeout=left):
                self._depths[name] = depth + 1
                try:
                    yield
                finally:
                    self._depths[name] = depth

    def reset_after_fork(self) -> None:
        """In a forked child: the locks belong to the parent."""
        self._depths = {}
