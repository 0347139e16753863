"""Notices that a program's parent has ended, or that nobody reads its output any more."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from typing import Any

EVERY = 1.0  # seconds


def watch(output: int, ended: threading.Event, on_end: Callable[[], Any], tick: Callable[[], Any]) -> None:
    """Until `ended`: call `tick` each second, and `on_end` once the parent or the reader of `output` is gone.

    A parent that was killed does not always close the pipes: others may have inherited them.
    """
    parent = os.getppid()
    poll = select.poll() if hasattr(select, "poll") else None
    if poll is not None:
        poll.register(output, 0)  # only errors: the reader has closed it
    while not ended.is_set():
        if poll is None:
            ended.wait(EVERY)
        elif poll.poll(EVERY * 1000):
            on_end()
            return
        if os.getppid() != parent:
            on_end()
            return
        tick()
