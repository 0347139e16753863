"""The same work for many things, a few side by side."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

T = TypeVar("T")

SIDE_BY_SIDE = 4


class Many(Generic[T]):
    """Begins at once, in the order of the things; can be stopped between two.

    `on_one(thing, outcome)` gets what `work(thing)` returned, or its exception, and `on_end()`
    comes after the last one; both are called in the threads that work, one call at a time.
    Daemon threads: one call that hangs must not hold up the program's end.
    """

    def __init__(
        self,
        things: Iterable[T],
        work: Callable[[T], Any],
        on_one: Callable[[T, Any], Any],
        on_end: Callable[[], Any],
    ) -> None:
        self._work, self._on_one, self._on_end = work, on_one, on_end
        self._waiting = deque(things)
        self._turn = threading.Lock()
        self._running = max(1, min(SIDE_BY_SIDE, len(self._waiting)))
        for _ in range(self._running):
            threading.Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        """Begin no more; what runs ends by itself, and `on_end` comes after it."""
        self._waiting.clear()

    def _run(self) -> None:
        while True:
            try:
                thing = self._waiting.popleft()
            except IndexError:
                break
            try:
                outcome = self._work(thing)
            except Exception as error:  # whatever it is, somebody is told
                outcome = error
            with self._turn:
                self._on_one(thing, outcome)
        with self._turn:
            self._running -= 1
            if not self._running:
                self._on_end()
