"""Reads a stream of server-sent events (WHATWG HTML, section 9.2.6) from pieces of any size.

httpx-sse is not used: it decodes and splits text, and a relayed message stays bytes; and it looks
through a long event again with every piece that arrives.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.domain.named_tuple import NamedTuple

BOM = b"\xef\xbb\xbf"


class TooLong(Exception):
    """An event is longer than the limit."""


class Event(NamedTuple):
    """One event. One without data sets the ID to resume from, or the pause before a reconnect."""

    data: bytes
    name: str = "message"
    id: str | None = None
    retry: float | None = None  # seconds


class EventReader:
    """Feed it what arrives; it yields each event as soon as it is complete."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0  # of the event so far
        self._part: list[bytes] = []  # the start of a line
        self._after_cr = False  # a line feed that comes next belongs to the last line's end
        self._is_start = True
        self._clear()

    def feed(self, piece: bytes) -> Iterator[Event]:
        """Raises TooLong."""
        if self._after_cr and piece:
            piece = piece.removeprefix(b"\n")
            self._after_cr = False
        if not piece:
            return
        self._size += len(piece)
        if self._size > self._limit and not _has_end(piece):
            raise TooLong
        if not _has_end(piece):
            self._part.append(piece)
            return
        self._after_cr = piece.endswith(b"\r")
        if b"\r" in piece:
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        first, *lines = piece.split(b"\n")
        rest = lines.pop()
        self._part.append(first)
        lines.insert(0, b"".join(self._part))
        self._part = [rest] if rest else []
        for line in lines:
            if line:
                self._field(line)
                continue
            event = self._event()
            if event is not None:
                yield event
        if self._size > self._limit:
            raise TooLong

    def _field(self, line: bytes) -> None:
        if self._is_start:
            self._is_start = False
            line = line.removeprefix(BOM)
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._name = value.decode("utf-8", "replace")
        elif name == b"id" and b"\0" not in value:
            self._id = value.decode("utf-8", "replace")
        elif name == b"retry" and value.isdigit() and len(value) < 10:
            self._retry = int(value) / 1000

    def _event(self) -> Event | None:
        """What has been read up to an empty line."""
        event = Event(b"\n".join(self._data), self._name or "message", self._id, self._retry)
        is_empty = not event.data and event.id is None and event.retry is None
        self._clear()
        self._size = sum(map(len, self._part))
        return None if is_empty else event

    def _clear(self) -> None:
        self._data: list[bytes] = []
        self._name = ""
        self._id: str | None = None
        self._retry: float | None = None


def _has_end(piece: bytes) -> bool:
    return b"\n" in piece or b"\r" in piece
