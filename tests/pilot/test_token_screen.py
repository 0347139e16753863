"""The token form: hidden, explained, tried before it is kept."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from textual import events

from keyrack.cards import load
from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Credential, Server
from keyrack.domain.secret import Secret
from keyrack.operations import set_token as set_token_op
from keyrack.operations.parts import Parts
from keyrack.operations.set_token import TokenSaved, Typed
from keyrack.tui.screens.token import TokenScreen
from keyrack.tui.screens.token_saved import TokenSavedScreen
from keyrack.tui.token_form import typed_expiry
from keyrack.tui.widgets.secret_input import SecretInput
from support.demo_rows import NOW, demo_parts
from support.screens import Terminal, app_with, screen_test, terminal

TOKEN = "abcd-SECRET-0123456789"


class Saver:
    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.fields: list[dict[str, str]] = []
        self.answer = TokenSaved(Credential("token", store="Secret Service"), None)
        self.error: KeyrackError | None = None
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, parts: Parts, server: Server, typed: Typed, **options: Any) -> TokenSaved:
        form = {"header": typed.header, "template": typed.template, "expires_at": typed.expires_at}
        self.calls.append((server.name, typed.fields.get("token", Secret("")).reveal(), {**form, **options}))
        self.fields.append({key: value.reveal() for key, value in typed.fields.items()})
        assert self.gate.wait(30)
        if self.error is not None:
            raise self.error
        return self.answer


@pytest.fixture
def saver(monkeypatch: pytest.MonkeyPatch) -> Saver:
    fake = Saver()
    monkeypatch.setattr(set_token_op, "set_token", fake)
    return fake


async def open_form(t: Terminal, name: str) -> SecretInput:
    await t.select(name)
    await t.press("t")
    assert isinstance(t.app.screen, TokenScreen)
    return t.app.screen.query_one(SecretInput)


@screen_test
async def test_a_known_service_shows_its_page_and_how_its_token_looks(saver: Saver) -> None:
    async with terminal(app_with()) as t:
        card = load.card_for("https://api.githubcopilot.com/mcp/")
        assert card is not None and card.prefixes
        field = await open_form(t, "github")
        await t.sees(card.token_name)
        assert card.page.removeprefix("https://")[:40] in t.text()
        field.post_message(events.Paste(card.prefixes[0] + "x" * 36))
        await t.sees("looks right")
        await t.press("ctrl+u")
        await t.press(*"nothing-like-it")
        await t.sees("usually it begins with")


@screen_test
async def test_what_is_typed_is_never_on_the_screen_and_cannot_be_copied(
    saver: Saver, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []
    app = app_with()
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with terminal(app) as t:
        field = await open_form(t, "internal")
        field.post_message(events.Paste(f"  {TOKEN[:10]}\n{TOKEN[10:]}\n"))
        await t.sees(f"{len(TOKEN)} characters")
        assert "SECRET" not in t.text() and "●" * len(TOKEN) in t.text()
        await t.press("ctrl+a", "ctrl+c", "ctrl+x", "shift+home", "ctrl+c")
        assert copied == [] and field.secret == Secret(TOKEN)
        assert TOKEN not in repr(field) and TOKEN not in repr(vars(field))


@screen_test
async def test_ctrl_s_tries_and_saves_with_the_header_and_expiry_typed(saver: Saver) -> None:
    async with terminal(app_with()) as t:
        field = await open_form(t, "internal")
        field.post_message(events.Paste(TOKEN))
        await t.sees("22 characters")
        await t.press("tab", "ctrl+u", "end", "ctrl+u", *"X-Api-Key: {token}", "enter", *"90d", "ctrl+s")
        await t.until(lambda: isinstance(t.app.screen, TokenSavedScreen))
        assert saver.calls == [
            (
                "internal",
                TOKEN,
                {
                    "header": "X-Api-Key",
                    "template": "{token}",
                    "expires_at": NOW + 90 * 86400,
                    "try_it": True,
                    "at_service": False,
                },
            )
        ]
        assert not field.secret
        await t.press("enter")
        assert t.app.screen is t.main


@screen_test
async def test_a_refused_token_is_explained_and_the_form_stays(saver: Saver) -> None:
    saver.error = KeyrackError("The server refused the token.", hint="Make a new one.")
    async with terminal(app_with()) as t:
        field = await open_form(t, "internal")
        field.post_message(events.Paste(TOKEN))
        await t.sees("22 characters")
        await t.press("ctrl+s")
        await t.sees("The server refused the token. Make a new one.")
        assert isinstance(t.app.screen, TokenScreen) and field.secret


@screen_test
async def test_what_is_typed_wrong_is_said_before_anything_is_sent(saver: Saver) -> None:
    async with terminal(app_with()) as t:
        field = await open_form(t, "internal")
        await t.press("ctrl+s")
        await t.until(lambda: t.app.screen.query_one("#said").display)
        field.post_message(events.Paste(TOKEN))
        await t.press("tab", "end", "backspace", "ctrl+s")
        await t.sees("The header must hold {token} once")
        await t.press("end", "right_curly_bracket", "tab", *"soon", "ctrl+s")
        await t.sees("The expiry: this must be a date")
        assert saver.calls == []


@screen_test
async def test_the_tick_decides_whether_the_server_is_asked(saver: Saver) -> None:
    async with terminal(app_with()) as t:
        field = await open_form(t, "internal")
        field.post_message(events.Paste(TOKEN))
        await t.sees("[x] Try it")
        t.widget("#try").focus()
        await t.press("space")
        await t.sees("[ ] Try it")
        await t.press("ctrl+s")
        await t.until(lambda: saver.calls)
        assert saver.calls[0][2]["try_it"] is False


@screen_test
async def test_esc_closes_and_forgets_also_while_it_saves(saver: Saver) -> None:
    saver.gate.clear()
    looks: list[int] = []
    parts = demo_parts()
    read = parts.read

    def counted():
        looks.append(1)
        return read()

    async with terminal(app_with(parts._replace(read=counted))) as t:
        field = await open_form(t, "internal")
        field.post_message(events.Paste(TOKEN))
        await t.sees("22 characters")
        await t.press("ctrl+s")
        await t.sees("Trying it on the server")
        await t.press("escape")
        assert t.app.screen is t.main and not field.secret
        await t.until(lambda: len(looks) == 2)
        saver.gate.set()
        await t.until(lambda: len(looks) == 3)  # it was stored after all, and the list knows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("never", None),
        ("90d", NOW + 90 * 86400),
        ("12 h", NOW + 12 * 3600),
        ("2w", NOW + 14 * 86400),
    ],
)
def test_an_expiry_may_be_a_span(text: str, expected: float | None) -> None:
    assert typed_expiry(text, NOW) == expected


@pytest.mark.parametrize("text", ["soon", "2026-13-01", "2020-01-01", "-3d", "99999999d", "٣d"])
def test_an_expiry_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(KeyrackError):
        typed_expiry(text, NOW)
