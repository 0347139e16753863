"""A bridge in front of a server that wants to keep it busy, or open the browser again and again."""

from __future__ import annotations

import threading
import time
import urllib.request
from collections.abc import Iterator

import pytest

from keyrack.domain.model import StoredCredential
from keyrack.operations.ports import Adapters
from keyrack.operations.relay import credential, post
from keyrack.relay.pauses import pause_after
from keyrack.store.credential_store import memory_credential_store
from keyrack.wiring import adapters
from support.odd_server import SILENCE, Answer, Asked, OddServer, odd_server
from support.relayed import INITIALIZE, PATIENCE, relayed, stored, world

FORBIDDEN = Answer(
    403, headers={"WWW-Authenticate": 'Bearer error="insufficient_scope", scope="files:write"'}
)
STREAM = {"Content-Type": "text/event-stream"}


@pytest.fixture
def odd() -> Iterator[OddServer]:
    with odd_server() as server:
        yield server


class Browser:
    """Signs in at once, as one does that is still signed in at an issuer that does not ask."""

    def __init__(self) -> None:
        self.opened: list[str] = []

    def __call__(self, url: str) -> bool:
        self.opened.append(url)
        threading.Thread(target=lambda: urllib.request.urlopen(url).close(), daemon=True).start()
        return True


def signed_in(odd: OddServer, browser: Browser, *credentials: StoredCredential) -> Adapters:
    store = memory_credential_store(time.time)
    for each in credentials:
        store.save(each)
    return adapters(credentials=store, browse=browser)._replace(refresh_apart=None)


def test_a_server_that_always_wants_more_scopes_gets_one_window(odd: OddServer) -> None:
    odd.guarded = lambda rpc: rpc != "tools/call"
    odd.routes["POST /mcp"] = lambda asked: FORBIDDEN if asked.rpc == "tools/call" else odd.mcp(asked)
    browser = Browser()
    parts = signed_in(odd, browser, stored(odd.url, "old", issuer=odd.base))
    for _ in range(2):  # two bridges
        with relayed(parts, odd.url, interactive=True) as program:
            for _ in range(3):
                assert "keyrack login odd" in program.error("tools/call", name="x")
    assert len(browser.opened) == 1


def test_a_server_that_names_other_scopes_each_time_gets_few_windows(odd: OddServer) -> None:
    count = iter(range(1000))

    def call(asked: Asked) -> Answer:
        if asked.rpc != "tools/call":
            return odd.mcp(asked)
        wanted = f'Bearer error="insufficient_scope", scope="s{next(count)}"'
        return Answer(403, headers={"WWW-Authenticate": wanted})

    odd.routes["POST /mcp"] = call
    browser = Browser()
    parts = signed_in(odd, browser, stored(odd.url, "old", issuer=odd.base))
    with relayed(parts, odd.url, interactive=True) as program:
        for _ in range(6):
            program.error("tools/call", name="x")
    assert len(browser.opened) == credential.MOST_LOGINS


def test_a_server_that_refuses_every_token_gets_one_window(odd: OddServer) -> None:
    odd.routes["POST /mcp"] = Answer(401, headers={"WWW-Authenticate": "Bearer"})
    browser = Browser()
    parts = signed_in(odd, browser, stored(odd.url, "old", issuer=odd.base))
    with relayed(parts, odd.url, interactive=True) as program:
        for _ in range(3):
            program.error("tools/list")
    assert len(browser.opened) == 1


def test_a_server_that_refuses_each_token_once_can_not_have_it_renewed_for_ever(odd: OddServer) -> None:
    seen: set[str] = set()

    def call(asked: Asked) -> Answer:
        token = asked.headers["authorization"]
        if token in seen:
            return Answer(401, headers={"WWW-Authenticate": "Bearer"})
        seen.add(token)
        return odd.mcp(asked)

    odd.routes["POST /mcp"] = call
    odd.guarded = lambda rpc: False
    with relayed(world(stored(odd.url, "old", issuer=odd.base)), odd.url) as program:
        for _ in range(credential.MOST_RENEWALS + 5):
            program.call("tools/list")
    assert len(odd.to("/token")) == credential.MOST_RENEWALS


def test_a_stream_that_is_cut_at_once_is_not_resumed_in_a_busy_loop(
    odd: OddServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused: list[float] = []

    def no_pause(named: float | None, tries: int) -> float:
        paused.append(pause_after(named, tries))
        return 0.0

    monkeypatch.setattr(post, "pause_after", no_pause)
    cut = Answer(200, b"id: a\nretry: 1\n\n", STREAM)
    done = Answer(200, b'data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n', STREAM)
    resumed = iter([*[cut] * 30, done])
    odd.routes["POST /mcp"] = cut
    odd.guarded = lambda rpc: False
    odd.routes["GET /mcp"] = lambda asked: next(resumed)
    with relayed(world(), odd.url) as program:
        assert program.call("tools/call", name="x")["result"] == {}
    assert len(paused) == 31 and min(paused) >= 0.1 and paused[-1] >= 1.0


def test_a_bridge_ends_while_an_older_server_does_not_answer(odd: OddServer) -> None:
    odd.routes["POST /mcp"] = Answer(405)
    is_asked = threading.Event()

    def silent(asked: Asked) -> Answer:
        is_asked.set()
        return SILENCE

    odd.routes["GET /mcp"] = silent
    with relayed(world(), odd.url) as program:
        program.request("initialize", **INITIALIZE)
        assert is_asked.wait(PATIENCE)
        closing = threading.Thread(target=program.relay.close, daemon=True)
        closing.start()
        closing.join(PATIENCE)
        assert not closing.is_alive()
