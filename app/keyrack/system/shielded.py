"""Work that neither ctrl+c nor the end of the program may cut off half-way; an end that comes for sure."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import TypeVar

T = TypeVar("T")

GRACE = 4.0  # seconds for an end in good order; whoever asks for one waits for five
HOLDS_EXIT = "keeps the program from ending"  # the name of the threads that stand for it


def run_shielded(work: Callable[[], T]) -> T:
    """`work` in a thread of its own where this is the main one, which alone is struck by ctrl+c.

    Its result or its exception is passed on. Whoever presses ctrl+c leaves at once, and
    `work` ends by itself.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
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

    threading.Thread(target=body, daemon=True, name="shielded").start()
    while not done.wait(0.5):  # an endless wait can't be interrupted on Windows
        pass
    if errors:
        raise errors[0]
    return results[0]


@contextmanager
def hold_exit(limit: float) -> Generator[None]:
    """Keep the program from ending while this lasts, though only a daemon thread may be in it.

    At most `limit` seconds.
    """
    over = threading.Event()
    # Python waits at its end for threads that are no daemons, and only before that end can
    # others, which the keychain's calls need, still be started.
    threading.Thread(target=over.wait, args=(limit,), daemon=False, name=HOLDS_EXIT).start()
    try:
        yield
    finally:
        over.set()


def wait_for_held() -> None:
    """Wait for all that is `hold_exit` now: for an end of the program that waits for no thread."""
    for thread in threading.enumerate():
        if thread.name == HOLDS_EXIT:
            thread.join()


_last: list[Callable[[], object]] = []


@contextmanager
def cleaned_up(cleanup: Callable[[], object]) -> Generator[None]:
    """Call `cleanup` in the end, also where the program ends inside without leaving the block.

    It may be called twice: a signal may have cut off the first call.
    """
    _last.append(cleanup)
    try:
        yield
    finally:
        try:
            cleanup()
        except SystemExit:
            cleanup()
            raise
        finally:
            _last.remove(cleanup)


def end_soon(code: int, grace: float = GRACE) -> None:
    """See to it that the program ends with `code`, whatever its threads do.

    Whoever calls it ends the program in good order. Where that takes longer than `grace` seconds, it ends
    all the same, but for what is `hold_exit`.
    """
    timer = threading.Timer(grace, _end_now, (code,))
    timer.daemon = True
    timer.start()


def _end_now(code: int) -> None:
    wait_for_held()  # a refresh that was begun may have spent the old refresh token
    for cleanup in reversed(_last):
        with suppress(Exception):
            cleanup()
    os._exit(code)
