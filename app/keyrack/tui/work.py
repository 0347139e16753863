"""Work that may take long, off the screen's thread.

Daemon threads, not Textual's thread workers: those are joined at exit, so one
keychain call that hangs would hold the terminal for seconds.
"""

from __future__ import annotations

import threading
from asyncio import iscoroutine
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from textual.message_pump import MessagePump

T = TypeVar("T")


def in_background(
    node: MessagePump,
    work: Callable[[], T],
    on_done: Callable[[T], Any],
    on_error: Callable[[Exception], Any],
) -> None:
    """Run `work` in a thread of its own; then one of the callbacks on `node`'s side.

    Neither is called when the node is gone by then.
    """

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # whatever it is, the screen says it
            deliver(node, on_error, error)
        else:
            deliver(node, on_done, result)

    threading.Thread(target=run, daemon=True).start()


def deliver(node: MessagePump, callback: Callable[..., Any], *args: Any) -> None:
    """From any thread: call back on the node's side, if it is still there."""

    async def call() -> None:
        # Textual would await whatever comes back, and a screen can't await its own end.
        result = callback(*args)
        if iscoroutine(result):
            await result

    try:
        node.call_later(call)
    except RuntimeError:  # the event loop has been closed: the program is ending
        pass


class Many:
    """The same work for many keys, a few side by side; can be stopped between two."""

    def __init__(
        self,
        node: MessagePump,
        keys: Iterable[str],
        work: Callable[[str], Any],
        on_one: Callable[[str, Exception | None], Any],
        on_end: Callable[[], Any],
        *,
        side_by_side: int = 4,
    ) -> None:
        self._node, self._work, self._on_one, self._on_end = node, work, on_one, on_end
        self._waiting = deque(keys)
        self._running = min(side_by_side, len(self._waiting))
        for _ in range(self._running):
            threading.Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        """Begin no more; what runs ends by itself."""
        self._waiting.clear()

    def _run(self) -> None:
        while True:
            try:
                key = self._waiting.popleft()
            except IndexError:
                break
            failure: Exception | None = None
            try:
                self._work(key)
            except Exception as error:
                failure = error
            deliver(self._node, self._on_one, key, failure)
        deliver(self._node, self._end_one)

    def _end_one(self) -> None:
        self._running -= 1
        if not self._running:
            self._on_end()
