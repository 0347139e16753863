"""Runs slow work outside the screen's thread.

In daemon threads, not Textual's thread workers: those are joined at exit, so a
keychain call that hangs would block the terminal for seconds.
"""

from __future__ import annotations

import threading
from asyncio import iscoroutine
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from keyrack.system.batch import Batch

T = TypeVar("T")


class Node(Protocol):
    """A screen, a widget or the application that gets the result, as long as it exists."""

    def call_later(self, callback: Callable[..., Any], *args: Any) -> bool: ...


def in_background(
    node: Node,
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
        except Exception as error:  # whatever it is, the screen shows it
            deliver(node, on_error, error)
        else:
            deliver(node, on_done, result)

    threading.Thread(target=run, daemon=True).start()


class Newest:
    """Work whose last result counts: one at a time, and once more where it was asked for meanwhile."""

    def __init__(
        self,
        node: Node,
        work: Callable[[], T],
        on_done: Callable[[T], Any],
        on_error: Callable[[Exception], Any],
    ) -> None:
        self._node, self._work, self._on_done, self._on_error = node, work, on_done, on_error
        self._running = self._again = False
        self._after: list[Callable[[], Any]] = []  # the one that runs
        self._after_next: list[Callable[[], Any]] = []

    def run(self, then: Callable[[], Any] | None = None) -> None:
        """Do it, soon, and `then` call back: after a run that began no earlier than now. On `node`'s side."""
        if then is not None:
            self._after_next.append(then)
        if self._running:
            self._again = True
            return
        self._running = True
        self._after, self._after_next = self._after_next, []
        in_background(self._node, self._work, self._done, self._failed)

    def run_unless_running(self) -> None:
        """The same, but a running one will do."""
        if not self._running:
            self.run()

    def _done(self, result: Any) -> None:
        after = self._end()
        self._on_done(result)
        for call in after:
            call()

    def _failed(self, error: Exception) -> None:
        after = self._end()
        self._on_error(error)
        for call in after:
            call()

    def _end(self) -> list[Callable[[], Any]]:
        after, self._after = self._after, []
        self._running = False
        if self._again:
            self._again = False
            self.run()
        return after


def deliver(node: Node, callback: Callable[..., Any], *args: Any) -> None:
    """From any thread: call back on the node's side, if it is still there."""

    async def call() -> None:
        # Textual would await the result, and a screen can't await its own end.
        result = callback(*args)
        if iscoroutine(result):
            await result

    try:
        node.call_later(call)
    except RuntimeError:  # the event loop has been closed: the program is ending
        pass


def many(
    node: Node,
    keys: Iterable[str],
    work: Callable[[str], Any],
    on_one: Callable[[str, Any], Any],
    on_end: Callable[[], Any],
) -> Batch[str]:
    """The same work for many keys, a few at a time, with the callbacks in `node`'s thread."""
    from keyrack.system.batch import Batch

    return Batch(
        keys,
        work,
        lambda key, outcome: deliver(node, on_one, key, outcome),
        lambda: deliver(node, on_end),
    )
