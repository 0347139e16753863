"""Twenty bridges at once, on a real keychain, in front of a real authorization server that rotates."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support import chaos, signing_in
from support.authserver import AuthServer, Count
from support.bridge import INITIALIZE, Bridge, bridge
from support.chaos import Place, since

BRIDGES = 20


@pytest.fixture
def place(oidc_server: AuthServer, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with chaos.place(oidc_server, own_home, monkeypatch) as place:
        yield place


@pytest.fixture
def window(place: Place, tmp_path: Path) -> Path:
    """The log of the browser windows that were opened."""
    place.env["BROWSER"] = f"{sys.executable} {signing_in.__file__} %s"
    log = tmp_path / "windows"
    place.env["SIGN_IN_LOG"] = str(log)
    return log


def started(place: Place, running: ExitStack, *words: str) -> list[tuple[Bridge, int]]:
    """All of them, each with the id of its first request."""
    bridges = [running.enter_context(bridge(*words, place.url, env=place.env)) for _ in range(BRIDGES)]
    return [(each, each.request("initialize", **INITIALIZE)) for each in bridges]


@pytest.mark.slow("twenty processes start")
def test_an_expired_token_is_refreshed_once(place: Place) -> None:
    place.log_in()
    place.expire()
    before = place.authority.count()
    with ExitStack() as running:
        for each, id in started(place, running):
            assert "result" in each.answer(id)
    assert since(place, before) == Count(asked=1, renewed=1, refused=0, revoked=0, answered=1)


@pytest.mark.slow("twenty processes start")
def test_one_window_opens_and_all_get_its_login(place: Place, window: Path) -> None:
    with ExitStack() as running:
        for each, id in started(place, running, "--interactive"):
            assert "result" in each.answer(id), each.said
    assert len(window.read_text().splitlines()) == 1


@pytest.mark.slow("twenty processes start")
def test_after_a_sign_in_that_was_denied_no_other_window_opens(place: Place, window: Path) -> None:
    place.env["SIGN_IN"] = "deny"
    with ExitStack() as running:
        for each, id in started(place, running, "--interactive"):
            assert f"keyrack login {place.url}" in each.answer(id)["error"]["message"].replace("'", "")
    with bridge("--interactive", place.url, env=place.env) as late:
        assert "error" in late.call("initialize", **INITIALIZE)
    assert len(window.read_text().splitlines()) == 1
