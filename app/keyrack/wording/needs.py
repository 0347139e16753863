"""What needs doing, counted, in words."""

from __future__ import annotations

from collections.abc import Mapping

from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.needs import Need
from keyrack.wording.tones import Tone


class Words(NamedTuple):
    one: str
    several: str
    tone: Tone  # red: now; yellow: soon, or it may be over by itself


_WORDS = {
    Need.LOGIN: Words("to log in", "to log in", Tone.BAD),
    Need.VARIABLE: Words("variable not set", "variables not set", Tone.BAD),
    Need.ENTRY: Words("bad entry", "bad entries", Tone.BAD),
    Need.UNREACHABLE: Words("unreachable", "unreachable", Tone.BAD),
    Need.EXPIRING: Words("expiring", "expiring", Tone.WARN),
    Need.UNLOCK: Words("locked", "locked", Tone.WARN),
}


def need_words(needs: Mapping[Need, int]) -> str:
    """ "2 to log in · 1 variable not set"; "" if nothing needs doing."""
    return " · ".join(words for words, _ in need_parts(needs))


def need_parts(needs: Mapping[Need, int]) -> list[tuple[str, Tone]]:
    """The same apart, with their tones, the most pressing first."""
    return [
        (f"{number} {_WORDS[need].one if number == 1 else _WORDS[need].several}", _WORDS[need].tone)
        for need, number in needs.items()
    ]
