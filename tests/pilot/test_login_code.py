"""The code for another device: requesting it, showing it, and what ends it."""

from __future__ import annotations

from collections import Counter

import pytest
from rich.color import Color

from keyrack.domain.errors import LoginNeeded
from keyrack.oauth.effects import Step
from keyrack.operations.login.flow_runner import NO_BROWSER
from keyrack.operations.login.qr import qr_rows
from keyrack.tui.login.device import DeviceScreen
from keyrack.tui.login.login import LoginScreen
from support.demo_rows import NOW, DemoClock, demo_parts
from support.fake_login import CODE, NO_CODE, SIGN_IN, FakeLogin, begin
from support.screens import Terminal, app_with, screen_test, terminal
from support.some import some

FIRST_ROW_OF_W = "█   █ █▀▄"
LONG = CODE._replace(verification_uri_complete=f"https://auth.notion.com/device?code={'x' * 90}")


@pytest.fixture(autouse=True)
def offered(login: FakeLogin) -> None:
    login.offers_code = True


async def show(t: Terminal, login: FakeLogin, code=CODE) -> None:
    await begin(t)
    await t.press("d")
    login.tell(code)
    await t.until(lambda: isinstance(t.app.screen, DeviceScreen), "the code")
    await t.sees("Expires in")


def picture(t: Terminal) -> list[str]:
    return str(t.widget("#picture").render()).splitlines() if t.widget("#picture").display else []


@screen_test
async def test_d_asks_for_a_code_and_shows_page_code_picture_and_time(login: FakeLogin) -> None:
    clock = DemoClock()
    async with terminal(app_with(demo_parts(clock=clock)), (80, 24)) as t:
        await begin(t)
        await t.sees("d Code for another device")
        assert login.codes_asked == 0
        await t.press("d")
        await t.sees("Or a code     requesting a code…")
        assert login.codes_asked == 1
        login.tell(CODE._replace(expires_at=NOW + 240))
        await t.sees("Expires in 4:00")
        text = t.text()
        assert "https://auth.notion.com/device" in text and "Enter WDJB-MJHT there" in text
        assert FIRST_ROW_OF_W in text and "y Copy address" in text and "esc Back" in text
        for row in qr_rows(some(CODE.verification_uri_complete)):
            assert row in text
        clock.time += 61
        await t.sees("Expires in 2:59")


@screen_test
async def test_the_login_waits_as_long_as_the_code_is_good(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await show(t, login, CODE._replace(expires_at=NOW + 1800))
        assert "Expires in 30:00" in t.text()
        await t.press("escape")
        await t.sees("0:00 / 30:00")


@pytest.mark.parametrize("theme", ["keyrack", "keyrack-light", "ansi-light"])
@screen_test
async def test_the_picture_is_white_on_black_in_every_theme(login: FakeLogin, theme: str) -> None:
    app = app_with()
    async with terminal(app, (80, 24)) as t:
        app.theme = theme
        await show(t, login)
        region = t.widget("#picture").region
        strips = app.screen._compositor.render_strips(app.size)
        seen: Counter[tuple[Color | None, Color | None]] = Counter()
        for strip in strips[region.y : region.bottom]:
            for segment in strip.crop(region.x, region.right):
                seen[some(segment.style).color, some(segment.style).bgcolor] += len(segment.text)
        white, black = Color.from_rgb(255, 255, 255), Color.from_rgb(0, 0, 0)
        assert set(seen) == {(white, black)}


@screen_test
async def test_where_no_code_is_offered_there_is_no_key_for_it(login: FakeLogin) -> None:
    login.offers_code = False
    async with terminal(app_with()) as t:
        await begin(t)
        await t.press("d")
        assert "Code for another device" not in t.text() and login.codes_asked == 0


@screen_test
async def test_esc_goes_back_to_the_login_and_d_shows_the_same_code_again(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await show(t, login)
        await t.press("escape")
        assert isinstance(t.app.screen, LoginScreen)
        await t.sees("Or a code     WDJB-MJHT at auth.notion.com/device")
        await t.press("d")
        assert isinstance(t.app.screen, DeviceScreen) and login.codes_asked == 1


@screen_test
async def test_y_copies_the_address_of_the_page(login: FakeLogin, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    app = app_with()
    monkeypatch.setattr(app, "copy", copied.append)
    async with terminal(app) as t:
        await show(t, login)
        await t.press("y")
        assert copied == ["https://auth.notion.com/device"]


@screen_test
async def test_it_closes_by_itself_when_the_login_goes_on(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await show(t, login)
        login.answer()
        await t.sees("● valid · expires in")
        assert isinstance(t.app.screen, LoginScreen)


@screen_test
async def test_it_closes_by_itself_when_the_login_fails(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await show(t, login)
        login.fail(LoginNeeded("Access was denied on the sign-in page."))
        await t.sees("Access was denied on the sign-in page.")
        assert isinstance(t.app.screen, LoginScreen)


@screen_test
async def test_with_the_commands_open_over_it_it_closes_after_them(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await show(t, login)
        await t.press("ctrl+p")
        code = t.app.screen_stack[-2]
        assert isinstance(code, DeviceScreen)
        login.answer()
        await t.until(lambda: code._over, "the end of the code")
        assert t.app.screen is not code and code in t.app.screen_stack
        await t.press("escape")
        await t.sees("● valid")
        assert code not in t.app.screen_stack and isinstance(t.app.screen, LoginScreen)


@screen_test
async def test_no_code_is_a_line_and_the_browser_s_way_goes_on(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await show(t, login)
        login.tell(NO_CODE)
        await t.sees("✕ No code for another device  auth.notion.com did")
        assert isinstance(t.app.screen, LoginScreen)
        assert "▸ Waiting for you to sign in" in t.text() and "Or a code" not in t.text()
        assert "Paste callback URL" in t.text()
        await t.press("d")
        await t.sees("requesting a code…")
        assert login.codes_asked == 2
        login.answer()
        await t.sees("● valid")


@screen_test
async def test_over_ssh_it_is_asked_for_at_once(login: FakeLogin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22")
    async with terminal(app_with()) as t:
        await begin(t)
        assert login.options[0].device
        await t.sees("requesting a code…")
        login.tell(CODE)
        await t.until(lambda: isinstance(t.app.screen, DeviceScreen))


@screen_test
async def test_at_a_desk_it_is_not_asked_for_unasked(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t)
        assert not login.options[0].device and "requesting a code" not in t.text()


@screen_test
async def test_without_a_browser_the_screen_says_that_a_code_is_asked_for(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t)
        login.tell(Step("sign-in", NO_BROWSER, "running"))
        await t.sees("requesting a code…")


@screen_test
async def test_a_code_does_not_come_over_somebody_who_pastes(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t)
        await t.press("d", "p", *"http")
        login.tell(CODE)
        await t.sees("WDJB-MJHT at")
        await t.press(*"://x", "enter")
        await t.sees("● valid")
        assert login.pasted == ["http://x"]


@screen_test
async def test_a_code_that_comes_after_the_sign_in_is_not_shown(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t)
        await t.press("d")
        login.answer()
        await t.sees("● valid")
        login.tell(CODE)
        await t.pilot.pause()
        assert isinstance(t.app.screen, LoginScreen) and "WDJB" not in t.text()


@screen_test
async def test_an_address_too_long_for_its_picture_gets_that_of_the_page(login: FakeLogin) -> None:
    async with terminal(app_with(), (80, 24)) as t:
        await show(t, login, LONG)
        assert picture(t) == qr_rows(CODE.verification_uri)


@pytest.mark.parametrize("size", [(44, 24), (80, 18), (36, 18)])
@screen_test
async def test_a_small_terminal_shows_address_and_code_without_the_picture(
    login: FakeLogin, size: tuple[int, int]
) -> None:
    async with terminal(app_with(), size) as t:
        await t.select("notion")
        await t.press("l")
        await t.until(lambda: login.calls and isinstance(t.app.screen, LoginScreen))
        login.tell(SIGN_IN._replace(device=object()), CODE)
        await t.sees("Open on any device")
        text = t.text()
        assert picture(t) == [] and "scan" not in text
        assert FIRST_ROW_OF_W in text and "esc Back" in text
        assert t.shown("#page") == "https://auth.notion.com/device"


@screen_test
async def test_a_code_without_big_letters_is_spaced_and_hostile_words_stay_words(login: FakeLogin) -> None:
    code = CODE._replace(user_code="[b]aB1", verification_uri="https://h.example/[@click=app.quit]x")
    async with terminal(app_with()) as t:
        await show(t, login, code)
        assert "[ b ] a B 1" in t.text() and "[@click=app.quit]x" in t.text()
