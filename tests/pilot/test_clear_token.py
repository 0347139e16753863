"""Clearing a token made by hand: what its service can undo is told before, and nothing more is promised."""

from __future__ import annotations

import pytest

from keyrack.domain.model import Credential, Server
from keyrack.tui.screens.clear import Clearing, ClearScreen
from support.demo_rows import demo_parts
from support.screens import Terminal, app_with, screen_test, terminal


def ask(t: Terminal, url: str) -> list[Clearing | None]:
    """Open the dialog for a token of this server; its answer comes into the list."""
    answers: list[Clearing | None] = []
    row = next(iter(t.main.rows.values()))
    row = row._replace(server=Server(name="it", url=url), credential=Credential("token", store="memory"))
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
        await t.sees(f"( ) Revoke at {name}, then delete here")
        assert "(•) Delete here only" in t.text()
        assert "It can't be brought back" in t.text()
        await t.press("y")
        await t.until(lambda: answers == [Clearing(revoke=False, forget=False)])
        again = ask(t, url)
        await t.sees("(•) Delete here only")
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
        await t.sees("keyrack can't revoke this token: undo it on")
        assert "Revoke at" not in t.text()
        await t.press("o")
        await t.until(lambda: opened and "linear.app" in opened[0])
        await t.press("y")
        await t.until(lambda: answers == [Clearing(revoke=False, forget=False)])


@screen_test
async def test_of_an_unknown_service_nothing_is_promised() -> None:
    async with terminal(app_with()) as t:
        ask(t, "https://mcp.example.com/tools")
        await t.sees("keyrack can't revoke this token: undo it on the service's own")
        assert "Revoke at" not in t.text() and "[o]" not in t.text()
