"""Returns a value that a test expects to exist."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def some(value: T | None) -> T:
    """The value, which is not None; a test fails here where it is."""
    assert value is not None
    return value
