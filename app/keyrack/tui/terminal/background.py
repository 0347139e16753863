"""Whether the terminal is light: its answer to a question, or what the environment says.

xterm's control sequences, OSC 11. DA1, which every terminal answers, is asked for after it: when that answer
has come, no other one is on its way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from textual.message import Message

QUESTION = "\x1b]11;?\x07\x1b[c"  # ended by BEL, because older terminals don't know ST here

_ANSWER = re.compile(r"\x1b\]11;(.*?)(?:\x07|\x9c|\udc9c|\x1b\\)", re.DOTALL)
_RGB = re.compile(r"rgba?:" + "/".join(["([0-9a-fA-F]{1,4})"] * 3) + r"(?:/[0-9a-fA-F]{1,4})?")
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{9}|[0-9a-fA-F]{12})")
_IDENTITY = re.compile(r"\x1b\[\?[\d;]*c")
LIGHT_COLORS = {7, *range(9, 16)}  # of the sixteen: white, and the bright ones


class Background(Message):
    """The terminal has said what its background is."""

    def __init__(self, light: bool) -> None:
        super().__init__()
        self.light = light


class Identified(Message):
    """The terminal has answered DA1."""


def answer_in(sequence: str) -> Message | None:
    """The answer in one complete sequence, if it is one to `QUESTION`."""
    if _IDENTITY.fullmatch(sequence):
        return Identified()
    found = _ANSWER.fullmatch(sequence)
    parts = _parts(found[1]) if found else None
    return Background(_is_light(*parts)) if parts else None


def may_be_asked(env: Mapping[str, str]) -> bool:
    """The Linux console has no answer. GNU screen passes the question on again whenever its window is shown,
    and the answer to whichever window that is."""
    term = env.get("TERM", "")
    return term not in ("", "dumb", "linux") and "STY" not in env


def light_in(env: Mapping[str, str]) -> bool:
    """What `COLORFGBG` says, which rxvt, Konsole and others set: "foreground;background", out of sixteen."""
    last = env.get("COLORFGBG", "").rpartition(";")[2]
    return last.isascii() and last.isdecimal() and int(last[:3]) in LIGHT_COLORS


def _parts(color: str) -> tuple[float, float, float] | None:
    """Red, green and blue from 0 to 1, in the forms of XParseColor, or with an alpha channel after them."""
    if found := _RGB.fullmatch(color):
        red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in found.groups())
        return red, green, blue
    if _HEX.fullmatch(color):
        size = (len(color) - 1) // 3
        red, green, blue = (int(color[i : i + size], 16) / (16**size - 1) for i in range(1, len(color), size))
        return red, green, blue
    return None


def _is_light(red: float, green: float, blue: float) -> bool:
    return 0.299 * red + 0.587 * green + 0.114 * blue > 0.5  # luma (ITU-R BT.601)
