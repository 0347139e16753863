"""A refresh whose caller goes away: by then the issuer may have used up the old refresh token."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import chaos
from support.authserver import AuthServer
from support.chaos import Place
from support.screen import need_tmux, screen

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
SLOW = 1500  # ms
VERY_SLOW = 7000  # ms; longer than a screen without a terminal may take to leave


@pytest.fixture
def place(oidc_server: AuthServer, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """An expired credential, and an issuer that takes its time over the next request."""
    with chaos.place(oidc_server, own_home, monkeypatch) as place:
        place.log_in()
        place.expire()
        oidc_server.fault("/token", "slow", ms=SLOW)
        yield place


def until_asked(place: Place, before: int) -> None:
    """The issuer has done its part, and its answer is on its way."""
    end = time.monotonic() + chaos.PATIENCE
    while place.authority.count().renewed == before:
        assert time.monotonic() < end, "nobody asked for a token"
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("how", "code", "said"),
    [(signal.SIGINT, 130, "keyrack: stopped.\n"), (signal.SIGTERM, 143, ""), (signal.SIGHUP, 129, "")],
    ids=["ctrl+c", "a time limit", "a closed terminal"],
)
@pytest.mark.parametrize("words", [["token"], ["refresh"]], ids=" ".join)
def test_an_end_while_the_issuer_answers_loses_no_grant(
    place: Place, words: list[str], how: signal.Signals, code: int, said: str
) -> None:
    before = place.authority.count().renewed
    process = subprocess.Popen(
        [KEYRACK, *words, place.url], env=place.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until_asked(place, before)
    process.send_signal(how)
    out, err = process.communicate(timeout=chaos.PATIENCE)

    assert (process.returncode, out, err) == (code, "", said)
    assert place.lives(place.stored())
    assert place.authority.accepts(place.stored().tokens.access_token.reveal())


def test_a_command_that_outlives_its_terminal_on_purpose_goes_on(place: Place) -> None:
    before = place.authority.count().renewed
    process = subprocess.Popen(
        ["nohup", KEYRACK, "token", place.url], env=place.env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until_asked(place, before)
    process.send_signal(signal.SIGHUP)
    out, _ = process.communicate(timeout=chaos.PATIENCE)
    assert process.returncode == 0 and place.authority.accepts(out.strip())


def test_a_terminal_that_is_closed_while_a_slow_issuer_answers_loses_no_grant(place: Place) -> None:
    need_tmux()
    entry = {"type": "http", "url": place.url}
    (Path(place.env["HOME"]) / ".claude.json").write_text(json.dumps({"mcpServers": {"guarded": entry}}))
    place.authority.fault("/token", "slow", ms=VERY_SLOW)
    before, old = place.authority.count().renewed, place.stored().tokens
    with screen([KEYRACK], place.env) as terminal:
        terminal.until(lambda text: "guarded" in text and "renews when used" in text)
        terminal.press("r")
        until_asked(place, before)
        terminal.close()
    end = time.monotonic() + chaos.PATIENCE
    while place.stored().tokens == old:
        assert time.monotonic() < end, "the new token never came to the keychain"
        time.sleep(0.05)
    assert place.lives(place.stored())


def test_leaving_the_screen_while_the_issuer_answers_loses_no_grant(place: Place) -> None:
    need_tmux()
    entry = {"type": "http", "url": place.url}
    (Path(place.env["HOME"]) / ".claude.json").write_text(json.dumps({"mcpServers": {"guarded": entry}}))
    before = place.authority.count().renewed
    with screen([KEYRACK], place.env) as terminal:
        terminal.until(lambda text: "guarded" in text and "renews when used" in text)
        terminal.press("r")
        until_asked(place, before)
        terminal.press("C-q")
        assert terminal.until_ended() == 0

    assert place.lives(place.stored())
