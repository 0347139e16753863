"""Daemon threads that take work from a queue; more are started while all of them are busy."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any


class Workers:
    """`concurrent.futures` is not used: its threads keep a program from ending."""

    def __init__(self, most: int, backlog: int) -> None:
        """`most` threads; `add` waits while more than `backlog` things are not begun."""
        self._most = most
        self._room = threading.Semaphore(backlog)
        self._waiting: queue.SimpleQueue[Callable[[], Any]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._idle = 0  # threads that wait, less the work that waits for them
        self._count = 0

    def add(self, work: Callable[[], Any]) -> None:
        """`work` must not raise."""
        self._room.acquire()
        with self._lock:
            self._idle -= 1
            start = self._idle < 0 and self._count < self._most
            if start:
                self._idle += 1
                self._count += 1
        self._waiting.put(work)
        if start:
            threading.Thread(target=self._run, name="worker", daemon=True).start()

    def _run(self) -> None:
        while True:
            work = self._waiting.get()
            self._room.release()
            work()
            with self._lock:
                self._idle += 1
