"""A copied token goes from the terminal's clipboard again."""

from __future__ import annotations

import base64

import pytest

from keyrack.domain.secret import Secret
from keyrack.tui import app as app_module
from keyrack.tui.app import KeyrackApp
from keyrack.tui.terminal import clipboard
from support.screens import app_with, screen_test, terminal

TOKEN = "abcd1234efgh"
GONE = [" ", ""]  # overwritten, then emptied


@pytest.fixture
def forgotten(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was deleted from tmux's buffers."""
    found: list[str] = []
    for module in (clipboard, app_module):
        monkeypatch.setattr(module, "forget_in_tmux", lambda secret: found.append(secret.reveal()))
    return found


@pytest.fixture(autouse=True)
def no_tmux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)


def copied(app: KeyrackApp, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What has been in the clipboard."""
    texts: list[str] = []

    def send(sequence: str) -> None:
        start, end = "\x1b]52;c;", "\x07"
        assert sequence.startswith(start) and sequence.endswith(end)
        texts.append(base64.b64decode(sequence.removeprefix(start).removesuffix(end)).decode())

    monkeypatch.setattr(app, "send", send)
    return texts


def test_a_token_is_removed_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clipboard, "SECONDS", 0.01)
    app = app_with()
    texts = copied(app, monkeypatch)

    @screen_test
    async def body() -> None:
        async with terminal(app) as t:
            app.copy_secret(Secret(TOKEN))
            await t.sees("removed from the terminal's clipboard")
        assert texts == [TOKEN, *GONE]

    body()


def test_what_was_copied_after_it_stays(monkeypatch: pytest.MonkeyPatch, forgotten: list[str]) -> None:
    app = app_with()
    texts = copied(app, monkeypatch)

    @screen_test
    async def body() -> None:
        async with terminal(app) as t:
            app.copy_secret(Secret(TOKEN))
            app.copy("https://a.example")
            await t.until(lambda: forgotten == [TOKEN])  # tmux keeps what was copied before
            await t.press("q")
        assert texts == [TOKEN, "https://a.example"]

    body()


def test_a_token_does_not_outlive_a_crash(monkeypatch: pytest.MonkeyPatch, forgotten: list[str]) -> None:
    app = app_with()
    texts = copied(app, monkeypatch)

    def crash() -> None:
        raise RuntimeError("a mistake in keyrack")

    @screen_test
    async def body() -> None:
        async with terminal(app) as t:
            app.copy_secret(Secret(TOKEN))
            app.call_later(crash)
            await t.until(lambda: not app.is_running)

    with pytest.raises(RuntimeError, match="a mistake"):
        body()
    assert texts == [TOKEN, *GONE] and forgotten == [TOKEN]


def test_a_token_is_removed_at_the_exit_and_that_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = app_with()
    texts = copied(app, monkeypatch)

    @screen_test
    async def body() -> None:
        async with terminal(app) as t:
            app.copy_secret(Secret(TOKEN))
            await t.press("q")
            await t.until(lambda: not app.is_running)
        assert texts == [TOKEN, *GONE]

    body()
    assert "removed the token from the terminal's clipboard" in capsys.readouterr().err
