"""What a complete sequence means: a key, the mouse, a change of size or focus, or an answer.

ECMA-48, section 5.4 (CSI), and xterm's control sequences for the answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from textual import events
from textual._xterm_parser import XTermParser
from textual.keys import Keys
from textual.message import Message

from keyrack.tui.terminal.background import answer_in

ESC = "\x1b"
PASTE, PASTE_END = f"{ESC}[200~", f"{ESC}[201~"

# Not keys, but meant for the program: focus, the mouse, a resize to what a terminal can have, a mode that it
# queried.
_MEANT = re.compile(
    r"\x1b\[(?:[IO]|<\d+;-?\d+;-?\d+[Mm]|[\d;]+M|M...|48;\d{1,4}(?::\d+)*;\d{1,4}(?::\d+)*;[\d:]+;[\d:]+t|\?\d+;\d\$y)",
    re.DOTALL,
)
# Answers that start like no key (DA, the kitty flags, xterm's own), and the cursor position.
_ANSWER = re.compile(r"\x1b\[(?:[<=>?]|\d+;\d+R)")


class Sequences(XTermParser):
    """Looks up one complete sequence at a time in Textual's tables."""

    def meaning(self, sequence: str) -> list[Message]:
        """Return the events for one character or one complete sequence.

        There are none for an answer to another question, or an unknown sequence. Textual would pass on the
        characters of an unknown one as keys.
        """
        if sequence[:1] != ESC:
            return list(self._keys(sequence))
        match sequence[1:2]:
            case "[" if _MEANT.fullmatch(sequence):
                return list(self.feed(sequence))
            case "[":
                return self._answers(sequence) if _ANSWER.match(sequence) else list(self._keys(sequence))
            case "O":
                return list(self._keys(sequence))
            case "]":
                return self._answers(sequence)
            case "P" | "_" | "^" | "X":
                return []
            case char:
                return list(self._keys(sequence)) or list(self._keys(char, alt=True))

    def _answers(self, sequence: str) -> list[Message]:
        answer = answer_in(sequence)
        return [] if answer is None else [answer]

    def _keys(self, sequence: str, *, alt: bool = False) -> Iterable[events.Key]:
        try:
            found = list(self._sequence_to_key_events(sequence, alt=alt))
        except (ValueError, OverflowError):  # a key code that is not a character
            return []
        return [key for key in found if key.key != Keys.Ignore]
