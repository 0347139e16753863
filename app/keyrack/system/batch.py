"""The same work for many things, a few at a time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

T = TypeVar("T")

SIDE_BY_SIDE = 4


class Batch(Generic[T]):
    """Starts immediately, in the order of the things; can be stopped between two.

    `on_one(thing, outcome)` gets what `work(thing)` returned or raised, and `on_end()`
    is called after the last one; both are called in the worker threads, one call at a time.
    The threads are daemons, so a call that hangs does not keep the program from ending.
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
        """Start no more work. What is running continues to its end, followed by `on_end`."""
        self._waiting.clear()

    def _run(self) -> None:
        while True:
            try:
                thing = self._waiting.popleft()
            except IndexError:
                break
            try:
                outcome = self._work(thing)
            except Exception as error:  # whatever it is, `on_one` gets it
                outcome = error
            with self._turn:
                self._on_one(thing, outcome)
        with self._turn:
            self._running -= 1
            if not self._running:
                self._on_end()
