"""Ending the program: what it waits for, what is cleaned up first, and a limit on how long it takes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

GRACE = 4.0  # seconds for an orderly exit; whoever asks for one waits five
HOLDS_EXIT = "keeps the program from ending"  # the name of the threads that do it


@contextmanager
def hold_exit(limit: float) -> Generator[None]:
    """Keep the program from ending inside this block, even if a daemon thread runs it.

    For `limit` seconds at most.
    """
    over = threading.Event()
    # At exit Python waits for threads that are not daemons. The keychain's calls need new
    # threads, which can only be started before the exit begins.
    threading.Thread(target=over.wait, args=(limit,), daemon=False, name=HOLDS_EXIT).start()
    try:
        yield
    finally:
        over.set()


def wait_for_held() -> None:
    """Wait for all current `hold_exit` blocks. For an exit that would wait for no thread."""
    for thread in threading.enumerate():
        if thread.name == HOLDS_EXIT:
            thread.join()


def is_held() -> bool:
    """Whether there is a `hold_exit` block now."""
    return any(thread.name == HOLDS_EXIT for thread in threading.enumerate())


_last: list[Callable[[], object]] = []


@contextmanager
def cleaned_up(cleanup: Callable[[], object]) -> Generator[None]:
    """Call `cleanup` at the end, even if the program ends without leaving the block.

    It may be called twice: a signal can interrupt the first call.
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
    """Make sure that the program ends with `code`, whatever its threads do.

    The caller ends the program in the normal way. If that takes longer than `grace` seconds, the program is
    ended anyway, after waiting for the `hold_exit` blocks.
    """
    timer = threading.Timer(grace, _end_now, (code,))
    timer.daemon = True
    timer.start()


def _end_now(code: int) -> None:
    wait_for_held()  # a refresh that has started may have used up the old refresh token
    for cleanup in reversed(_last):
        with suppress(Exception):
            cleanup()
    os._exit(code)
