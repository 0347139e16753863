"""Work in a thread of its own, because ctrl+c interrupts only the main thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class InThread(Generic[T]):
    """Runs `work` in a daemon thread; `result` returns or raises its outcome."""

    def __init__(self, work: Callable[[], T], name: str, on_end: Callable[[], object] = lambda: None) -> None:
        self._work, self._on_end = work, on_end
        self._results: list[T] = []
        self._errors: list[BaseException] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._body, daemon=True, name=name)

    @property
    def is_started(self) -> bool:
        return self._thread.ident is not None

    @property
    def is_done(self) -> bool:
        return self._done.is_set()

    def start(self) -> None:
        self._thread.start()

    def wait(self) -> None:
        """Wait until the work has ended; raises KeyboardInterrupt."""
        while not self._done.wait(0.5):  # an endless wait can't be interrupted on Windows
            pass

    def result(self) -> T:
        """What the work returned or raised. Call it after `wait`."""
        if self._errors:
            raise self._errors[0]
        return self._results[0]

    def _body(self) -> None:
        try:
            self._results.append(self._work())
        except BaseException as error:  # `result` raises it
            self._errors.append(error)
        finally:
            self._done.set()
            self._on_end()


def run_shielded(work: Callable[[], T]) -> T:
    """Return or raise the outcome of `work`, which ctrl+c does not interrupt.

    After ctrl+c this raises at once, and `work` continues to its end. Outside the main
    thread nothing can interrupt it, so it runs in the caller's thread.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    thread = InThread(work, "shielded")
    thread.start()
    thread.wait()
    return thread.result()


def run_cancellable(work: Callable[[], T], cancel: Callable[[], Any]) -> T:
    """Return or raise the outcome of `work`, which ctrl+c cancels.

    The first ctrl+c calls `cancel` and waits for `work` to end; a second one raises at once.
    """
    thread = InThread(work, "operation")
    try:
        thread.start()
        thread.wait()
    except KeyboardInterrupt:
        cancel()
        if not thread.is_started:  # interrupted before the thread started: nothing to wait for
            raise
        thread.wait()
    return thread.result()
