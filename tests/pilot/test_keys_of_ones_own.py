"""The user's own keys on the screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from keyrack.domain.own_keys import OwnKeys
from keyrack.operations.ports.screen import NoScreenState
from keyrack.tui.kit import keymap
from keyrack.tui.kit.tick_list import TickList
from support.screens import app_with, screen_test, terminal


@pytest.fixture(autouse=True)
def usual_keys() -> Iterator[None]:
    """For the other tests of the process."""
    yield
    keymap.use({})


class Own(NoScreenState):
    def __init__(self, **keys: str) -> None:
        self._keys = OwnKeys(
            "~/.config/keyrack/config.toml", {k.replace("_", "-"): v for k, v in keys.items()}
        )

    def keys(self) -> OwnKeys:
        return self._keys


@screen_test
async def test_an_own_key_works_and_the_usual_one_does_not() -> None:
    async with terminal(app_with(state=Own(help="f1", clear="ctrl+d")), (130, 40)) as t:
        await t.press("question_mark")
        assert len(t.app.screen_stack) == 1
        await t.press("f1")
        await t.sees("Selected server")


@screen_test
async def test_the_help_the_footer_and_the_palette_show_it() -> None:
    async with terminal(app_with(state=Own(login="L", palette="f2", quit="f10")), (130, 80)) as t:
        assert "L Login  r Refresh" in t.text() and "f2 Commands" in t.text()
        await t.press("question_mark")
        assert "L            Log in with OAuth" in t.text() and "f10" in t.text() and "^p" not in t.text()
        await t.press("escape")
        await t.press("f2")
        await t.type("login")
        await t.sees("L      Login")


@screen_test
async def test_a_wrong_key_is_told_with_the_other_problems() -> None:
    async with terminal(app_with(state=Own(logn="L", clear="l")), (130, 40)) as t:
        await t.press("i")
        await t.sees("did you mean “login”?")
        await t.sees("keys.clear: l is the key of “login”")


@screen_test
async def test_the_global_keys_can_be_others() -> None:
    app = app_with(state=Own(quit="f10"))
    async with terminal(app) as t:
        await t.press("d")
        await t.press("f10")
        await t.until(lambda: not app.is_running)


@screen_test
async def test_an_own_key_also_moves_in_dialogs_and_closes_what_it_opened() -> None:
    async with terminal(app_with(state=Own(help="f1", down="J", columns="f2")), (80, 12)) as t:
        await t.press("f1")
        text = t.app.screen.query_one("#help-text")
        await t.press("j")
        assert text.scroll_y == 0
        await t.press("J")
        await t.until(lambda: text.scroll_y == 1)
        await t.press("f1")
        await t.until(lambda: len(t.app.screen_stack) == 1)
        await t.press("f2")
        boxes = t.app.screen.query_one(TickList)
        before = boxes.highlighted
        await t.press("J")
        await t.until(lambda: boxes.highlighted != before)
        await t.press("f2")
        await t.until(lambda: len(t.app.screen_stack) == 1)
