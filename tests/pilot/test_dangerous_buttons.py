"""A button that deletes or revokes is red, with or without the focus, and the last; Cancel is the default."""

from __future__ import annotations

import pytest
from textual.widgets import Button

from support.pictures import SCENES, scene_app
from support.screens import Terminal, app_with, screen_test, terminal


def check(t: Terminal) -> None:
    buttons = list(t.app.screen.query(Button))
    assert t.app.screen.AUTO_FOCUS == "#no" and buttons[0].id == "no" and buttons[-1].id == "yes"
    for button, is_red in ((buttons[0], False), (buttons[-1], True)):
        parts = (button.background_colors[1], button.colors[3])  # without and with the focus
        assert any(part.r > max(part.g, part.b) + 40 for part in parts) is is_red


@pytest.mark.parametrize("theme", ["keyrack", "keyrack-light"])
@pytest.mark.parametrize("name", ["clear", "stale", "clear-there", "take-over"])
@screen_test
async def test_what_deletes_is_red(name: str, theme: str) -> None:
    assert name in SCENES
    app, play = scene_app(name)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.theme = theme
        await play(pilot)
        check(Terminal(app, pilot))


@screen_test
async def test_quitting_is_red_where_credentials_would_be_lost() -> None:
    async with terminal(app_with()) as t:
        setattr(t.main, "only_in_memory", lambda: ["linear"])  # noqa: B010  in place of a store in memory
        await t.press("q")
        await t.sees("Quit (y)")
        check(t)
