"""Work in a thread of its own, because ctrl+c strikes the main thread alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class InThread(Generic[T]):
    """`work` in a daemon thread; its result or its exception comes out of `result`."""

    def __init__(self, work: Callable[[], T], name: str) -> None:
        self._work = work
        self._results: list[T] = []
        self._errors: list[BaseException] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._body, daemon=True, name=name)

    @property
    def is_started(self) -> bool:
        return self._thread.ident is not None

    def start(self) -> None:
        self._thread.start()

    def wait(self) -> None:
        """Until the work has ended; raises KeyboardInterrupt."""
        while not self._done.wait(0.5):  # an endless wait can't be interrupted on Windows
            pass

    def result(self) -> T:
        """After `wait`. Raises what the work raised."""
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


def run_shielded(work: Callable[[], T]) -> T:
    """`work`'s result or exception; ctrl+c does not cut it off half-way.

    Whoever presses ctrl+c leaves at once, and `work` ends by itself. In another thread than the
    main one nothing can strike it, and it runs where it is.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    thread = InThread(work, "shielded")
    thread.start()
    thread.wait()
    return thread.result()


def run_cancellable(work: Callable[[], T], cancel: Callable[[], Any]) -> T:
    """`work`'s result or exception; ctrl+c stops it gently.

    The first ctrl+c calls `cancel` and waits for `work` to end; a second one leaves at once.
    """
    thread = InThread(work, "operation")
    try:
        thread.start()
        thread.wait()
    except KeyboardInterrupt:
        cancel()
        if not thread.is_started:  # it came before the thread: there is nothing to wait for
            raise
        thread.wait()
    return thread.result()
