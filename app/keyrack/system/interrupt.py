"""Lets a thread end what another one waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Interrupt:
    """Set once, from any thread. Whoever waits for input or output says how to end that."""

    def __init__(self) -> None:
        self.is_set = False
        self._lock = threading.Lock()
        self._end: Callable[[], object] | None = None

    def set(self) -> None:
        with self._lock:
            self.is_set = True
            end, self._end = self._end, None
        if end is not None:
            end()

    def calls(self, end: Callable[[], object] | None) -> None:
        """From now on, `set` calls this; at once if it is set already. None: it calls nothing."""
        with self._lock:
            if not self.is_set:
                self._end = end
                return
        if end is not None:
            end()
