"""A bridge whose network goes away, and whose disk is full."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support import chaos
from support.authserver import AuthServer
from support.bridge import INITIALIZE, Bridge, bridge
from support.chaos import Place
from support.everything import everything
from support.wire import wire


def said(answer: Any) -> str:
    return answer["result"]["content"][0]["text"]


def until_it_answers(running: Bridge) -> None:
    while "error" in running.tool("echo", text="x"):
        pass


def test_a_network_that_stands_still_delays_a_call_and_breaks_nothing() -> None:
    with everything() as server, wire(server.url) as network, bridge(network.url) as running:
        running.initialize()
        network.freeze()
        id = running.request("tools/call", name="echo", arguments={"text": "late"})
        network.thaw()
        assert said(running.answer(id)) == "late"


def test_without_a_network_calls_fail_and_later_ones_work_in_the_same_session() -> None:
    with everything() as server, wire(server.url) as network, bridge(network.url) as running:
        running.initialize()
        assert said(running.tool("echo", text="before")) == "before"
        network.cut()
        assert "127.0.0.1" in running.tool("echo", text="x")["error"]["message"]
        network.mend()
        until_it_answers(running)
        assert [each.method for each in server.heard].count("initialize") == 1
        assert running.process.poll() is None and running.said == ""


def test_a_call_that_a_broken_network_interrupts_is_answered_if_the_server_keeps_its_events() -> None:
    with everything(resumable=True) as server, wire(server.url) as network, bridge(network.url) as running:
        running.initialize()
        id = running.request("tools/call", name="count_slowly", _meta={"progressToken": 1}, arguments={})
        assert running.next()["method"] == "notifications/progress"
        network.cut()
        network.mend()
        assert said(running.answer(id)) == "counted"
        assert [each.method for each in server.heard].count("tools/call") == 1


def test_messages_of_the_server_come_again_after_the_network_was_away() -> None:
    with everything() as server, wire(server.url) as network, bridge(network.url) as running:
        running.initialize()
        until(server, 1)
        network.cut()
        network.mend()
        until(server, 2)
        running.request("tools/call", name="add_tool", arguments={})
        assert any(running.next().get("method") == "notifications/tools/list_changed" for _ in range(2))


def until(server: Any, streams: int) -> None:
    """Wait until so many streams for the server's own messages have been opened."""
    while [each.method for each in server.heard].count("GET") < streams:
        server.pause()


@pytest.fixture
def place(oidc_server: AuthServer, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with chaos.place(oidc_server, own_home, monkeypatch) as place:
        place.log_in()
        yield place


def full_disk() -> None:
    """In the child: no file can grow."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


@pytest.mark.parametrize("seconds_left", [3600, 50])
def test_on_a_full_disk_the_token_that_is_there_is_used(place: Place, seconds_left: int) -> None:
    place.expire(seconds_left)
    with bridge(place.url, env=place.env, preexec_fn=full_disk) as running:
        assert "result" in running.call("initialize", **INITIALIZE), running.said
        assert "result" in running.call("tools/list"), running.said
        assert running.end() == 0
        assert "Traceback" not in running.said
    assert place.lives(place.stored())
