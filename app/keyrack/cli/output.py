"""Output to stdout and stderr: lines, colors and columns."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from keyrack.cli.encoding import SIGNS, make_readable, readable
from keyrack.domain.errors import KeyrackError

if TYPE_CHECKING:
    from keyrack.wording.tones import Tone

COMBINING = "\u0300"  # the first character that has no column of its own

# SGR parameters (ECMA-48, section 8.3.117) by the tone's value; tones that are not listed have no color.
# Most commands paint nothing, and so do not import the tones.
_COLOURS = {"good": "32", "warn": "33", "bad": "31", "busy": "36", "dim": "2", "strong": "1"}
_PICTURE = "97;40"  # a QR code is white on black, whatever the terminal's colors are


class OutputClosed(Exception):
    """The reader of our output has gone away, as `head` does."""


class Output:
    """The two streams of one run. Strings must already be `plain`."""

    def __init__(self) -> None:
        self.stdout: TextIO | None = sys.stdout
        self.stderr: TextIO | None = sys.stderr
        for stream in (sys.stdout, sys.stderr):
            make_readable(stream)

    def line(self, text: str) -> None:
        """Write a line to stdout."""
        if self.stdout is None:
            raise KeyrackError("There is no standard output to write to.")
        try:
            self.stdout.write(f"{text}\n")
        except OSError as error:
            self._fail(error)

    def value(self, text: str) -> None:
        """Write a line for a program, unchanged. Raises KeyrackError if the encoding lacks a character."""
        if readable(text, self.stdout) != text:
            hint = "Set PYTHONIOENCODING=utf-8."
            raise KeyrackError(
                "The token contains characters that the output's encoding does not have.", hint=hint
            )
        self.line(text)

    def note(self, text: str) -> None:
        """Write a line for the user to stderr. Errors are ignored if nobody reads it."""
        if self.stderr is None:
            return
        try:
            self.stderr.write(f"{text}\n")
            self.stderr.flush()
        except (OSError, ValueError):
            abandon(self.stderr)
            self.stderr = None

    def prompt(self, text: str) -> None:
        """Write a question to stderr, without a line break."""
        if self.stderr is not None:
            self.stderr.write(text)
            self.stderr.flush()

    def flush(self) -> None:
        """Flush stdout. Raises OutputClosed, KeyrackError."""
        if self.stdout is None:
            return
        try:
            self.stdout.flush()
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        abandon(self.stdout)
        if isinstance(error, BrokenPipeError):
            raise OutputClosed from None
        raise KeyrackError(f"The output can't be written: {error.strerror}.") from None


def abandon(stream: object) -> None:
    """Redirect a broken stream to the null device, so that Python's flush at exit is silent."""
    try:
        target = os.open(os.devnull, os.O_WRONLY)
        os.dup2(target, stream.fileno())  # type: ignore[attr-defined]
        os.close(target)
    except (OSError, ValueError, AttributeError):
        if stream is sys.stdout:
            sys.stdout = None


def shows_blocks(stream: TextIO | None) -> bool:
    """Is it a terminal that can show a QR code?"""
    return stream is not None and is_terminal(stream) and stream.encoding.lower().startswith("utf")


def is_terminal(stream: TextIO | None) -> bool:
    """Is the stream a terminal?"""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def paint(text: str, tone: Tone, stream: TextIO | None) -> str:
    """`text` in a tone's color, if the stream shows colors and NO_COLOR is not set."""
    return _coloured(text, _COLOURS.get(tone, ""), stream)


def picture(row: str, stream: TextIO | None) -> str:
    """A row of a QR code, in its own colors."""
    return _coloured(row, _PICTURE, stream)


def _coloured(text: str, code: str, stream: TextIO | None) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if code and _has_colours(stream) else text


def _has_colours(stream: TextIO | None) -> bool:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not is_terminal(stream):
        return False
    return sys.platform != "win32" or "WT_SESSION" in os.environ


def width_of(stream: TextIO | None) -> int | None:
    """The terminal's columns; None if there is no terminal, and so no limit."""
    if not is_terminal(stream):
        return None
    import shutil

    return shutil.get_terminal_size().columns


def cells(text: str) -> int:
    """The columns that `text` takes in a terminal."""
    # wcwidth takes 15 ms to import, and names in Latin letters do not need it.
    if text.isascii() or all(char < COMBINING or char in SIGNS for char in text):
        return len(text)
    from wcwidth import wcswidth

    return max(wcswidth(text), 0)


def columns(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Pad every cell to the width of its column."""
    widest = [max(cells(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [[padded(cell, width) for cell, width in zip(row, widest, strict=True)] for row in rows]


def padded(text: str, width: int) -> str:
    """The text, padded with spaces."""
    return text + " " * (width - cells(text))
