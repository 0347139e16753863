"""Marks on rows: those of the user, work in progress, and failures."""

from __future__ import annotations

from keyrack.domain.model import CredentialInfo
from keyrack.domain.named_tuple import NamedTuple
from keyrack.operations.servers.overview import Row


class Trouble(NamedTuple):
    """How the last operation on a row failed."""

    doing: str  # "refreshing"
    at: float  # Unix seconds
    sentence: str
    credential: CredentialInfo | None  # at that time


class Marks:
    """The marks, by row key."""

    def __init__(self) -> None:
        self.marked: set[str] = set()  # by the user, for actions on several servers
        self.busy: dict[str, str] = {}  # the operation in progress
        self.several: frozenset[tuple[str, str]] = frozenset()  # servers with more than one row
        self._troubles: dict[str, Trouble] = {}

    def begin(self, key: str, doing: str) -> None:
        self.busy[key] = doing
        self._troubles.pop(key, None)

    def end(self, key: str) -> None:
        self.busy.pop(key, None)

    def fail(self, row: Row, doing: str, at: float, sentence: str) -> None:
        """Record that an operation failed."""
        self.end(row.key)
        self._troubles[row.key] = Trouble(doing, at, sentence, row.credential)

    def trouble_of(self, row: Row) -> Trouble | None:
        """The last failure; None if there is none, or the credential has changed since."""
        trouble = self._troubles.get(row.key)
        return trouble if trouble is not None and trouble.credential == row.credential else None
