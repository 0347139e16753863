"""The token form hides its input, explains it, and tests it before storing it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from textual import events

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Check, CredentialInfo, Server
from keyrack.domain.secret import Secret
from keyrack.domain.service import ServiceAnswer
from keyrack.domain.status import UNTESTED
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens import set_token as set_token_op
from keyrack.operations.tokens.set_token import TokenSaved, Typed
from keyrack.services import load
from keyrack.services.known import KnownServices
from keyrack.tui.kit.secret_input import SecretInput
from keyrack.tui.token.token import TokenScreen
from keyrack.tui.token.token_field import TokenField
from keyrack.tui.token.token_form import typed_expiry
from keyrack.tui.token.token_saved import TokenSavedScreen
from support.demo_rows import NOW, demo_parts
from support.screens import Terminal, app_with, screen_test, terminal
from support.token_rows import token_parts

TOKEN = "abcd-SECRET-0123456789"


class Saver:
    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.fields: list[dict[str, str]] = []
        self.answer = TokenSaved(CredentialInfo("token", store="Secret Service"), None)
        self.error: KeyrackError | None = None
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, adapters: Adapters, server: Server, typed: Typed, **options: Any) -> TokenSaved:
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


async def open_with(t: Terminal, name: str) -> TokenScreen:
    await open_form(t, name)
    assert isinstance(t.app.screen, TokenScreen)
    return t.app.screen


async def fill(t: Terminal, label: str, text: str) -> None:
    """Paste into the field of that name."""
    field = next(each for each in t.app.screen.query(TokenField) if each.field.label == label)
    field.take_focus()
    await t.until(lambda: field.has_focus_within)
    assert t.app.screen.focused is not None
    t.app.screen.focused.post_message(events.Paste(text))
    await t.until(lambda: field.filled)


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
async def test_jira_without_an_e_mail_address_shows_the_header_of_a_service_account(saver: Saver) -> None:
    async with terminal(app_with(token_parts())) as t:
        await open_with(t, "jira")
        await t.sees("Authorization: Basic ‹email:API token›")
        await fill(t, "API token", "ATATT" + "x" * 30)
        await t.sees("Authorization: Bearer ‹API token›")
        await fill(t, "Email", "ada@example.com")
        await t.sees("Authorization: Basic ‹email:API token›")
        await t.press("ctrl+s")
        await t.until(lambda: saver.fields == [{"email": "ada@example.com", "token": "ATATT" + "x" * 30}])


@screen_test
async def test_the_service_is_asked_only_where_the_user_ticks_it(saver: Saver) -> None:
    async with terminal(app_with()) as t:
        await open_with(t, "github")
        await fill(t, "Token", "ghp_" + "0" * 36)
        assert "[ ] Also ask api.github.com for the token’s owner, scopes, expiry" in t.text()
        t.widget("#ask").focus()
        await t.press("space", "ctrl+s")
        await t.until(lambda: saver.calls)
        assert saver.calls[0][2]["at_service"] is True


@screen_test
async def test_where_no_check_is_known_none_is_offered(saver: Saver) -> None:
    async with terminal(app_with()) as t:
        screen = await open_with(t, "internal")
        assert not screen.query("#ask")


@screen_test
async def test_a_check_at_a_site_wants_the_site(saver: Saver) -> None:
    async with terminal(app_with(token_parts())) as t:
        await open_with(t, "jira")
        await fill(t, "API token", "ATATT" + "x" * 30)
        t.widget("#ask").focus()
        await t.press("space", "ctrl+s")
        await t.sees("Your site is needed to ask there.")
        assert saver.calls == []


@screen_test
async def test_a_token_that_an_open_server_takes_is_not_called_accepted(saver: Saver) -> None:
    saver.answer = TokenSaved(CredentialInfo("token", store="Secret Service"), Check(NOW, "open", UNTESTED))
    async with terminal(app_with()) as t:
        await open_with(t, "github")
        await fill(t, "Token", "ghp_" + "0" * 36)
        await t.press("ctrl+s")
        await t.sees("!  The token could not be tested: the server accepts the same")
        assert "accepts it" not in t.text()


@screen_test
async def test_the_result_tells_account_scopes_expiry_and_who_was_asked(saver: Saver) -> None:
    ends = NOW + 89.5 * 86400
    facts = CredentialInfo(
        "token", label="octocat", scopes=("repo", "read:org"), expires_at=ends, store="Secret Service"
    )
    told = ServiceAnswer(True, "octocat", ("repo",), ends, "GitHub accepts it; it belongs to octocat.")
    saver.answer = TokenSaved(facts, Check(NOW, "accepted"), told)
    async with terminal(app_with()) as t:
        await open_with(t, "github")
        await fill(t, "Token", "ghp_" + "0" * 36)
        t.widget("#ask").focus()
        await t.press("space", "ctrl+s")
        await t.sees("✓  Saved  in the Secret Service")
        text = t.text()
        assert "✓  Tested  github accepts it." in text
        assert "✓  Service  GitHub accepts it; it belongs to octocat." in text
        for words in ("octocat", "repo, read:org", "in 89 d (2026-12-20) · keyrack warns 7 days before"):
            assert words in text
        await t.press("escape")
        assert t.app.screen is t.main


@screen_test
async def test_the_result_hides_nothing_of_what_is_not_known(saver: Saver) -> None:
    limited = "GitHub received too many requests; try again later."
    facts = CredentialInfo("token", store="Secret Service")
    saver.answer = TokenSaved(facts, None, ServiceAnswer(None, sentence=limited))
    async with terminal(app_with()) as t:
        await open_with(t, "github")
        await fill(t, "Token", "ghp_" + "0" * 36)
        t.widget("#ask").focus()
        await t.press("space", "ctrl+s")
        await t.sees("It was not tested on the server.")
        assert f"!  Service: {limited}" in t.text() and "expiry unknown" in t.text()


@screen_test
async def test_another_way_of_the_service_can_be_chosen_for_the_header(saver: Saver) -> None:
    async with terminal(app_with(token_parts())) as t:
        await open_with(t, "datadog")
        await fill(t, "API key", "b" * 32)
        await fill(t, "Application key", "c" * 40)
        await t.press("tab", "enter", "down")
        await t.sees("DD_API_KEY: ‹API key›")
        await t.press("ctrl+s")
        await t.until(lambda: saver.calls)
        form = saver.calls[0][2]
        assert (form["header"], form["template"]) == ("DD_API_KEY", None)


@screen_test
async def test_a_header_of_ones_own_replaces_the_services(saver: Saver) -> None:
    async with terminal(app_with()) as t:
        await open_with(t, "github")
        await fill(t, "Token", "ghp_" + "0" * 36)
        await t.press("tab", "enter")
        await t.sees("Authorization: Bearer {token}")
        await t.press("end", "ctrl+u", *"X-Key: {token}", "ctrl+s")
        await t.until(lambda: saver.calls)
        form = saver.calls[0][2]
        assert (form["header"], form["template"]) == ("X-Key", "{token}")


@screen_test
async def test_the_page_opens_by_its_line_by_ctrl_o_and_by_o_outside_of_the_fields(saver: Saver) -> None:
    opened: list[str] = []

    def browse(url: str) -> bool:
        opened.append(url)
        return True

    async with terminal(app_with(demo_parts()._replace(browse=browse))) as t:
        service = load.service_for("https://api.githubcopilot.com/mcp/")
        assert service is not None
        field = await open_form(t, "github")
        await t.press("o")
        assert field.secret == Secret("o") and opened == []
        await t.press("ctrl+o")
        await t.until(lambda: opened == [service.page])
        await t.press("shift+tab", "enter")
        await t.until(lambda: opened == [service.page] * 2)
        t.widget("#try").focus()
        await t.press("o")
        await t.until(lambda: opened == [service.page] * 3)


@screen_test
async def test_a_service_that_takes_no_tokens_is_told_as_that(saver: Saver) -> None:
    async with terminal(app_with()) as t:
        await open_with(t, "notion")
        await t.sees("! Notion may not accept tokens here")


@screen_test
async def test_how_well_the_service_is_known_stands_below_it(saver: Saver) -> None:
    async with terminal(app_with()) as t:
        await open_with(t, "github")
        await t.sees("Known service: verified 2026-")
        assert "confidence high" in t.text()


@screen_test
async def test_the_users_own_service_makes_the_form(saver: Saver, own_home: Path) -> None:
    services = own_home / "cards"
    services.mkdir()
    (services / "internal.toml").write_text(
        'id = "internal"\nname = "[b]Ours[/b]"\nhosts = ["mcp.example.com"]\nauth = ["token"]\n'
        'token_name = "Key"\n[headers]\nX-Ours = "{key}"\n'
        '[[fields]]\nkey = "key"\nlabel = "[red]Key"\n'
        '[[fields]]\nkey = "1 said"\nlabel = "Odd"\noptional = true\n'
    )
    async with terminal(app_with(demo_parts()._replace(services=lambda: KnownServices(str(services))))) as t:
        await open_with(t, "internal")
        await t.sees("[b]Ours[/b] · Key")
        assert "From your own file" in t.text() and "[red]Key" in t.text()


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
