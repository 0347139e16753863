"""A long address is a link of the terminal's (OSC 8), whole in each line that shows a part of it."""

from __future__ import annotations

import re

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from keyrack.tui.kit.present import web_link
from keyrack.tui.login.device import DeviceScreen
from support.fake_login import CODE, SIGN_IN, FakeLogin, begin
from support.screens import app_with, screen_test, terminal

LONG = "https://auth.example/authorize?state=" + "0123456789" * 20
OSC_8 = re.compile(r"\x1b\]8;[^;]*;([^\x1b]+)\x1b")


def links_in(app: App[None]) -> list[str]:
    """The links that are sent to the terminal, line by line."""
    lines = app.screen._compositor.render_strips(app.size)
    return [found[1] for line in lines for found in OSC_8.finditer(line.render(app.console))]


@screen_test
async def test_each_line_of_an_address_has_the_whole_of_it() -> None:
    class Page(App[None]):
        def compose(self) -> ComposeResult:
            yield Static(web_link(LONG, limit=4000))

    app = Page()
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.pause()
        found = links_in(app)
        assert len(found) == 4 and set(found) == {LONG}


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/\x1b\\\x1b]52;c;eA==\x07",
        "https://a.example/ä",
        "javascript:x",
        "file:///etc",
        "https://a b",
    ],
)
def test_what_could_act_on_the_terminal_is_no_link(url: str) -> None:
    assert not any(getattr(span.style, "link", None) for span in web_link(url).spans)


@screen_test
async def test_a_sign_in_page_that_no_browser_opened_is_a_link(
    login: FakeLogin, monkeypatch: pytest.MonkeyPatch
) -> None:
    login.sign_in = SIGN_IN._replace(url=LONG)
    monkeypatch.setattr(login, "_reopen", lambda: False)
    async with terminal(app_with()) as t:
        await begin(t)
        await t.sees("Open again")
        await t.press("o")
        await t.until(lambda: set(links_in(t.app)) == {LONG})
        await t.press("escape")


@screen_test
async def test_the_page_for_a_code_is_a_link() -> None:
    async with terminal(app_with()) as t:
        t.app.push_screen(DeviceScreen("notion", CODE))
        await t.until(lambda: CODE.verification_uri in links_in(t.app))
