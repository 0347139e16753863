"""Both front ends show a state, outcome or expiry with the same glyph, word and meaning."""

from __future__ import annotations

from typing import get_args, get_type_hints

import pytest

from keyrack.domain.model import CredentialInfo
from keyrack.domain.status import Action, State, Status
from keyrack.oauth.effects import Step
from keyrack.operations.receipt import Outcome
from keyrack.wording.expiry import expiry
from keyrack.wording.signs import OUTCOMES, STEPS
from keyrack.wording.states import STATES, listed_state, status_words, tone_of
from keyrack.wording.tones import Tone

NOW = 1_000_000.0
STORED = CredentialInfo("oauth", obtained_at=NOW - 7200)


def test_every_state_has_its_own_glyph_and_word() -> None:
    assert set(STATES) == set(State)
    assert len({look.glyph for look in STATES.values()}) == len(STATES)
    assert len({look.word for look in STATES.values()}) == len(STATES)


def test_every_outcome_of_a_receipt_and_every_state_of_a_step_has_a_sign() -> None:
    assert set(OUTCOMES) == set(get_args(Outcome))
    assert set(STEPS) == set(get_args(get_type_hints(Step)["state"]))


def test_nothing_has_to_be_done_for_a_server_that_is_switched_off() -> None:
    assert listed_state(Status(State.VALID, ""), is_off=False) == ("● valid", Tone.GOOD)
    assert listed_state(Status(State.VALID, ""), is_off=True) == ("● switched off", Tone.DIM)


def test_a_login_of_another_program_is_named_and_is_not_our_business() -> None:
    held = Status(State.NO_CREDENTIAL, "", Action.IMPORT, "Claude Code")
    assert listed_state(held, is_off=False) == ("○ held by Claude Code", Tone.DIM)
    assert status_words(held) == "○ held by Claude Code"


def test_a_credential_that_renews_itself_says_so_shorter_in_the_list() -> None:
    renewing = Status(State.VALID, "", renews=True)
    assert listed_state(renewing, is_off=False) == ("● valid · renews", Tone.GOOD)
    assert status_words(renewing) == "● valid · renews itself"


def test_a_locked_store_adds_a_lock_and_changes_no_word_and_no_color() -> None:
    for state in State:
        status = Status(state, "")
        words, tone = listed_state(status, is_off=False)
        assert listed_state(status._replace(locked=True), is_off=False) == (f"{words} ▣", tone)
        assert status_words(status._replace(locked=True)) == f"{status_words(status)} ▣"


@pytest.mark.parametrize(
    ("tone", "states"),
    [
        (Tone.GOOD, {State.VALID, State.REFRESHABLE, State.CONFIGURED}),
        (Tone.WARN, {State.EXPIRING}),
        (
            Tone.BAD,
            {
                State.LOGIN_NEEDED,
                State.NO_CREDENTIAL,
                State.EMPTY_HEADER,
                State.UNREACHABLE,
                State.BAD_ENTRY,
            },
        ),
        (Tone.DIM, {State.NO_AUTH, State.STDIO, State.ORPHAN}),
    ],
)
def test_the_color_says_whether_a_person_must_act(tone: Tone, states: set[State]) -> None:
    assert {state for state in State if tone_of(Status(state, "")) is tone} == states


def test_a_login_that_may_not_be_needed_is_not_red() -> None:
    assert tone_of(Status(State.NO_CREDENTIAL, "", Action.LOGIN, is_optional=True)) is Tone.DIM


@pytest.mark.parametrize(
    ("kind", "state", "credential", "shown"),
    [
        ("oauth", State.VALID, STORED._replace(expires_at=NOW + 3600), ("1 h", Tone.PLAIN)),
        ("oauth", State.EXPIRING, STORED._replace(expires_at=NOW + 120), ("2 min", Tone.WARN)),
        ("oauth", State.REFRESHABLE, STORED._replace(expires_at=NOW - 120), ("2 min ago", Tone.DIM)),
        ("oauth", State.VALID, STORED, ("unknown", Tone.DIM)),
        ("oauth", State.LOGIN_NEEDED, STORED._replace(refused_at=NOW), ("–", Tone.DIM)),
        ("oauth", State.LOGIN_NEEDED, STORED._replace(expires_at=NOW - 120), ("2 min ago", Tone.DIM)),
        ("header", State.CONFIGURED, STORED._replace(expires_at=NOW + 60), ("–", Tone.DIM)),
        ("unknown", State.NO_CREDENTIAL, None, ("–", Tone.DIM)),
        ("unknown", State.UNREACHABLE, None, ("–", Tone.DIM)),
        ("oauth", State.UNREACHABLE, STORED._replace(expires_at=NOW + 60), ("1 min", Tone.DIM)),
    ],
)
def test_the_expiry_of_a_row(
    kind: str, state: State, credential: CredentialInfo | None, shown: tuple[str, Tone]
) -> None:
    assert expiry(kind, state, credential, NOW) == shown
