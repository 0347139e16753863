"""Both front ends show a state, outcome or expiry with the same glyph, word and meaning."""

from __future__ import annotations

from typing import get_args, get_type_hints

import pytest

from keyrack.domain.model import Check, CredentialInfo
from keyrack.domain.status import Action, State, Status
from keyrack.oauth.effects import Step
from keyrack.operations.receipt import Outcome
from keyrack.wording.expiry import expiry
from keyrack.wording.signs import OUTCOMES, STEPS
from keyrack.wording.states import STATES, listed_state
from keyrack.wording.tones import Tone

NOW = 1_000_000.0
STORED = CredentialInfo("oauth", obtained_at=NOW - 7200)
UNREACHED = Check(NOW - 90, "unreachable", "No answer.")


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


def test_a_login_of_another_program_is_named() -> None:
    held = Status(State.NO_CREDENTIAL, "", Action.IMPORT, "Claude Code")
    assert listed_state(held, is_off=False) == ("◌ held by Claude Code", Tone.PLAIN)


@pytest.mark.parametrize(
    ("kind", "state", "credential", "check", "shown"),
    [
        ("oauth", State.VALID, STORED._replace(expires_at=NOW + 3600), None, ("1 h", Tone.PLAIN)),
        ("oauth", State.EXPIRING, STORED._replace(expires_at=NOW + 120), None, ("2 min", Tone.WARN)),
        ("oauth", State.REFRESHABLE, STORED._replace(expires_at=NOW - 120), None, ("2 min ago", Tone.DIM)),
        ("oauth", State.VALID, STORED, None, ("expiry unknown", Tone.DIM)),
        ("oauth", State.LOGIN_NEEDED, STORED._replace(refused_at=NOW), None, ("refused", Tone.BAD)),
        ("header", State.CONFIGURED, STORED._replace(expires_at=NOW + 60), None, ("–", Tone.DIM)),
        ("unknown", State.NO_CREDENTIAL, None, None, ("–", Tone.DIM)),
        ("unknown", State.UNREACHABLE, None, UNREACHED, ("checked 1 min ago", Tone.DIM)),
        ("oauth", State.UNREACHABLE, STORED._replace(expires_at=NOW + 60), UNREACHED, ("1 min", Tone.DIM)),
    ],
)
def test_the_expiry_of_a_row(
    kind: str, state: State, credential: CredentialInfo | None, check: Check | None, shown: tuple[str, Tone]
) -> None:
    assert expiry(kind, state, credential, check, NOW) == shown
