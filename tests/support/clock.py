"""A clock that only moves when a test moves it."""

from __future__ import annotations

import time


class Clock:
    """`now` for wiring.adapters. Servers have their own clock, to which it is right at first."""

    def __init__(self) -> None:
        self.time = time.time()  # Unix seconds

    def __call__(self) -> float:
        return self.time
