"""Checks whether processes are still running."""

from __future__ import annotations

import os
import time
from pathlib import Path

PATIENCE = 60.0  # seconds


def runs(process: int) -> bool:
    """Nor is it a zombie that nobody has waited for."""
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"


def until_gone(process: int, limit: float = PATIENCE) -> float:
    """The seconds that it took."""
    start = time.monotonic()
    while runs(process):
        assert time.monotonic() < start + limit, f"it has not ended in {limit:g} s"
        time.sleep(0.02)
    return time.monotonic() - start


def children(process: int) -> list[int]:
    """Its children, their children and so on."""
    found = [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return found + [grandchild for child in found for grandchild in children(child)]
