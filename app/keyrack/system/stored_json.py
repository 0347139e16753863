"""JSON in files of keyrack's own, which may be damaged, or written by another program."""

from __future__ import annotations

from json import loads
from typing import Any


def parse(text: str | bytes) -> Any:
    """Raises ValueError, also for what is nested too deeply for the parser."""
    try:
        return loads(text)
    except RecursionError:
        raise ValueError("It is nested too deeply.") from None


def number(value: object) -> float | None:
    """A number as a float; None for anything else, and for a whole number that is too large for one."""
    if type(value) not in (int, float):
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return None
