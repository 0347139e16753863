"""The end of the program: what it waits for, what is cleaned up before it, and that it comes for sure."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

GRACE = 4.0  # seconds for an end in good order; whoever asks for one waits for five
HOLDS_EXIT = "keeps the program from ending"  # the name of the threads that stand for it


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
