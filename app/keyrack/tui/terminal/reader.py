"""Splits the terminal's input into keys and sequences, even if it arrives late or in pieces.

A terminal's answers to queries (its colours, its name, the cursor position) arrive on the same stream as the
keys, including answers to another program's queries. Textual's parser waits 0.1 s for the rest of a sequence
and then treats its characters as keys, so the answer "rgb:d0d0/…" presses d.
"""

from __future__ import annotations

from enum import Enum, auto

from textual import constants, events
from textual.message import Message

from keyrack.tui.terminal.sequences import ESC, PASTE, PASTE_END, Sequences

LATE = 2.5  # seconds to wait for the rest of a sequence
BURST = 0.05  # seconds: too short for two key presses, enough for two characters of a sequence
LONGEST, KEPT = 4096, 8  # characters of a sequence; only the first few of a longer one are kept
STRINGS = "]P_^X"  # start of a string that ends with BEL or ST: OSC, DCS, APC, PM, SOS

_FIRST = {"]": set("0123456789lLI"), "P": set("0123456789<=>?!+$|")}  # first characters of an answer's string
_ENDS = {"\x07", "\x9c", "\udc9c"}  # BEL, and ST as one character
# The same as a single 8-bit character, decoded or not (ECMA-48, section 5.3 b).
_SHORT = {chr(high + ord(c) - 0x40): c for c in f"[O{STRINGS}" for high in (0x80, 0xDC80)}


class _Step(Enum):
    MORE = auto()
    DONE = auto()
    BROKEN = auto()


class TerminalReader:
    """Turns input into events. Times are in seconds, from a monotonic clock.

    While `waiting` is true, call `tick` soon, even if there is no more input.
    """

    def __init__(self) -> None:
        self._sequences = Sequences()
        self._sequence = ""  # what has arrived of it, starting with ESC
        # How many of its last characters have not been reported as keys. Usually all of them. But an ESC that
        # was alone for long enough is reported as the key, and the rest of an answer can still follow.
        self._held = 0
        self._since = 0.0  # when the last of them arrived
        self._paste: str | None = None
        self.expecting = False  # an answer is on its way, so an ESC is its start and no key

    @property
    def waiting(self) -> bool:
        return self._held > 0

    def feed(self, text: str, now: float) -> list[Message]:
        """Return the events for these characters. Invalid UTF-8 is passed as lone surrogates."""
        found: list[Message] = []
        for place, char in enumerate(text):
            if self._paste is not None:
                return found + self._pasted(text[place:], now)
            found += _at(now, self._next(char, now))
        return found

    def tick(self, now: float) -> list[Message]:
        """Return the events for characters that have waited long enough.

        Only call it when there is nothing more to read.
        """
        waited = now - self._since
        if not self._sequence:
            return []
        if self._held == 0:
            if waited >= LATE:
                self._sequence = ""
            return []
        if self._sequence == ESC or self._held < len(self._sequence):
            alone = self._held == 1
            delay = LATE if self.expecting else constants.ESCAPE_DELAY
            if alone and waited >= (delay if self._sequence == ESC else BURST):
                self._held = 0
                return _at(self._since, self._key(self._sequence[-1]))
        elif waited >= constants.ESCAPE_DELAY and (keys := self._sequences.meaning(self._sequence)):
            self._forget()  # rxvt ends some keys with a character that continues other sequences
            return _at(self._since, keys)
        if waited >= LATE:
            self._forget()
        return []

    def _pasted(self, text: str, now: float) -> list[Message]:
        """Add to the paste. Its end can arrive in pieces, and nothing inside it is a key."""
        assert self._paste is not None
        self._paste += text
        words, end, rest = self._paste.partition(PASTE_END)
        if not end:
            return []
        self._paste = None
        return [*_at(now, [events.Paste(words.replace("\x00", ""))]), *self.feed(rest, now)]

    def _next(self, char: str, now: float) -> list[Message]:
        if not self._sequence or (self._held == 0 and not self._may_go_on(char, now)):
            return self._begin(char, now)
        sequence = self._sequence + char
        if sequence == ESC + ESC or (self._is_late_escape(now) and char not in f"[O{STRINGS}"):
            return [*self._key(ESC), *self._begin(char, now)]
        match _advance(self._sequence, char):
            case _Step.MORE:
                self._sequence = sequence if len(sequence) <= LONGEST else sequence[:KEPT] + char
                self._held, self._since = self._held + 1, now
                return []
            case _Step.DONE:
                self._forget()
                if sequence == PASTE:
                    self._paste = ""
                    return []
                return self._sequences.meaning(sequence)
            case _Step.BROKEN:
                return self._break_off(char, now)

    def _is_late_escape(self, now: float) -> bool:
        """Whether there is an ESC that would be the key by now, if no answer were expected."""
        return self._sequence == ESC and self._held == 1 and now - self._since >= constants.ESCAPE_DELAY

    def _may_go_on(self, char: str, now: float) -> bool:
        """Whether this can be the rest of an answer whose start was reported as keys."""
        if now - self._since >= LATE:
            return False
        if self._sequence == ESC:
            return char in "[]P_"
        step = _advance(self._sequence, char)
        return step is _Step.MORE or (step is _Step.DONE and len(self._sequence) > len(f"{ESC}["))

    def _break_off(self, char: str, now: float) -> list[Message]:
        """Handle a character that can't continue the sequence."""
        sequence, held = self._sequence, self._held
        self._forget()
        if sequence[-1] == ESC:  # a new sequence starts where the string should have ended
            return self._begin(ESC, now) + self._next(char, now)
        keys = sequence[-held:] if held < len(sequence) else ""
        return [key for each in keys for key in self._key(each)] + self._begin(char, now)

    def _begin(self, char: str, now: float) -> list[Message]:
        self._forget()
        if char == ESC or char in _SHORT:
            self._sequence = ESC + _SHORT.get(char, "")
            self._held = len(self._sequence)
            self._since = now
            return []
        return self._key(char)

    def _key(self, char: str) -> list[Message]:
        if char == ESC:
            return [events.Key("escape", ESC)]
        no_text = "\x80" <= char <= "\x9f" or "\ud800" <= char <= "\udfff"
        return [] if no_text else self._sequences.meaning(char)

    def _forget(self) -> None:
        self._sequence, self._held = "", 0


def _advance(sequence: str, char: str) -> _Step:
    """Whether this character continues, ends or breaks the sequence."""
    kind, body = sequence[1:2], sequence[2:]
    if kind == "":
        return _Step.MORE if char in f"[O{STRINGS}" else _Step.DONE
    if kind in STRINGS:
        if body[-1:] == ESC:
            return _Step.DONE if char == "\\" else _Step.BROKEN
        if char in _ENDS:
            return _Step.DONE
        if char == ESC:
            return _Step.MORE
        known = body or char in _FIRST.get(kind, char)
        return _Step.MORE if known and char >= " " else _Step.BROKEN
    if kind == "[":
        if body[:1] == "M":  # xterm's oldest mouse protocol: three characters follow
            return _Step.DONE if len(body) == 3 else _Step.MORE
        if body == "[":  # a function key of the Linux console
            return _Step.DONE
        if " " <= char <= "?" or (not body and char in "M["):
            return _Step.MORE
    return _Step.DONE if "@" <= char <= "~" else _Step.BROKEN


def _at(when: float, found: list[Message]) -> list[Message]:
    """Set the events' time, which decides which screen a key is for."""
    for event in found:
        event.time = when
    return found
