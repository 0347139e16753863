"""Run a long operation so that ctrl+c can stop it gently."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def run_cancellable(work: Callable[[], T], cancel: Callable[[], Any]) -> T:
    """`work` in a thread of its own; its result or its exception here.

    The first ctrl+c calls `cancel` and waits for `work` to end; a second one leaves at once.
    """
    results: list[T] = []
    errors: list[BaseException] = []
    done = threading.Event()

    def body() -> None:
        try:
            results.append(work())
        except BaseException as error:  # it is raised again in the main thread
            errors.append(error)
        finally:
            done.set()

    thread = threading.Thread(target=body, daemon=True, name="operation")
    try:
        thread.start()
        _wait(done)
    except KeyboardInterrupt:
        cancel()
        if thread.ident is None:  # it came before the thread: there is nothing to wait for
            raise
        _wait(done)
    if errors:
        raise errors[0]
    return results[0]


def _wait(done: threading.Event) -> None:
    # With a limit, because an endless wait can't be interrupted on Windows.
    while not done.wait(0.5):
        pass
