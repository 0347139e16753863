"""What needs doing in words, the most pressing first."""

from __future__ import annotations

from keyrack.domain.needs import Need
from keyrack.operations.servers.needs import counted
from keyrack.wording.needs import need_parts, need_words
from keyrack.wording.tones import Tone


def test_each_need_has_words_for_one_and_for_several_and_what_is_urgent_is_red() -> None:
    assert need_words(dict.fromkeys(Need, 1)) == (
        "1 to log in · 1 variable not set · 1 bad entry · 1 unreachable · 1 expiring · 1 locked"
    )
    assert need_words(dict.fromkeys(Need, 9)) == (
        "9 to log in · 9 variables not set · 9 bad entries · 9 unreachable · 9 expiring · 9 locked"
    )
    tones = [tone for _, tone in need_parts(dict.fromkeys(Need, 1))]
    assert tones == [Tone.BAD, Tone.BAD, Tone.BAD, Tone.BAD, Tone.WARN, Tone.WARN]
    assert need_words({}) == ""


def test_they_are_counted_in_the_order_in_which_they_press() -> None:
    needs = counted([Need.UNREACHABLE, None, Need.LOGIN, Need.LOGIN])
    assert list(needs.items()) == [(Need.LOGIN, 2), (Need.UNREACHABLE, 1)]
