"""Splits long texts for keychains with short entries: 1,280 characters in the Windows Credential Manager.

A text that does not fit is stored in the entries `<entry>.1`, `<entry>.2`, …, and the entry
itself is the head: the number of pieces and the digest of the whole text. The head is
written last and deleted first, so a text that can be found is complete. A kill can only
leave pieces that no head names. The pieces are numbered from 1 without gaps, so that the
next write or delete of the entry finds all of them.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from keyrack.domain.digests import sha256_hex
from keyrack.domain.errors import DamagedData
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState
from keyrack.store.backends.base import SecretBackend
from keyrack.store.transaction.verified import delete, put

MARK = "keyrack in pieces:"  # how a head begins; no payload does
WHAT = "The stored credential"


class Limited(SecretBackend, Protocol):
    """A store that knows how much fits in an entry."""

    def capacity(self) -> int | None:
        """UTF-16 code units per entry; None: more than keyrack ever needs."""
        ...


class ChunkedBackend:
    """A SecretBackend over one whose entries may be short. If they are not, nothing is split.

    While an entry is overwritten, there is a moment in which it holds neither text;
    `slots` never overwrites what is still needed.
    """

    def __init__(self, store: Limited) -> None:
        self._store = store
        self.persistent = store.persistent

    @property
    def name(self) -> str:
        return self._store.name

    def get(self, entry: str) -> Secret | None:
        """Raises DamagedData if a piece is missing or is not the one that was written."""
        head = self._store.get(entry)
        if head is None or self._store.capacity() is None or not head.reveal().startswith(MARK):
            return head
        count, digest = _parse(head.reveal())
        pieces: list[str] = []
        for number in range(1, count + 1):
            piece = self._store.get(_piece(entry, number))
            if piece is None:
                raise DamagedData(f"{WHAT} is damaged: a piece of it is missing.")
            pieces.append(piece.reveal())
        text = "".join(pieces)
        if _digest(text) != digest:
            raise DamagedData(f"{WHAT} is damaged: its pieces have changed.")
        return Secret(text)

    def set(self, entry: str, secret: Secret) -> None:
        capacity = self._store.capacity()
        if capacity is None:
            self._store.set(entry, secret)
            return
        self.delete(entry)
        text = secret.reveal()
        pieces = [] if _fits(text, capacity) else split(text, capacity)
        for number, piece in enumerate(pieces, 1):
            # A failed write would leave a gap, and the pieces after it would never be found again.
            put(self._store, _piece(entry, number), Secret(piece))
        self._store.set(entry, Secret(_head(len(pieces), text)) if pieces else secret)

    def delete(self, entry: str) -> bool:
        if self._store.capacity() is None:
            return self._store.delete(entry)
        was_there = delete(self._store, entry)
        last = 0
        while self._store.get(_piece(entry, last + 1)) is not None:
            last += 1
        for number in range(last, 0, -1):
            delete(self._store, _piece(entry, number))
        return was_there

    def staying_open(self) -> AbstractContextManager[None]:
        return self._store.staying_open()

    def shared_lock(self, name: str, *, timeout: float) -> AbstractContextManager[None]:
        return self._store.shared_lock(name, timeout=timeout)

    def state(self) -> StoreState:
        return self._store.state()

    def entries(self) -> tuple[str, ...] | None:
        return self._store.entries()


def split(text: str, capacity: int) -> list[str]:
    """`text` in pieces of at most `capacity` UTF-16 code units; a character has one or two of them."""
    pieces: list[str] = []
    start = room = 0
    for index, char in enumerate(text):
        units = 2 if char > "\uffff" else 1
        if units > room:
            if index:
                pieces.append(text[start:index])
            start, room = index, capacity
        room -= units
    return [*pieces, text[start:]]


def _fits(text: str, capacity: int) -> bool:
    return len(text) + sum(char > "\uffff" for char in text) <= capacity and not text.startswith(MARK)


def _piece(entry: str, number: int) -> str:
    return f"{entry}.{number}"


def _head(count: int, text: str) -> str:
    return f"{MARK} {count} {_digest(text)}"


def _parse(head: str) -> tuple[int, str]:
    count, _, digest = head.removeprefix(MARK).strip().partition(" ")
    if not (count.isascii() and count.isdigit() and len(count) < 6):
        raise DamagedData(f"{WHAT} is damaged: the number of its pieces can't be read.")
    return int(count), digest


def _digest(text: str) -> str:
    return sha256_hex(text.encode("utf-8", "surrogatepass"))
