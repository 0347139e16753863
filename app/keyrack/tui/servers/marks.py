"""Marks on rows: what is being done with them, and what failed."""

from __future__ import annotations

from typing import NamedTuple

from keyrack.domain.model import CredentialInfo
from keyrack.operations.servers.overview import Row


class Trouble(NamedTuple):
    """What the last thing that was done with a row ended in."""

    doing: str  # "refreshing"
    at: float  # Unix seconds
    sentence: str
    credential: CredentialInfo | None  # as it was then


class Marks:
    """By the rows' keys."""

    def __init__(self) -> None:
        self.busy: dict[str, str] = {}  # what is being done
        self.several: frozenset[tuple[str, str]] = frozenset()  # servers that have more than one row
        self._troubles: dict[str, Trouble] = {}

    def begin(self, key: str, doing: str) -> None:
        self.busy[key] = doing
        self._troubles.pop(key, None)

    def end(self, key: str) -> None:
        self.busy.pop(key, None)

    def fail(self, row: Row, doing: str, at: float, sentence: str) -> None:
        """It ended, and not well."""
        self.end(row.key)
        self._troubles[row.key] = Trouble(doing, at, sentence, row.credential)

    def trouble_of(self, row: Row) -> Trouble | None:
        """None where nothing failed, or where the credential is another one since."""
        trouble = self._troubles.get(row.key)
        return trouble if trouble is not None and trouble.credential == row.credential else None
