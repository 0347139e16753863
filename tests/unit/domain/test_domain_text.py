"""Texts from outside lose terminal control characters and stay readable."""

from __future__ import annotations

import pytest

from keyrack.domain.text import plain, verbatim


@pytest.mark.parametrize("text", ["", "linear", "auth.linear.app · read write", "日本語 – naïve", "[b]{x}$y"])
def test_what_can_be_read_stays(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]0;title\x07x", "]0;titlex"),
        ("a\x9b2Jb", "a2Jb"),
        ("a\x00\x08\x7fb", "ab"),
        ("one\ntwo\tthree\rfour", "one two three four"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("no\u00a0break\u3000wide", "no break wide"),
        ("safe\u202egnp.exe\u202c", "safegnp.exe"),
        ("\u2066x\u2069 \u200e\u200f\u061cy", "x y"),
        ("pay\u200bpal\u200d\u2060\ufeff\u00ad", "paypal"),
        ("tag\U000e0041\U000e007f", "tag"),
        ("vs\ufe0f\U000e0100 filler\u3164\u034f", "vs filler"),
        ("lone\ud800", "lone\ufffd"),
        ("private\ue000 unassigned\U000e0fff", "private\ufffd unassigned\ufffd"),
    ],
)
def test_what_steers_or_hides_goes(hostile: str, shown: str) -> None:
    assert plain(hostile) == shown


def test_every_character_of_unicode_comes_out_printable() -> None:
    for start in range(0, 0x110000, 0x1000):
        assert plain("".join(map(chr, range(start, start + 0x1000))), limit=0x2000).isprintable()


def test_a_long_text_is_cut_and_says_so() -> None:
    assert plain("x" * 10, limit=10) == "x" * 10
    assert plain("x" * 11, limit=10) == "x" * 9 + "…"


def test_a_text_that_hides_behind_unseen_characters_is_cut_too() -> None:
    assert plain("\u200b" * 1000 + "secret", limit=10) == "…"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://auth.example/", "“https://auth.example/”"),
        ("https://аuth.example", "“https://\\u0430uth.example”"),  # a Cyrillic letter
        ("a\u200bb\x1b[2J\n", "“a\\u200bb\\x1b[2J\\n”"),
        ("x" * 201, "“" + "x" * 200 + "…”"),
        ("\u200b" * 100, "“" + ("\\u200b" * 100)[:200] + "…”"),
        ("\ud800", "“\\ud800”"),
    ],
)
def test_what_is_shown_verbatim_differs_wherever_the_text_does(text: str, shown: str) -> None:
    assert verbatim(text) == shown and shown.isprintable()
