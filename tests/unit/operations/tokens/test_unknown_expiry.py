"""A token without a known expiry."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from keyrack.domain.errors import LoginNeeded
from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.oauth.http import Failed
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.overview import overview
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.refresh import due, refresh
from keyrack.operations.tokens.set_token import Typed, set_token
from keyrack.wording.times import local
from support.canned import ISSUER, URL, World, reply
from support.workbench import NOW, SERVER, build, stored_credential

TOKEN = f"{ISSUER}/token"
AGAIN = reply({"access_token": "at-1", "refresh_token": "rt-1"})


def bench(age: float, answer: Any = AGAIN, **facts: Any) -> tuple[Adapters, World]:
    world = World(**{f"POST {TOKEN}": answer})
    adapters = build(world)
    held = stored_credential(expires_at=None, **facts)
    adapters.credentials().save(held._replace(credential=held.credential._replace(obtained_at=NOW - age)))
    return adapters, world


def test_a_refresh_by_name_really_refreshes() -> None:
    adapters, _ = bench(10)
    assert refresh(adapters, SERVER).expires_at is None
    found = adapters.credentials().load(CredentialKey.of(URL))
    assert found and found.tokens.access_token == Secret("at-1")
    assert found.tokens.refresh_token == Secret("rt-1")


@pytest.mark.parametrize("min_valid", [0, 60, 86400])
def test_a_token_is_refreshed_when_it_is_older_than_an_hour(min_valid: float) -> None:
    adapters, world = bench(3599)
    assert get_token(adapters, SERVER, min_valid=min_valid).token == Secret("at-0") and world.asked == []
    adapters, world = bench(3601)
    for _ in range(3):
        assert get_token(adapters, SERVER, min_valid=min_valid).token == Secret("at-1")
    assert len(world.to(TOKEN)) == 1


def test_an_old_one_is_among_those_that_are_due() -> None:
    for age, count in ((3599, 0), (3601, 1)):
        adapters, _ = bench(age)
        assert len(due(overview(adapters).rows, NOW)) == count
    adapters, _ = bench(3601, refresh=None)
    assert due(overview(adapters).rows, NOW) == []


def test_an_old_one_that_can_not_be_refreshed_now_is_handed_out_with_a_word_about_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("keyrack.operations.tokens.renewal.PAUSE", 0)
    adapters, _ = bench(7200, Failed("no route"))
    handed = get_token(adapters, SERVER)
    assert handed.token == Secret("at-0") and "of unknown expiry" in handed.notes[0]
    adapters, world = bench(7200, refresh=None)
    assert get_token(adapters, SERVER).notes == () and world.asked == []


def test_of_a_refused_refresh_the_token_is_tried_first() -> None:
    adapters, _ = bench(7200, reply({"error": "invalid_grant"}, 400))  # and its server refuses it
    with pytest.raises(LoginNeeded, match="no longer accepts the access token"):
        get_token(adapters, SERVER)


@pytest.mark.parametrize(("typed", "end"), [(None, NOW + 3600), (NOW + 60, NOW + 60)])
def test_a_jwt_made_by_hand_tells_its_end_unless_another_was_typed(typed: float | None, end: float) -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": NOW + 3600}).encode()).rstrip(b"=").decode()
    given = Typed({"token": Secret(f"e30.{claims}.c2ln")}, expires_at=typed)
    assert set_token(build(), SERVER, given, try_it=False).credential.expires_at == end


def test_times_are_told_as_the_clock_on_the_wall_shows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        noon = 1_772_366_400.0  # 2026-03-01 12:00 UTC
        assert local(noon, noon) == "07:00"
        assert local(noon + 86400, noon) == "2026-03-02 07:00"
    finally:
        monkeypatch.undo()
        time.tzset()
