"""The token form hides its input, explains it, and tests it before storing it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from textual import events

from keyrack.domain.errors import Cancelled, KeyrackError, TokenRefused
from keyrack.domain.model import CredentialInfo
from keyrack.domain.secret import Secret
from keyrack.operations.tokens import other_headers as others_op
from keyrack.operations.tokens.other_headers import Way
from keyrack.operations.tokens.set_token import TokenSaved, Typed
from keyrack.services import load
from keyrack.tui.token.token import TokenScreen
from keyrack.tui.token.token_field import TokenField
from keyrack.tui.token.token_form import typed_expiry
from keyrack.tui.token.token_saved import TokenSavedScreen
from support.demo_rows import NOW, demo_parts
from support.screens import app_with, screen_test, terminal
from support.token_form import TOKEN, Saver, fill, open_form, open_with
from support.token_rows import token_parts


@screen_test
async def test_a_known_service_shows_its_page_and_how_its_token_looks(saver: Saver) -> None:
    async with terminal(app_with()) as t:
        service = load.service_for("https://api.githubcopilot.com/mcp/")
        assert service is not None and service.prefixes
        field = await open_form(t, "github")
        await t.sees(service.token_name)
        assert service.page.removeprefix("https://")[:40] in t.text()
        field.post_message(events.Paste(service.prefixes[0] + "x" * 36))
        await t.sees("looks right")
        await t.press("ctrl+u")
        await t.press(*"nothing-like-it")
        await t.sees("usually starts with")


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


REFUSED = TokenRefused("internal refused the token.", hint="Check it.", in_other_header=True)


@screen_test
async def test_a_key_tries_the_other_usual_headers_only_when_pressed(
    saver: Saver, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Typed] = []

    def try_others(adapters: Any, server: Any, typed: Typed, *, on_try: Callable[[Way], Any]) -> TokenSaved:
        tried.append(typed)
        on_try(Way("X-API-Key", "{token}"))
        return TokenSaved(CredentialInfo("token", store="Secret Service", header="X-API-Key"), None)

    monkeypatch.setattr(others_op, "set_in_other_header", try_others)
    saver.error = REFUSED
    async with terminal(app_with()) as t:
        field = await open_form(t, "internal")
        field.post_message(events.Paste(TOKEN))
        await t.press("ctrl+t")  # nothing was refused yet
        await t.press("ctrl+s")
        await t.sees("Authorization: Token …, Api-Key and Authorization without a scheme")
        await t.sees("^t Try other headers")
        assert tried == []
        await t.press("ctrl+t")
        await t.until(lambda: isinstance(t.app.screen, TokenSavedScreen))
        assert [each.fields["token"].reveal() for each in tried] == [TOKEN]
        assert tried[0].template == "Bearer {token}"  # the one that was refused
        await t.sees("X-API-Key")


@screen_test
async def test_after_a_refusal_a_key_leads_to_a_header_of_ones_own(saver: Saver) -> None:
    saver.error = REFUSED
    async with terminal(app_with()) as t:
        field = await open_form(t, "internal")
        field.post_message(events.Paste(TOKEN))
        await t.press("ctrl+s")
        await t.sees("^n Name a header")
        await t.press("ctrl+n", "ctrl+u", "end", "ctrl+u", *"X-Mine: {token}", "ctrl+s")
        await t.until(lambda: len(saver.calls) == 2)
        assert saver.calls[1][2]["header"] == "X-Mine"


@screen_test
async def test_a_known_service_is_offered_no_other_headers(saver: Saver) -> None:
    saver.error = TokenRefused("github refused the token.")
    async with terminal(app_with()) as t:
        field = await open_form(t, "github")
        field.post_message(events.Paste(TOKEN))
        await t.press("ctrl+s")
        await t.sees("github refused the token.")
        assert "Try other headers" not in t.text()


@screen_test
async def test_escape_stops_the_tries(saver: Saver, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, ended = threading.Event(), list[Exception]()

    def try_others(adapters: Any, server: Any, typed: Typed, *, on_try: Callable[[Way], Any]) -> TokenSaved:
        on_try(Way("X-API-Key", "{token}"))
        assert gate.wait(30)
        try:
            on_try(Way("Api-Key", "{token}"))
        except Cancelled as error:
            ended.append(error)
            raise
        raise AssertionError

    monkeypatch.setattr(others_op, "set_in_other_header", try_others)
    saver.error = REFUSED
    async with terminal(app_with()) as t:
        field = await open_form(t, "internal")
        field.post_message(events.Paste(TOKEN))
        await t.press("ctrl+s")
        await t.sees("^t Try other headers")
        await t.press("ctrl+t")
        await t.sees("Testing it in X-API-Key…")
        await t.press("escape")
        gate.set()
        await t.until(lambda: ended)
        assert t.app.screen is t.main and t.said() == []


@screen_test
async def test_what_is_typed_wrong_is_reported_before_anything_is_sent(saver: Saver) -> None:
    async with terminal(app_with()) as t:
        field = await open_form(t, "internal")
        await t.press("ctrl+s")
        await t.until(lambda: t.app.screen.query_one("#said").display)
        field.post_message(events.Paste(TOKEN))
        await t.press("tab", "end", "backspace", "ctrl+s")
        await t.sees("The header must contain {token} once")
        await t.press("end", "right_curly_bracket", "tab", *"soon", "ctrl+s")
        await t.sees("The expiry must be a date")
        assert saver.calls == []


@screen_test
async def test_the_tick_decides_whether_the_server_is_asked(saver: Saver) -> None:
    async with terminal(app_with()) as t:
        field = await open_form(t, "internal")
        field.post_message(events.Paste(TOKEN))
        await t.sees("[x] Test it")
        t.widget("#try").focus()
        await t.press("space")
        await t.sees("[ ] Test it")
        await t.press("ctrl+s")
        await t.until(lambda: saver.calls)
        assert saver.calls[0][2]["try_it"] is False


@screen_test
async def test_esc_closes_and_forgets_also_while_it_saves(saver: Saver) -> None:
    saver.gate.clear()
    looks: list[int] = []
    adapters = demo_parts()
    read = adapters.read

    def counted():
        looks.append(1)
        return read()

    async with terminal(app_with(adapters._replace(read=counted))) as t:
        field = await open_form(t, "internal")
        field.post_message(events.Paste(TOKEN))
        await t.sees("22 characters")
        await t.press("ctrl+s")
        await t.sees("Testing it on the server")
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


@screen_test
async def test_two_keys_go_into_two_fields_and_two_headers_each_judged_by_itself(saver: Saver) -> None:
    async with terminal(app_with(token_parts())) as t:
        await open_with(t, "datadog")
        await t.sees("Datadog · API Key + Application Key · EU1")
        assert "DD-API-KEY: ‹API key›" in t.text()
        assert "DD-APPLICATION-KEY: ‹application key›" in t.text()
        assert "Also ask api.datadoghq.eu" in t.text()  # the two fields and the ticks fit 80×24
        await fill(t, "API key", "b" * 32)
        await t.sees("32 characters · looks right")
        await fill(t, "Application key", "b" * 32)
        await t.sees("✕ This is an API key; enter the application")
        await t.press("ctrl+u")
        await fill(t, "Application key", "c" * 40)
        await t.sees("40 characters · looks right")
        await t.press("ctrl+s")
        await t.until(lambda: saver.fields)
        assert saver.fields == [{"api_key": "b" * 32, "app_key": "c" * 40}]
        assert saver.calls[0][2]["header"] is None and saver.calls[0][2]["template"] is None


@screen_test
async def test_a_field_that_is_needed_is_asked_for_and_gets_the_focus(saver: Saver) -> None:
    async with terminal(app_with(token_parts())) as t:
        screen = await open_with(t, "datadog")
        await fill(t, "API key", "b" * 32)
        await t.press("ctrl+s")
        await t.sees("Application key is needed.")
        second = screen.query(TokenField)[1]
        await t.until(lambda: second.has_focus_within)
        assert saver.calls == []


@screen_test
async def test_a_wrong_kind_says_so_and_can_be_saved_all_the_same(saver: Saver) -> None:
    async with terminal(app_with(token_parts())) as t:
        await open_with(t, "github")
        await fill(t, "Token", "ghr_" + "0" * 36)
        await t.sees("This is a refresh token")
        await t.press("ctrl+s")
        await t.until(lambda: saver.fields == [{"token": "ghr_" + "0" * 36}])


@pytest.mark.parametrize(
    ("pasted", "count"),
    [
        ("Bearer ghp_" + "0" * 36, 40),
        ('GITHUB_TOKEN="ghp_' + "0" * 36 + '"', 40),
        ("  ghp_" + "0" * 20 + "\n" + "0" * 16 + "\n", 40),
    ],
)
@screen_test
async def test_what_a_copy_left_around_the_token_counts_for_nothing(
    saver: Saver, pasted: str, count: int
) -> None:
    async with terminal(app_with()) as t:
        await open_with(t, "github")
        await fill(t, "Token", pasted)
        await t.sees(f"{count} characters · looks right")
        await t.press("ctrl+s")
        await t.until(lambda: saver.fields == [{"token": "ghp_" + "0" * 36}])


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("https://github.com/settings/tokens", "That is an address, not a token."),
        ("ada@example.com", "That is an email address, not a token."),
    ],
)
@screen_test
async def test_an_address_is_refused_with_a_sentence_at_once_and_at_the_end(
    saver: Saver, pasted: str, sentence: str
) -> None:
    async with terminal(app_with()) as t:
        screen = await open_with(t, "internal")
        await fill(t, "Token", pasted)
        await t.sees(f"✕ {sentence}")
        await t.press("ctrl+s")
        await t.until(lambda: screen.query_one("#said").display)
        assert t.text().count(sentence) == 2 and saver.calls == []


@screen_test
async def test_after_a_failure_the_focus_goes_on_from_where_it_was(saver: Saver) -> None:
    saver.error = KeyrackError("The server refused the token.")
    async with terminal(app_with()) as t:
        await open_with(t, "internal")
        await fill(t, "Token", TOKEN)
        await t.press("ctrl+s")
        await t.sees("The server refused the token.")
        await t.press("tab", "tab", "tab", "space")
        await t.sees("[ ] Test it on the server")
