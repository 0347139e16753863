"""Names and texts from outside are shown as plain characters."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest
from rich.console import Console

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Check, CredentialInfo, Record, Server, Source
from keyrack.domain.reading import Place, Problem, Reading
from keyrack.domain.secret import Secret
from keyrack.operations.login import login as login_op
from keyrack.tui.app import KeyrackApp, refuse_web_driver
from keyrack.tui.login.login import LoginScreen
from support.canned import META, URL, World, metadata, reply
from support.demo_rows import NOW, PLACES, demo_parts
from support.fake_login import FakeLogin
from support.hostile import protected
from support.hostile_words import ANSWERS, LOGINS
from support.screens import Terminal, app_with, screen_test, terminal
from support.workbench import SERVER, build

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
    credential = CredentialInfo(
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


@pytest.mark.slow("every screen is opened in turn")
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
        await t.sees("Waiting for you to sign in")
        fake.fail(KeyrackError(NASTY, hint=NASTY))
        await t.sees("✕ Waiting for you")
        assert SHOWN[:30] in t.text()
        await t.press("escape")
        assert t.app.is_running


def in_the_login(t: Terminal, *phases: str) -> bool:
    screen = t.app.screen
    return isinstance(screen, LoginScreen) and screen._state.phase in phases


def assert_harmless(t: Terminal) -> None:
    shown = t.text()
    assert all(char.isprintable() or char == "\n" for char in shown), repr(shown)


# Those whose words come into a sentence, a step or a stored fact; the command line's test has them all.
ON_THE_SCREEN = (
    "the challenge",
    "the network",
    "the registration's refusal",
    "the registration",
    "the pushed request's refusal",
    "the token's refusal",
    "the token's scopes",
    "the token's person",
)


class Logins:
    """Logins in one application, each in a world of its own, and a person who comes back when asked."""

    def __init__(self, answer: dict[str, str] | None = None) -> None:
        self.world = World()
        self.answer = {"code": "c"} if answer is None else answer
        self.asked = threading.Event()
        self.adapters = build(answer=self._come_back)._replace(http_client=lambda: self.world)

    def _come_back(self, state: Secret) -> dict[str, Secret]:
        self.asked.wait(20)
        return {"state": state, **{key: Secret(value) for key, value in self.answer.items()}}

    async def log_in(self, t: Terminal, routes: dict[str, Any]) -> None:
        """To the end, with the trace over it; clicks on what was said run nothing."""
        self.world = World(**{f"POST {URL}": protected, **routes})
        self.asked.clear()
        await t.press("l")
        await t.until(lambda: self._goes_on(t), "the login's end")
        assert_harmless(t)
        await t.press("v")
        assert_harmless(t)
        if not isinstance(t.app.screen, LoginScreen):
            await t.press("escape")
        for name in ("#said", "StepList"):
            if t.widget(name).display:
                await t.pilot.click(name, offset=(20, 0))
        assert t.app.return_code is None
        await t.press("enter" if in_the_login(t, "done") else "escape")
        await t.until(lambda: t.app.screen is t.main)
        assert_harmless(t)

    def _goes_on(self, t: Terminal) -> bool:
        if in_the_login(t, "waiting"):
            self.asked.set()
        return in_the_login(t, "failed", "done")


@pytest.mark.slow("a login for each way in which a server can answer")
@screen_test
async def test_whatever_a_server_says_in_a_login_is_only_characters() -> None:
    logins = Logins()
    async with terminal(app_with(logins.adapters), (100, 40)) as t:
        await t.select(SERVER.name)
        for name in ON_THE_SCREEN:
            await logins.log_in(t, LOGINS[name])
        await t.press("enter")  # what was stored, in detail
        assert_harmless(t)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_whatever_the_browser_brings_is_only_characters(answer: dict[str, str]) -> None:
    @screen_test
    async def look() -> None:
        logins = Logins(answer)
        async with terminal(app_with(logins.adapters), (100, 40)) as t:
            await t.select(SERVER.name)
            await logins.log_in(t, {})

    look()


@screen_test
async def test_the_whole_name_of_the_sign_in_page_is_shown_however_long() -> None:
    """A name that begins like a known one does not hide where it ends."""
    host = ".".join(["accounts.google.com", *["secure-login"] * 15, "evil.example"])
    world = World(**{f"GET {META}": reply(metadata(authorization_endpoint=f"https://{host}/authorize"))})
    async with terminal(app_with(build(world, answer=None)), (80, 24)) as t:
        await t.select(SERVER.name)
        await t.press("l")
        await t.until(lambda: in_the_login(t, "waiting"))
        await t.sees("evil.example")
        words = "".join(line.strip("│┃ ") for line in t.text().splitlines())
        assert host in words
        await t.press("escape")


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
    from keyrack.tui.kit.help import HelpScreen

    async with terminal(app_with()) as t:
        await t.press("ctrl+p", *"all keys")
        await t.press("escape", "escape", "ctrl+p", *"help")
        await t.sees("Show all keys and states")
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
