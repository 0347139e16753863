"""Makes a program slow, as if the machine were busy."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

RUNS, RESTS = 0.01, 0.03  # seconds, in turn


@contextmanager
def throttled(process: int) -> Iterator[None]:
    """The process has the processor for a quarter of the time, and other programs lose nothing.

    A terminal that started it must not be its parent: tmux lets a child that is stopped go on.
    """
    handle, over = os.pidfd_open(process), Event()

    def turns() -> None:
        while not over.wait(RUNS):
            signal.pidfd_send_signal(handle, signal.SIGSTOP)
            over.wait(RESTS)
            signal.pidfd_send_signal(handle, signal.SIGCONT)

    thread = Thread(target=turns)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        os.close(handle)
