"""Several refreshes of one token at once, and an issuer that is briefly busy."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from keyrack.domain.secret import Secret
from keyrack.oauth.http import Request, Response
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.refresh import refreshed
from support.canned import ISSUER, World, reply
from support.workbench import NOW, SERVER, build, stored_credential

TOKEN = f"{ISSUER}/token"
PATIENCE = 20.0  # seconds


def rotating(before: Callable[[], object] = lambda: None) -> Callable[[Request], Response]:
    """An issuer whose every answer has other tokens."""
    numbers = count(1)

    def answer(_: Request) -> Response:
        before()
        n = next(numbers)
        fields = {"access_token": f"at-{n}", "refresh_token": f"rt-{n}", "expires_in": 3600}
        return reply(fields | {"token_type": "Bearer"})

    return answer


def bench(issuer: Callable[[Request], Response], arrived: Callable[[], object]) -> tuple[Adapters, World]:
    """A stored token that is still valid; `arrived` is called with each look at the clock, which never
    shows the same time twice."""
    world = World(**{f"POST {TOKEN}": issuer})
    ticks = count()

    def now() -> float:
        arrived()
        return NOW + next(ticks)

    adapters = build(world)._replace(now=now)
    adapters.credentials().save(stored_credential(expires_at=NOW + 3600))
    return adapters, world


def force(adapters: Adapters) -> Secret:
    """A refresh as `keyrack refresh` does it."""
    return refreshed(adapters, SERVER, insist=True).tokens.access_token


@pytest.mark.parametrize("others", [1, 4])
def test_forced_refreshes_at_once_are_one_request_and_all_get_its_token(others: int) -> None:
    """Whoever waited for the lock while another one refreshed does not spend the new refresh token."""
    asked = threading.Event()  # the first one holds the lock and its request is under way
    waiting = threading.Semaphore(0)  # released by each of the others that has come meanwhile
    first: list[int] = []

    def arrived() -> None:
        if asked.is_set() and threading.get_ident() not in first:
            waiting.release()

    def until_all_wait() -> None:
        if first:
            return
        first.append(threading.get_ident())
        asked.set()
        for _ in range(others):
            assert waiting.acquire(timeout=PATIENCE)

    adapters, world = bench(rotating(until_all_wait), arrived)
    with ThreadPoolExecutor(1 + others) as pool:
        results = [pool.submit(force, adapters)]
        assert asked.wait(PATIENCE)
        results += [pool.submit(force, adapters) for _ in range(others)]
        tokens = [result.result(PATIENCE) for result in results]

    assert tokens == [Secret("at-1")] * (1 + others)
    assert len(world.to(TOKEN)) == 1


def test_a_forced_refresh_after_another_one_asks_again() -> None:
    adapters, world = bench(rotating(), lambda: None)
    assert [force(adapters), force(adapters)] == [Secret("at-1"), Secret("at-2")]
    assert [(request.form or {})["refresh_token"] for request in world.to(TOKEN)] == [
        Secret("rt-0"),
        Secret("rt-1"),
    ]


@pytest.mark.parametrize("status", [407, 408, 425, 429, 500, 502, 503, 504])
def test_an_issuer_that_is_busy_for_a_moment_is_asked_once_more(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keyrack.operations.tokens.renewal.PAUSE", 0)
    busy, good = iter([Response(status)]), rotating()
    adapters, world = bench(lambda request: next(busy, None) or good(request), lambda: None)
    assert force(adapters) == Secret("at-1")
    assert len(world.to(TOKEN)) == 2
