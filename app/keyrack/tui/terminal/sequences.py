"""What a whole sequence means: a key, the mouse, a change of size or focus. An answer is none of these.

ECMA-48, section 5.4 (CSI), and xterm's control sequences for the answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from textual import events
from textual._xterm_parser import XTermParser
from textual.keys import Keys
from textual.message import Message

ESC = "\x1b"
PASTE, PASTE_END = f"{ESC}[200~", f"{ESC}[201~"

# What is no key and still meant for the program: focus, the mouse, a resize, a mode that it asked about.
_MEANT = re.compile(
    r"\x1b\[(?:[IO]|<\d+;-?\d+;-?\d+[Mm]|[\d;]+M|M...|48;\d+[\d:]*;\d+[\d:]*;\d+[\d:]*;\d+[\d:]*t|\?\d+;\d\$y)",
    re.DOTALL,
)
# Answers that begin as no key does (DA, the kitty flags, xterm's own), and where the cursor is.
_ANSWER = re.compile(r"\x1b\[(?:[<=>?]|\d+;\d+R)")


class Sequences(XTermParser):
    """Textual's tables, asked about one whole sequence at a time."""

    def meaning(self, sequence: str) -> list[Message]:
        """The events of one character or one whole sequence; none for an answer, or for what is unknown.

        Textual would hand the characters of an unknown one on as keys.
        """
        if sequence[:1] != ESC:
            return list(self._keys(sequence))
        match sequence[1:2]:
            case "[" if _MEANT.fullmatch(sequence):
                return list(self.feed(sequence))
            case "[":
                return [] if _ANSWER.match(sequence) else list(self._keys(sequence))
            case "O":
                return list(self._keys(sequence))
            case "]" | "P" | "_" | "^" | "X":
                return []
            case char:
                return list(self._keys(sequence)) or list(self._keys(char, alt=True))

    def _keys(self, sequence: str, *, alt: bool = False) -> Iterable[events.Key]:
        try:
            found = list(self._sequence_to_key_events(sequence, alt=alt))
        except (ValueError, OverflowError):  # a key by a number that is none
            return []
        return [key for key in found if key.key != Keys.Ignore]
