"""Each key of each screen has its effect.

`support/key_table.py` has a line for each, and says how to add one; `arch/test_keys.py` fails without it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from keyrack.tui.app import KeyrackApp
from keyrack.tui.terminal.clipboard import Clipboard
from support.full_home import FullHome
from support.key_table import SCENES
from support.keys import Scene, User
from support.screens import screen_test, terminal
from support.witness import AheadClock


@pytest.mark.parametrize("place", range(len(SCENES)), ids=[scene.of.__name__ for scene in SCENES])
@screen_test
async def test_each_key_has_its_effect(place: int, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene, clock, copied = SCENES[place], AheadClock(), list[str]()
    home = FullHome(own_home, monkeypatch)
    scene.setup(home)
    monkeypatch.chdir(own_home)
    monkeypatch.setattr("keyrack.tui.kit.keyboard.get_time", clock)
    monkeypatch.setattr(Clipboard, "_put", lambda clipboard, text: copied.append(text))
    async with terminal(KeyrackApp(lambda: home.adapters), scene.size) as t:
        await press_all(scene, User(t, home, clock, copied))


async def press_all(scene: Scene, user: User) -> None:
    place, focused, opened_on = None, None, ""
    for line in scene.lines:
        for key in line.keys.split():
            while place in user.t.app.screen_stack and user.top is not place and user.top is not user.t.main:
                await user.press("escape")
            if user.top is not place or line.on != opened_on:
                await user.back()
                await scene.open(user, line.on)
                place, opened_on = user.top, line.on
                focused = user.top.focused
            await user.calm()
            user.top.set_focus(focused)
            await user.calm()
            before = line.effect.before(user)
            await user.press(key)
            await user.t.until(
                lambda: line.effect.met(user, before),  # noqa: B023
                f"the effect of {key} on {scene.of.__name__}",
            )
            if not user.t.app.is_running or user.t.app._exit:
                return
