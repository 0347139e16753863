"""How long to wait before a stream that has ended is opened again."""

from __future__ import annotations

PAUSE = 1.0  # seconds, unless the server names another time
LEAST, MOST = 0.1, 300.0  # seconds of those that a server can name
SOON = 20  # times in a row without a message, after which it can't name less than `PAUSE`


def pause_after(named: float | None, tries: int) -> float:
    """`named`: the server's `retry` in seconds; `tries`: how often it was opened since the last message."""
    if not named:
        return PAUSE
    return min(max(named, LEAST if tries < SOON else PAUSE), MOST)
