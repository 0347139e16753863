"""The outcome of an operation, line by line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.storage import Finding

Outcome = Literal[
    "done", "to do", "not supported", "failed", "nothing to do", "still works", "may still work", "stays"
]


class Line(NamedTuple):
    what: str  # "Revoke", "Access token", "Delete", "Verified gone", "Forget", "Registration"
    outcome: Outcome
    detail: str = ""


class Receipt(NamedTuple):
    lines: tuple[Line, ...]

    @property
    def ok(self) -> bool:
        """True if nothing failed."""
        return all(line.outcome != "failed" for line in self.lines)


def of_findings(findings: Iterable[Finding], done: str) -> Receipt:
    """A line for each credential; `done` is the text for those without a problem."""
    return Receipt(
        tuple(
            Line(found.name, "failed", found.problem) if found.problem else Line(found.name, "done", done)
            for found in findings
        )
    )
