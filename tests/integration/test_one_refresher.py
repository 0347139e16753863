"""Only one process refreshes, with an issuer that ends a grant when a refresh token is used twice."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import chaos
from support.authserver import AuthServer, Count
from support.chaos import Place, all_have_one_token, since
from support.killable import Answer
from support.screen import need_tmux, screen

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
PROCESSES = 20
SLOW = 5000  # ms


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
        terminal.until(lambda text: "guarded" in text and "renews when used" in text)
        terminal.press("r")
        terminal.until("refreshing")
        given = answers([keyrack(place, "token", "guarded") for _ in range(3)])
        terminal.until(lambda text: "guarded" in text and "valid" in text)
        terminal.press("C-q")
        assert terminal.until_ended() == 0

    assert all_have_one_token(place, given)
    assert since(place, before) == Count(asked=1, renewed=1, refused=0, revoked=0, answered=1)
    assert place.lives(place.stored())
