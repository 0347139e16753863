"""What was done, line by line."""

from __future__ import annotations

from typing import Literal, NamedTuple

Outcome = Literal["done", "not supported", "failed", "nothing to do"]


class Line(NamedTuple):
    what: str  # "Revoke", "Delete", "Verified gone", "Forget"
    outcome: Outcome
    detail: str = ""


class Receipt(NamedTuple):
    lines: tuple[Line, ...]

    @property
    def ok(self) -> bool:
        """True when nothing failed."""
        return all(line.outcome != "failed" for line in self.lines)
