"""Splits standard input into messages, one a line (MCP's stdio transport)."""

from __future__ import annotations

from collections.abc import Iterator


class LineReader:
    """Feed it what arrives; it yields each line as soon as it is complete, without its line feed."""

    def __init__(self) -> None:
        self._part: list[bytes] = []  # the start of a line; long ones arrive in many pieces

    def feed(self, piece: bytes) -> Iterator[bytes]:
        first, *others = piece.split(b"\n")
        self._part.append(first)
        for start in others:
            line, self._part = b"".join(self._part), [start]
            yield line

    def rest(self) -> bytes:
        """What came after the last line feed."""
        return b"".join(self._part)
