"""Logging in where the authorization server requires an app that the user registers there."""

from __future__ import annotations

import re

import pytest

from keyrack.domain.errors import LoginNeeded
from keyrack.tui.login.client import ClientScreen
from keyrack.tui.login.login import LoginScreen
from support.fake_login import FakeLogin, begin
from support.screens import Terminal, app_with, screen_test, terminal

SENTENCE = "https://auth.notion.com has no dynamic registration"


@pytest.fixture(autouse=True)
def needed(login: FakeLogin) -> None:
    login.needs_client = True


async def fail(t: Terminal) -> None:
    await t.select("notion")
    await t.press("l")
    await t.sees(SENTENCE)


@screen_test
async def test_the_failure_names_the_redirect_uri_on_a_line_of_its_own(
    login: FakeLogin, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []
    app = app_with()
    monkeypatch.setattr(app, "copy", copied.append)
    async with terminal(app, (80, 24)) as t:
        await fail(t)
        text = t.text()
        assert "✕ Register this app" in text and "Register an app there with the redirect URI" in text
        assert re.search(r"│ +Redirect URI  http://127\.0\.0\.1:8085/callback +│", text)
        assert "i Enter client ID  y Copy redirect URI  l Retry  v Trace  esc Close" in text
        await t.press("y")
        assert copied == ["http://127.0.0.1:8085/callback"]


@screen_test
async def test_a_client_id_and_its_secret_begin_the_login_anew(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await fail(t)
        await t.press("i")
        await t.sees("They are stored in the keychain with the login.")
        await t.press("space", *"my-app", "space", "enter", *"hunter2")
        await t.sees("●●●●●●●")
        assert "hunter2" not in t.text()
        await t.press("enter")
        await t.sees("Paste callback URL")
        options = login.options[-1]
        assert (login.calls, options.client_id) == (2, "my-app")
        assert options.client_secret is not None and options.client_secret.reveal() == "hunter2"
        back = (options.redirect_host, options.callback_port, options.callback_path)
        assert back == ("127.0.0.1", 8085, "/callback")  # what the app was registered with
        login.answer()
        await t.sees("● valid")


@screen_test
async def test_a_public_client_has_no_secret_and_a_retry_keeps_the_client(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await fail(t)
        await t.press("i", *"public", "ctrl+s")
        await t.sees("Paste callback URL")
        assert (login.options[-1].client_id, login.options[-1].client_secret) == ("public", None)
        login.fail(LoginNeeded("Not this time."))
        await t.sees("Not this time.")
        await t.press("l")
        await t.until(lambda: login.calls == 3)
        assert login.options[-1].client_id == "public"


@screen_test
async def test_the_redirect_uri_can_be_another_one(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await fail(t)
        await t.press("i", *"my-app", "tab", "tab", "ctrl+u")
        await t.type("http://localhost:9111/oauth/callback")
        await t.press("enter")
        await t.sees("Paste callback URL")
        options = login.options[-1]
        back = (options.redirect_host, options.callback_port, options.callback_path)
        assert back == ("localhost", 9111, "/oauth/callback")


@screen_test
async def test_a_redirect_uri_that_leads_elsewhere_is_refused(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await fail(t)
        await t.press("i", *"my-app", "tab", "tab", "ctrl+u")
        await t.type("https://app.example/callback")
        await t.press("enter")
        await t.sees("The redirect URI does not lead to this machine.")
        assert isinstance(t.app.screen, ClientScreen) and login.calls == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("", "The client ID is empty."), ("my app", "A client ID contains only plain characters")],
)
@screen_test
async def test_what_can_be_no_client_id_is_refused_with_a_sentence(
    login: FakeLogin, typed: str, sentence: str
) -> None:
    async with terminal(app_with()) as t:
        await fail(t)
        await t.press("i")
        await t.type(typed)
        await t.press("ctrl+s")
        await t.sees(sentence)
        assert isinstance(t.app.screen, ClientScreen) and login.calls == 1


@screen_test
async def test_esc_goes_back_to_the_failure(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await fail(t)
        await t.press("i", *"abc", "escape")
        assert isinstance(t.app.screen, LoginScreen) and login.calls == 1
        await t.sees(SENTENCE)


@screen_test
async def test_the_form_says_where_a_private_key_goes(login: FakeLogin) -> None:
    async with terminal(app_with(), (80, 24)) as t:
        await fail(t)
        await t.press("i")
        await t.sees("With a private key, run: keyrack login notion --client-id ID")
        assert "--client-key-stdin < key.pem" in t.text()


@screen_test
async def test_after_another_failure_a_client_can_be_given_too_but_there_is_no_redirect_uri_to_copy(
    login: FakeLogin, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []
    app = app_with()
    monkeypatch.setattr(app, "copy", copied.append)
    login.needs_client = False
    async with terminal(app) as t:
        await begin(t)
        login.fail(LoginNeeded("The client is not known."))
        await t.sees("The client is not known.")
        assert "Enter client ID" not in t.text() and "Redirect URI" not in t.text()
        await t.press("y", "i")
        assert isinstance(t.app.screen, ClientScreen) and copied == []


@screen_test
async def test_while_the_login_runs_there_is_no_form(login: FakeLogin) -> None:
    login.needs_client = False
    async with terminal(app_with()) as t:
        await begin(t)
        await t.press("i")
        assert isinstance(t.app.screen, LoginScreen)
