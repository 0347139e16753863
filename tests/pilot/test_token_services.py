"""The token form asks for what a service wants, and tells what the service says."""

from __future__ import annotations

from pathlib import Path

from keyrack.domain.model import Check, CredentialInfo
from keyrack.domain.secret import Secret
from keyrack.domain.service import ServiceAnswer
from keyrack.domain.status import UNTESTED
from keyrack.operations.tokens.set_token import TokenSaved
from keyrack.services import load
from keyrack.services.known import KnownServices
from support.demo_rows import NOW, demo_parts
from support.screens import app_with, screen_test, terminal
from support.token_form import Saver, fill, open_form, open_with
from support.token_rows import token_parts


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
