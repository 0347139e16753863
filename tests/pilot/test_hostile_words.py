"""Names and sentences from outside are shown as the characters that they are."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Check, Credential, Record, Server, Source
from keyrack.domain.reading import Place, Problem, Reading
from keyrack.domain.secret import Secret
from keyrack.operations import login as login_op
from keyrack.tui.app import KeyrackApp, refuse_web_driver
from support.demo_rows import NOW, PLACES, demo_parts
from support.fake_login import FakeLogin
from support.screens import app_with, screen_test, terminal

MARKUP = "[@click=app.quit]x[/] [b"
NASTY = f"{MARKUP}[/b]\x1b[31m\x9b2J\u202eevil\u2066\n\t$text-error \ud800"
SHOWN = "[@click=app.quit]x[/] [b[/b][31m2Jevil"


def hostile_parts():
    source = Source(NASTY, NASTY, NASTY, NASTY)
    servers = (
        Server(NASTY, "https://evil.example.com/mcp", sources=(source,)),
        Server("[/b]", None, sources=(source,), command=NASTY, problem=NASTY),
        Server("[/]", "https://two.example.com", sources=(source,), account="default"),
    )
    credential = Credential(
        "oauth",
        issuer=NASTY,
        client_id=NASTY,
        scopes=(NASTY, NASTY),
        expires_at=float("inf"),
        refused_at=NOW,
        refusal=NASTY,
        label=NASTY,
        store=NASTY,
    )
    records = [Record("https://evil.example.com/mcp", "default", credential, Check(NOW, "refused", NASTY))]
    reading = Reading(
        servers, (Problem(NASTY, NASTY, NASTY, 1, NASTY),), (*PLACES, Place(NASTY, NASTY, NASTY))
    )
    return demo_parts(reading, records)


@screen_test
async def test_hostile_words_are_only_characters_on_every_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeLogin()
    monkeypatch.setattr(login_op, "login", fake)
    async with terminal(app_with(hostile_parts()), (130, 40)) as t:
        for name in (NASTY, "[/b]", "[/]"):
            await t.select(name)
            for keys in (("enter",), ("d",), ("y",), ("v",), ("x",), ("t",), ("i",), ("r",)):
                await t.press(*keys)
                assert "\x1b" not in t.text() and "\u202e" not in t.text()
                while t.app.screen is not t.main:
                    await t.press("escape")
        await t.select(NASTY)
        await t.sees(SHOWN[:20])
        await t.press("l")
        await t.sees("Wait for you in the browser")
        fake.fail(KeyrackError(NASTY, hint=NASTY))
        await t.sees("✕ Wait for you")
        assert SHOWN[:30] in t.text()
        await t.press("escape")
        assert t.app.is_running


@screen_test
async def test_a_click_on_a_hostile_name_runs_nothing() -> None:
    async with terminal(app_with(hostile_parts()), (130, 40)) as t:
        for x in range(2, 30, 3):
            await t.pilot.click(t.table, offset=(x, 2))
            await t.pilot.click("#detail", offset=(x, 0))
        assert t.app.is_running and t.app.return_code is None


@screen_test
async def test_the_palette_survives_hostile_names_and_goes_to_them() -> None:
    async with terminal(app_with(hostile_parts()), (130, 40)) as t:
        await t.press("ctrl+p", *"quit")
        await t.sees("Go to [@click=app.quit]")
        await t.press("escape")
        await t.press("ctrl+p", *"Go to [slash")
        await t.press("escape", "escape")
        await t.press("ctrl+p", *"two")
        await t.pilot.pause()
        await t.press("escape", "escape")
        assert t.app.is_running


@screen_test
async def test_the_palette_jumps_to_a_server() -> None:
    async with terminal(app_with()) as t:
        await t.press("ctrl+p", *"sentry")
        await t.sees("Go to sentry")
        await t.press("enter")
        await t.until(lambda: t.app.screen is t.main and t.selected == "sentry")


@screen_test
async def test_the_palette_runs_the_lists_actions() -> None:
    from keyrack.tui.screens.help import HelpScreen

    async with terminal(app_with()) as t:
        await t.press("ctrl+p", *"all keys")
        await t.press("escape", "escape", "ctrl+p", *"help")
        await t.sees("All keys, and what the states mean")
        await t.press("enter")
        await t.until(lambda: isinstance(t.app.screen, HelpScreen))


def test_a_crash_report_shows_no_locals() -> None:
    app = KeyrackApp(demo_parts)
    report = io.StringIO()
    app.console = Console(file=report, width=200)
    try:
        token, secret = "plain-token-in-a-local", Secret("secret-in-a-local")
        raise RuntimeError(f"a crash with {len(token)} {len(secret)}")
    except RuntimeError:
        app._fatal_error()
    Console(file=report, width=200).print(app._exit_renderables[0])
    assert "a crash with" in report.getvalue()
    # The line of source that failed is shown; the values in it are not.
    assert "│ token" not in report.getvalue() and "locals" not in report.getvalue().replace("no_locals", "")
    assert "token = 'plain" not in report.getvalue()


def test_a_web_driver_is_refused() -> None:
    from textual.drivers.linux_driver import LinuxDriver
    from textual.drivers.web_driver import WebDriver

    refuse_web_driver(LinuxDriver)
    with pytest.raises(KeyrackError, match="web page"):
        refuse_web_driver(WebDriver)
