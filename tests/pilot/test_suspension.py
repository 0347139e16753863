"""What ^z does before keyrack stops."""

from __future__ import annotations

from keyrack.domain.secret import Secret
from keyrack.system.ending import hold_exit
from keyrack.tui.token.reveal import RevealScreen
from support.screens import Terminal, app_with, screen_test, terminal

TOKEN = "abcd1234efgh"


def noting(t: Terminal) -> list[str]:
    """Have the terminal's driver note what is shown at each stop, and go on at once."""
    stops: list[str] = []

    def suspend() -> bool:
        stops.append(t.text())
        return True

    setattr(t.app._driver, "suspend", suspend)  # noqa: B010
    return stops


@screen_test
async def test_ctrl_z_waits_for_a_refresh() -> None:
    async with terminal(app_with()) as t:
        stops = noting(t)
        with hold_exit(60.0):
            await t.press("ctrl+z")
            await t.sees("when the refresh has ended")
            await t.press("ctrl+z")
            assert not stops
        await t.until(lambda: stops)
    assert len(stops) == 1


@screen_test
async def test_a_token_that_is_shown_goes_before_the_stop() -> None:
    async with terminal(app_with()) as t:
        stops = noting(t)
        t.app.push_screen(RevealScreen("linear", Secret(TOKEN)))
        await t.sees(TOKEN)
        await t.press("ctrl+z")
        await t.until(lambda: stops)
        await t.until(lambda: not isinstance(t.app.screen, RevealScreen))
    assert TOKEN not in stops[0]


@screen_test
async def test_where_nothing_can_stop_it_goes_on() -> None:
    async with terminal(app_with()) as t:
        await t.press("ctrl+z", "question_mark")
        await t.sees("Selected server")
