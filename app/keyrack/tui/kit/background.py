"""Runs slow work off the UI thread.

It uses daemon threads instead of Textual's thread workers. Those are joined at exit, so a
keychain call that hangs would block the terminal for seconds.
"""

from __future__ import annotations

import threading
from asyncio import iscoroutine
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from keyrack.system.batch import Batch

T = TypeVar("T")


class Node(Protocol):
    """The screen, widget or application that gets the result, if it still exists."""

    def call_later(self, callback: Callable[..., Any], *args: Any) -> bool: ...


def in_background(
    node: Node,
    work: Callable[[], T],
    on_done: Callable[[T], Any],
    on_error: Callable[[Exception], Any],
) -> None:
    """Run `work` in its own thread, then call one of the callbacks in `node`'s thread.

    Neither is called if the node is gone by then.
    """

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # the screen shows any error
            deliver(node, on_error, error)
        else:
            deliver(node, on_done, result)

    threading.Thread(target=run, daemon=True).start()


class Single:
    """Work that is not begun again while it runs, so that a key that is held down opens one dialog."""

    def __init__(self, node: Node) -> None:
        self._node, self._running = node, False

    def run(
        self, work: Callable[[], T], on_done: Callable[[T], Any], on_error: Callable[[Exception], Any]
    ) -> None:
        """As `in_background`, unless such work is running. Call it in `node`'s thread."""
        if self._running:
            return
        self._running = True

        def ended(callback: Callable[..., Any], result: object) -> Any:
            self._running = False
            return callback(result)

        in_background(self._node, work, partial(ended, on_done), partial(ended, on_error))


class Newest:
    """Work of which only the latest result matters.

    It runs once at a time, and again if it was requested during a run.
    """

    def __init__(
        self,
        node: Node,
        work: Callable[[], T],
        on_done: Callable[[T], Any],
        on_error: Callable[[Exception], Any],
    ) -> None:
        self._node, self._work, self._on_done, self._on_error = node, work, on_done, on_error
        self._running = self._again = False
        self._after: list[Callable[[], Any]] = []  # to call after the current run
        self._after_next: list[Callable[[], Any]] = []  # after the next one

    def run(self, then: Callable[[], Any] | None = None) -> None:
        """Run the work soon. `then` is called after a run that started no earlier than this call.

        Call it in `node`'s thread.
        """
        if then is not None:
            self._after_next.append(then)
        if self._running:
            self._again = True
            return
        self._running = True
        self._after, self._after_next = self._after_next, []
        in_background(self._node, self._work, self._done, self._failed)

    def run_unless_running(self) -> None:
        """Run the work, unless a run is in progress."""
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
    """Call back in the node's thread, if the node still exists. Can be called from any thread."""

    async def call() -> None:
        # Not `callback` itself: Textual would await its result, and a screen can't await its own dismissal.
        result = callback(*args)
        if iscoroutine(result):
            await result

    try:
        node.call_later(call)
    except RuntimeError:  # the event loop is closed: the program is exiting
        pass


def many(
    node: Node,
    keys: Iterable[str],
    work: Callable[[str], Any],
    on_one: Callable[[str, Any], Any],
    on_end: Callable[[], Any],
) -> Batch[str]:
    """Do the same work for many keys, a few at a time. The callbacks run in `node`'s thread."""
    from keyrack.system.batch import Batch

    return Batch(
        keys,
        work,
        lambda key, outcome: deliver(node, on_one, key, outcome),
        lambda: deliver(node, on_end),
    )
