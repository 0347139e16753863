"""A slow refresh of a token that is still valid: another process finishes it."""

from __future__ import annotations

import pytest

from keyrack.domain.errors import LoginNeeded
from keyrack.domain.model import Server
from keyrack.domain.secret import Secret
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.refresh import refresh
from support.canned import ISSUER, World, reply
from support.workbench import NOW, SERVER, accepts, build, stored_credential, stored_token

TOKEN = ISSUER + "/token"
PATIENCE = 5.0


class Apart:
    """The other process. It does what it is told, and ends in time or does not."""

    def __init__(self, adapters: Adapters, *, refreshes: bool = True, ends: bool = True) -> None:
        self.adapters, self.refreshes, self.ends = adapters, refreshes, ends
        self.asked: list[tuple[float, float]] = []

    def __call__(self, server: Server, min_valid: float, seconds: float) -> bool:
        self.asked.append((min_valid, seconds))
        if self.refreshes:
            refresh(self.adapters, server)
        return self.ends


def beside(apart: Apart) -> Adapters:
    return apart.adapters._replace(refresh_apart=apart)


def test_a_refresh_in_time_gives_the_new_token() -> None:
    apart = Apart(build())
    apart.adapters.credentials().save(stored_credential(expires_at=NOW + 40))
    given = get_token(beside(apart), SERVER, patience=PATIENCE)
    assert (given.token, given.notes) == (Secret("at-1"), ())
    assert given.headers == {"Authorization": Secret("Bearer at-1")}
    assert apart.asked == [(60.0, PATIENCE)]


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        (False, "The refresh takes longer than 5 s and continues in the background. "
                "Using the stored token, valid for 40 s."),
        (True, "The token could not be refreshed. To see why, run: keyrack refresh linear. "
               "Using the stored token, valid for 40 s."),
    ],
)  # fmt: skip
def test_one_that_is_slow_or_fails_gives_the_old_token_and_says_so(ends: bool, said: str) -> None:
    world = World()
    apart = Apart(build(world), refreshes=False, ends=ends)
    apart.adapters.credentials().save(stored_credential(expires_at=NOW + 40))
    given = get_token(beside(apart), SERVER._replace(name="linear"), patience=PATIENCE)
    assert (given.token, given.notes) == (Secret("at-0"), (said,))
    assert world.to(TOKEN) == []


@pytest.mark.parametrize("left", [-1.0, 4.0])
def test_a_token_that_does_not_last_through_the_wait_is_refreshed_here(left: float) -> None:
    apart = Apart(build())
    apart.adapters.credentials().save(stored_credential(expires_at=NOW + left))
    assert get_token(beside(apart), SERVER, patience=PATIENCE).token == Secret("at-1")
    assert apart.asked == []


def test_without_patience_every_refresh_is_waited_for() -> None:
    apart = Apart(build())
    apart.adapters.credentials().save(stored_credential(expires_at=NOW + 40))
    assert get_token(beside(apart), SERVER).token == Secret("at-1")
    assert apart.asked == []


def test_a_grant_that_was_refused_in_the_meantime_is_said_to_be() -> None:
    refused = {f"POST {TOKEN}": reply({"error": "invalid_grant"}, 400)}
    adapters = build(World(**accepts("at-0"), **refused))
    adapters.credentials().save(stored_credential(expires_at=NOW + 40))

    def refuse(server: Server, min_valid: float, seconds: float) -> bool:
        with pytest.raises(LoginNeeded):
            refresh(adapters, server)
        return True

    given = get_token(adapters._replace(refresh_apart=refuse), SERVER, patience=PATIENCE)
    assert given.token == Secret("at-0") and "invalid_grant" in given.notes[0]
    assert stored_token(adapters) == "at-0"
