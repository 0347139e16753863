"""A helper that is run again because the server has refused its token, which nobody tells it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from keyrack.domain.errors import LoginNeeded
from keyrack.domain.model import Server
from keyrack.operations.handout.hand_out import hand_out
from keyrack.operations.ports import Adapters
from keyrack.store.asked import AskedFiles
from support.odd_server import Answer, OddServer, odd_server
from support.relayed import stored, world


@pytest.fixture
def odd() -> Iterator[OddServer]:
    with odd_server() as server:
        yield server


def answer(odd: OddServer, parts: Adapters, again_after: float | None = 0.0) -> str:
    given = hand_out(parts, Server("odd", odd.url), "header", again_after=again_after)
    return given.headers["Authorization"].reveal()


def login(odd: OddServer, *, before: bool) -> Adapters:
    return world(stored(odd.url, "old", issuer=odd.base), asked_before=lambda key, since: before)


def test_a_token_that_the_server_has_forgotten_is_refreshed_for_who_asks_again(odd: OddServer) -> None:
    assert answer(odd, login(odd, before=True)) == "Bearer at-0"
    assert len(odd.to("/token")) == 1


def test_a_token_that_the_server_accepts_stays(odd: OddServer) -> None:
    odd.tokens.add("old")
    assert answer(odd, login(odd, before=True)) == "Bearer old"
    assert odd.to("/token") == []


def test_a_server_that_is_down_changes_nothing(odd: OddServer) -> None:
    odd.routes["POST /mcp"] = Answer(503)
    assert answer(odd, login(odd, before=True)) == "Bearer old"
    assert odd.to("/token") == []


def test_who_asks_for_the_first_time_gets_the_token_without_a_request(odd: OddServer) -> None:
    assert answer(odd, login(odd, before=False)) == "Bearer old"
    assert answer(odd, login(odd, before=True), again_after=None) == "Bearer old"
    assert answer(odd, login(odd, before=True), again_after=60.0) == "Bearer old"  # a new token
    assert odd.asked == []


def test_a_refresh_that_is_refused_asks_for_a_login(odd: OddServer) -> None:
    odd.routes["POST /token"] = Answer(400, {"error": "invalid_grant"})
    with pytest.raises(LoginNeeded):
        answer(odd, login(odd, before=True))


def test_a_process_asks_again_only_for_the_same_token(tmp_path: Path) -> None:
    asked = AskedFiles(str(tmp_path / "asked"))
    began = time.time() - 1
    assert not asked.again("7-1", "a", began)
    assert asked.again("7-1", "a", began)
    assert not asked.again("8-2", "a", began)  # another process
    assert not asked.again("7-1", "b", began)  # another credential
    assert not asked.again("7-1", "a", time.time() + 1)  # a token that is newer
    assert all(each.stat().st_size == 0 for each in (tmp_path / "asked").iterdir())


def test_where_nothing_can_be_noted_nothing_is_tested(tmp_path: Path) -> None:
    (tmp_path / "asked").write_text("")
    asked = AskedFiles(os.fspath(tmp_path / "asked"))
    assert [asked.again("7-1", "a", 0.0) for _ in range(2)] == [False, False]
