"""The clear dialog tells beforehand whether the service can revoke a token, and promises no more."""

from __future__ import annotations

import pytest

from keyrack.domain.model import CredentialInfo, Server
from keyrack.tui.clear.clear import Clearing, ClearScreen
from keyrack.wording.times import local
from support.demo_rows import NOW, demo_parts
from support.screens import Terminal, app_with, screen_test, terminal

TOKEN = CredentialInfo("token", store="memory")


def ask(t: Terminal, url: str, credential: CredentialInfo = TOKEN) -> list[Clearing | None]:
    """Open the dialog for a credential of this server; its answer comes into the list."""
    answers: list[Clearing | None] = []
    row = next(iter(t.main.rows.values()))
    row = row._replace(server=Server(name="it", url=url), credential=credential)
    t.app.push_screen(ClearScreen(row), answers.append)
    return answers


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api.githubcopilot.com/mcp/", "GitHub"),
        ("https://gitlab.com/api/v4/mcp", "GitLab"),
        ("https://mcp.slack.com/mcp", "Slack"),
    ],
)
@screen_test
async def test_a_service_that_revokes_for_good_says_so_and_the_careful_way_is_chosen_first(
    url: str, name: str
) -> None:
    async with terminal(app_with()) as t:
        answers = ask(t, url)
        await t.sees(f"( ) Revoke it at {name}, then delete it here")
        assert "(•) Only delete it here" in t.text()
        assert "This can't be undone" in t.text()
        await t.press("y")
        await t.until(lambda: answers == [Clearing(revoke=False, forget=False)])
        again = ask(t, url)
        await t.sees("(•) Only delete it here")
        t.widget("Pick").focus()
        await t.press("up", "y")
        await t.until(lambda: again == [Clearing(revoke=True, forget=False)])


@screen_test
async def test_where_no_api_revokes_the_page_is_named_and_opened_by_its_key() -> None:
    opened: list[str] = []

    def browse(url: str) -> bool:
        opened.append(url)
        return True

    async with terminal(app_with(demo_parts()._replace(browse=browse))) as t:
        answers = ask(t, "https://mcp.linear.app/mcp")
        await t.sees("keyrack can't revoke this token: revoke it on")
        assert "Revoke at" not in t.text()
        await t.press("o")
        await t.until(lambda: opened and "linear.app" in opened[0])
        await t.press("y")
        await t.until(lambda: answers == [Clearing(revoke=False, forget=False)])


@screen_test
async def test_of_an_unknown_service_nothing_is_promised() -> None:
    async with terminal(app_with()) as t:
        ask(t, "https://mcp.example.com/tools")
        await t.sees("keyrack can't revoke this token: revoke it on the service's")
        assert "Revoke at" not in t.text() and "[o]" not in t.text() and "Choose" not in t.text()


@screen_test
async def test_up_and_down_choose_while_the_focus_is_on_cancel() -> None:
    oauth = CredentialInfo("oauth", issuer="http://127.0.0.1:9001/issuer", expires_at=NOW)
    async with terminal(app_with()) as t:
        answers = ask(t, "https://mcp.example.com/tools", oauth)
        await t.sees("(•) Revoke it at 127.0.0.1:9001, then delete it here")
        assert t.app.focused is t.widget("#no") and "↑ ↓ Choose" in t.text()
        await t.press("down")
        await t.sees("(•) Only delete it here")
        assert t.app.focused is t.widget("Pick")
        await t.press("up", "tab", "j", "y")
        await t.until(lambda: answers == [Clearing(revoke=False, forget=False)])


@screen_test
async def test_the_question_says_how_long_the_token_works_elsewhere() -> None:
    async with terminal(app_with()) as t:
        ask(t, "https://mcp.example.com/tools")
        await t.sees("The token works (expiry unknown).")
        await t.press("escape")
        ask(t, "https://mcp.example.com/tools", TOKEN._replace(expires_at=NOW + 60))
        await t.sees(f"The token works until {local(NOW + 60, NOW)}.")
        await t.press("escape")
        ask(t, "https://mcp.example.com/tools", TOKEN._replace(expires_at=NOW))
        await t.sees("The token has expired.")
        await t.press("escape")
        ask(t, "https://mcp.pagerduty.com/mcp")  # whose tokens are known to have no end
        await t.sees("The token works until it is revoked.")


@screen_test
async def test_a_registration_that_keyrack_did_not_make_is_not_offered_to_be_forgotten() -> None:
    oauth = CredentialInfo("oauth", issuer="https://auth.example.com", client_kind="dynamic")
    async with terminal(app_with()) as t:
        ask(t, "https://mcp.example.com/tools", oauth)
        await t.sees("[ ] Also delete the registration at the issuer")
        await t.press("escape")
        for kind in ("pre-registered", "metadata-document", None):
            ask(t, "https://mcp.example.com/tools", oauth._replace(client_kind=kind))
            await t.sees("Only delete it here")
            assert "Forget" not in t.text()
            await t.press("escape")


@screen_test
async def test_a_long_issuer_leaves_the_other_choice_on_the_screen() -> None:
    oauth = CredentialInfo("oauth", issuer=f"https://{'long.' * 12}example.com")
    async with terminal(app_with()) as t:
        ask(t, "https://mcp.example.com/tools", oauth)
        await t.sees("( ) Only delete it here; the token works")
