"""What needs doing, counted, in words."""

from __future__ import annotations

from collections.abc import Mapping

from keyrack.domain.needs import Need

# For one server, and for several.
_WORDS = {
    Need.LOGIN: ("needs login", "need login"),
    Need.EXPIRING: ("expires soon", "expire soon"),
    Need.VARIABLE: ("variable not set", "variables not set"),
    Need.ENTRY: ("bad entry", "bad entries"),
    Need.UNLOCK: ("locked", "locked"),
    Need.UNREACHABLE: ("unreachable", "unreachable"),
}


def need_words(needs: Mapping[Need, int]) -> str:
    """ "2 need login · 1 variable not set"; "" if nothing needs doing."""
    return " · ".join(f"{number} {_WORDS[need][number != 1]}" for need, number in needs.items())
