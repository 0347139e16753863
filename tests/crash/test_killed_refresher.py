"""Refreshers killed at random moments: the next one continues and loses no grant that was stored.

The same again: KEYRACK_CHAOS_SEED=number.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support import chaos, killable
from support.authserver import AuthServer
from support.chaos import Place, all_have_one_token, since

PARTS = 4  # so that more than one worker has its share
ROUNDS = 25  # in each of them
SEED = int(os.environ.get("KEYRACK_CHAOS_SEED") or random.SystemRandom().randrange(10**6))


@pytest.fixture
def place(oidc_server: AuthServer, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A credential on a real keychain, for a server whose issuer rotates."""
    with chaos.place(oidc_server, own_home, monkeypatch) as place:
        place.log_in()
        yield place


@pytest.mark.slow("25 processes are killed, each with two others that wait for it")
@pytest.mark.parametrize("part", range(PARTS))
def test_a_killed_refresher_blocks_nobody_and_loses_no_grant_that_was_stored(
    part: int, place: Place, record_property: Callable[[str, object], None]
) -> None:
    """Lost is only what nobody can keep: the issuer had spent the old refresh token, and the
    process died before the new one was in the keychain. Then a person is told to log in."""
    chance = random.Random(f"{SEED} {part}")
    span = max(duration(place) for _ in range(5))
    lost = 0
    for number in range(ROUNDS):
        old = place.expire()
        before = place.authority.count()
        holder = place.start(killable.hold_and_ask)
        holder.tell()
        assert holder.hear() == "held"
        waiting = [place.start(killable.ask) for _ in range(2)]
        for process in (*waiting, holder):
            process.tell()
        time.sleep(chance.uniform(0, span))  # a random moment of its work
        holder.stop()
        kept = any(
            stored_credential.tokens.refresh_token != old.tokens.refresh_token
            for stored_credential in place.in_keychain()
        )
        holder.kill()
        given = [process.hear() for process in waiting]
        for process in waiting:
            process.end()

        happened = since(place, before)
        where = f"seed {SEED}, part {part}, round {number}"
        if any(answer.code for answer in given):
            assert not kept, f"{where}: a stored grant was lost"
            assert [answer.code for answer in given] == [3, 3], where
            assert all("invalid_grant" in answer.words for answer in given), where
            assert (happened.renewed, happened.refused) == (1, 1), where
            lost += 1
            place.log_in()
        else:
            assert all_have_one_token(place, given), where
            assert (happened.renewed, happened.refused, happened.revoked) == (1, 0, 0), where
            assert place.lives(place.stored()), where
    record_property(
        "told",
        f"{ROUNDS} refreshers killed within {span * 1e3:.0f} ms (seed {SEED}): "
        f"{lost} between the issuer's answer and the keychain; all others kept their grant",
    )


def duration(place: Place) -> float:
    """Seconds that a refresher has the lock."""
    place.expire()
    holder = place.start(killable.hold_and_ask)
    holder.tell()
    assert holder.hear() == "held"
    start = time.perf_counter()
    holder.tell()
    assert holder.hear().code == 0
    seconds = time.perf_counter() - start
    holder.end()
    return seconds
