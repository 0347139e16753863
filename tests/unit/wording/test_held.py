"""What other programs hold, in words."""

from __future__ import annotations

import pytest

from keyrack.domain.held import HeldToken, Place
from keyrack.domain.model import TokenSet
from keyrack.domain.secret import Secret
from keyrack.wording.held import elsewhere, held_words
from keyrack.wording.tones import Tone

NOW = 1_790_000_000.0
MINUTE, HOUR = 60.0, 3600.0


def held(client: str, ends: float | None, *, refresh: bool = False, estimate: bool = False) -> HeldToken:
    refresh_token = Secret("refresh-1") if refresh else None
    tokens = TokenSet(Secret("access-1"), refresh_token, expires_at=None if ends is None else NOW + ends)
    return HeldToken(client, Place("/tokens.json"), (), tokens, is_estimate=estimate)


VALID = held("Claude Code", 41 * MINUTE + 5)
EXPIRED = held("Codex", -2 * HOUR - 5)
UNKNOWN = held("Cursor", None)
RENEWS = held("Gemini CLI", -HOUR - 5, refresh=True)


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (VALID, "● valid, 41 min"),
        (held("Claude Code", 41 * MINUTE + 5, estimate=True), "● valid, ≈ 41 min"),
        (EXPIRED, "✕ expired, 2 h ago"),
        (RENEWS, "↻ renews when used, 1 h ago"),
        (UNKNOWN, "? expiry unknown"),
    ],
)
def test_a_token_is_told_with_its_state_and_expiry(token: HeldToken, words: str) -> None:
    assert held_words(token, NOW)[0] == words


def test_the_programs_are_joined_and_the_best_comes_first() -> None:
    assert elsewhere((EXPIRED, UNKNOWN, VALID), NOW) == ("Claude Code ●, Cursor ?, Codex ✕", Tone.GOOD)
    assert elsewhere((EXPIRED,), NOW) == ("Codex ✕", Tone.DIM)
    assert elsewhere((), NOW) == ("–", Tone.DIM)


def test_a_program_with_two_tokens_is_named_once_with_the_better_one() -> None:
    assert elsewhere((held("mcp-remote", -1), held("mcp-remote", HOUR)), NOW)[0] == "mcp-remote ●"


def test_programs_that_do_not_fit_are_counted() -> None:
    three = (EXPIRED, UNKNOWN, VALID)
    assert elsewhere(three, NOW, 32)[0] == "Claude Code ●, Cursor ?, Codex ✕"
    assert elsewhere(three, NOW, 31)[0] == "Claude Code ●, Cursor ? +1"
    assert elsewhere(three, NOW, 16)[0] == "Claude Code ● +2"
    assert elsewhere(three, NOW, 15)[0] == "● ? ✕"
    assert elsewhere((VALID,), NOW, 9)[0] == "●" and elsewhere((EXPIRED,), NOW, 9)[0] == "Codex ✕"
