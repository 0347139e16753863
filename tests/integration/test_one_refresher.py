"""One refresher among all processes, at an issuer that ends a grant when its refresh token comes twice."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import chaos, killable
from support.authserver import AuthServer, Count
from support.chaos import Place
from support.killable import Answer
from support.screen import need_tmux, screen

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
PROCESSES = 20
ROUNDS = 100
SLOW = 5000  # ms
SEED = int(os.environ.get("KEYRACK_CHAOS_SEED") or random.SystemRandom().randrange(10**6))


@pytest.fixture
def place(oidc_server: AuthServer, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A credential on a real keychain, for a server whose issuer rotates."""
    with chaos.place(oidc_server, own_home, monkeypatch) as place:
        place.log_in()
        yield place


def keyrack(place: Place, *words: str) -> subprocess.Popen[str]:
    """The command, running."""
    return subprocess.Popen(
        [KEYRACK, *words], env=place.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def answers(running: list[subprocess.Popen[str]]) -> list[Answer]:
    """How each of them ended."""
    texts = [process.communicate(timeout=chaos.PATIENCE) for process in running]
    codes = [process.returncode for process in running]
    return [Answer(out.strip(), code, err) for (out, err), code in zip(texts, codes, strict=True)]


def since(place: Place, before: Count) -> Count:
    """What came to the token endpoint meanwhile."""
    return Count(*(now - then for now, then in zip(place.authority.count(), before, strict=True)))


def all_have_one_token(place: Place, given: list[Answer]) -> bool:
    """And the server takes it."""
    assert [answer.words for answer in given if answer.code] == []
    [token] = {answer.token for answer in given}
    return place.authority.accepts(token)


@pytest.mark.parametrize("ms", [0, SLOW], ids=["at once", "after 5 s"])
def test_many_processes_that_want_one_expired_token_send_one_refresh_request(place: Place, ms: int) -> None:
    place.expire()
    before = place.authority.count()
    place.authority.fault("/token", "slow", ms=ms)
    given = answers([keyrack(place, "token", place.url) for _ in range(PROCESSES)])

    assert all_have_one_token(place, given)
    assert since(place, before) == Count(asked=1, renewed=1, refused=0, revoked=0, answered=1)
    assert place.lives(place.stored())


def test_the_screen_and_the_command_line_send_one_refresh_request(place: Place) -> None:
    need_tmux()
    entry = {"type": "http", "url": place.url}
    (Path(place.env["HOME"]) / ".claude.json").write_text(json.dumps({"mcpServers": {"guarded": entry}}))
    place.expire()
    before = place.authority.count()
    place.authority.fault("/token", "slow", ms=1000)
    with screen([KEYRACK], place.env) as terminal:
        terminal.until(lambda text: "guarded" in text and "refreshable" in text)
        terminal.press("r")
        terminal.until("refreshing")
        given = answers([keyrack(place, "token", "guarded") for _ in range(3)])
        terminal.until(lambda text: "guarded" in text and "valid" in text)
        terminal.press("C-q")
        assert terminal.until_ended() == 0

    assert all_have_one_token(place, given)
    assert since(place, before) == Count(asked=1, renewed=1, refused=0, revoked=0, answered=1)
    assert place.lives(place.stored())


def test_a_killed_refresher_blocks_nobody_and_loses_no_grant_that_was_stored(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lost is only what nobody can keep: the issuer had spent the old refresh token, and the
    process died before the new one was in the keychain. Then a person is told to log in."""
    chance = random.Random(SEED)
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
        kept = any(grant.tokens.refresh_token != old.tokens.refresh_token for grant in place.in_keychain())
        holder.kill()
        given = [process.hear() for process in waiting]
        for process in waiting:
            process.end()

        happened = since(place, before)
        where = f"seed {SEED}, round {number}"
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
    with capsys.disabled():
        print(
            f"\n{ROUNDS} refreshers killed within {span * 1e3:.0f} ms (seed {SEED}): "
            f"{lost} between the issuer's answer and the keychain; all others kept their grant"
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
