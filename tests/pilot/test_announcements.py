"""The screen tells in time: by a line below the header, by the terminal, and by hooks."""

from __future__ import annotations

import os
from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.hooks import Hooks, NoticeKind
from keyrack.domain.model import CredentialInfo, Record
from keyrack.tui.app import KeyrackApp
from keyrack.tui.servers import row_times
from keyrack.tui.servers.announcement_line import AnnouncementLine
from keyrack.tui.servers.server_table import ServerTable
from support.demo_rows import DAY, MINUTE, NOW, DemoClock, demo_parts, demo_records
from support.screens import Terminal, app_with, screen_test, terminal
from support.watching import EVERY_HOOK, FakeWatching

LINEAR, FIGMA = "https://mcp.linear.app/mcp", "https://mcp.figma.com/mcp"
[GOOD] = [record.credential for record in demo_records() if record.url == LINEAR and record.credential]
REFUSED = GOOD._replace(refusal="The issuer refused it.", refresh_refused_at=NOW, refused_at=NOW)
ENDING = CredentialInfo("token", obtained_at=NOW - DAY, expires_at=NOW + 8 * DAY)


class World:
    """The demo's data, with a terminal whose output is kept."""

    def __init__(self, watching: FakeWatching | None = None, records: list[Record] | None = None) -> None:
        self.watching = watching or FakeWatching()
        self.clock = DemoClock()
        self.parts = demo_parts(clock=self.clock, records=[] if records is None else records)._replace(
            watching=lambda: self.watching
        )
        self.credentials: Any = self.parts.credentials()
        self.written: list[str] = []

    def app(self, **more: Any) -> KeyrackApp:
        return app_with(self.parts, **more)

    async def put(self, t: Terminal, url: str, credential: CredentialInfo) -> None:
        """As if another process had stored it."""
        self.credentials.put(url, credential)
        t.main.look()

    def listen(self, t: Terminal) -> None:
        driver: Any = t.app._driver
        driver.write = self.written.append

    def alerts(self) -> list[str]:
        return [text for text in self.written if text.startswith(("\x1b]9;", "\x1b]777;", "\a"))]

    async def settled(self, t: Terminal) -> None:
        """All that is known has been told."""
        await t.until(lambda: t.main.announcements._told is not None)
        await t.until(lambda: not t.main.announcements._work._running)

    def ran(self) -> list[str]:
        return [command[0] for command, _, _ in self.watching.ran]


def line(t: Terminal) -> str:
    found = t.main.query(AnnouncementLine)
    return str(found.first().content) if found else ""


@pytest.fixture(autouse=True)
def kitty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMUX", "VTE_VERSION", "KONSOLE_VERSION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(os.environ, "TERM", "xterm-kitty")


@screen_test
async def test_a_refused_login_is_told_by_a_line_a_notification_and_a_hook() -> None:
    world = World(records=[Record(LINEAR, "default", GOOD, None)])
    async with terminal(world.app()) as t:
        await t.until(lambda: world.watching.told)
        world.listen(t)
        await world.put(t, LINEAR, REFUSED)
        await t.sees("✕ linear: login needed. The issuer refused it.")
        top = t.text().splitlines()
        assert " servers · " in top[0] and "login needed" in top[1] and "filter" in top[2]
        assert all(name in t.text() for name in t.names()[:10]), "it moves the rows, and covers none"
        await t.until(lambda: world.alerts() and world.ran())
        said = "login needed. The issuer refused it. Run: keyrack login linear"
        assert world.alerts() == [f"\x1b]9;keyrack: linear: {said}\x1b\\"]
        assert world.ran() == ["on-login-needed"]
        assert world.watching.notified == [], "the terminal tells it, and not the desktop too"


@screen_test
async def test_what_ends_without_a_person_is_told_before_and_the_line_counts_down_and_goes() -> None:
    world = World(records=[Record(FIGMA, "default", ENDING, None)])
    async with terminal(world.app()) as t:
        await t.until(lambda: world.watching.told)
        world.listen(t)
        assert line(t) == ""
        world.clock.time = NOW + DAY
        await t.sees("◐ figma: expires in 7 d, and does not renew itself.")
        await t.until(lambda: world.ran() == ["on-expiring"])
        world.clock.time = NOW + 3 * DAY
        await t.sees("figma: expires in 5 d")
        await world.put(t, FIGMA, ENDING._replace(expires_at=NOW + 90 * DAY))
        await t.until(lambda: line(t) == "")
        assert len(world.alerts()) == 1


@screen_test
async def test_a_row_out_of_sight_is_told_when_its_moment_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_times, "OUT_OF_SIGHT", float("inf"))
    monkeypatch.setattr(ServerTable, "keys_in_sight", ())
    world = World(records=[Record(FIGMA, "default", ENDING, None)])
    async with terminal(world.app()) as t:
        await t.until(lambda: world.watching.told)
        world.listen(t)
        world.clock.time = NOW + DAY
        await t.sees("◐ figma: expires in 7 d, and does not renew itself.")


@screen_test
async def test_a_login_that_renews_itself_is_never_told() -> None:
    world = World(records=[Record(LINEAR, "default", GOOD, None)])
    async with terminal(world.app()) as t:
        await t.until(lambda: world.watching.told)
        world.listen(t)
        for passed in (45 * MINUTE, 3 * DAY):
            world.clock.time = NOW + passed
            t.main.tick()
            await t.pilot.pause()
        await t.sees("↻ renews when used")
        assert (line(t), world.alerts(), world.ran()) == ("", [], [])


@screen_test
async def test_what_happened_before_it_was_opened_is_in_the_line_and_in_the_hook_and_does_not_ring() -> None:
    world = World(records=[Record(LINEAR, "default", REFUSED, None)])
    world.watching.found = EVERY_HOOK._replace(bell=True)
    app, alerts = world.app(), list[str]()
    setattr(app, "alert", lambda title, text, hooks: alerts.append(title))  # noqa: B010
    async with terminal(app) as t:
        await t.sees("✕ linear: login needed.")
        await t.until(lambda: world.ran() == ["on-login-needed"])
        await world.settled(t)
        assert alerts == []


@screen_test
async def test_what_a_watch_has_told_is_not_told_again() -> None:
    watching = FakeWatching()
    first = World(watching, [Record(LINEAR, "default", REFUSED, None)])
    async with terminal(first.app()) as t:
        await t.until(lambda: first.ran() == ["on-login-needed"])
    again = World(watching, [Record(LINEAR, "default", REFUSED, None)])
    async with terminal(again.app()) as t:
        await again.settled(t)
        assert (line(t), again.ran()) == ("", ["on-login-needed"])
        again.listen(t)
        await again.put(t, LINEAR, REFUSED._replace(obtained_at=NOW + 1))  # another login that has ended
        await t.until(lambda: again.ran() == ["on-login-needed"] * 2)


@screen_test
async def test_a_watch_that_is_faster_leaves_only_the_line() -> None:
    world = World(records=[Record(LINEAR, "default", GOOD, None)])
    async with terminal(world.app()) as t:
        await t.until(lambda: world.watching.told)
        world.listen(t)
        [key] = world.watching.told
        asked = world.watching.change_told

        def told_by_the_watch(change: Any) -> None:
            world.watching.told[key][NoticeKind.LOGIN_NEEDED.value] = str(REFUSED.obtained_at)
            asked(change)

        world.watching.change_told = told_by_the_watch  # type: ignore[method-assign]
        await world.put(t, LINEAR, REFUSED)
        await t.sees("✕ linear: login needed.")
        await world.settled(t)
        assert (world.alerts(), world.ran()) == ([], [])


@screen_test
async def test_a_refresh_runs_its_hook_and_disturbs_nobody() -> None:
    world = World(records=[Record(LINEAR, "default", GOOD, None)])
    async with terminal(world.app()) as t:
        await t.until(lambda: world.watching.told)
        world.listen(t)
        await world.put(t, LINEAR, GOOD._replace(refreshed_at=NOW))
        await t.until(lambda: world.ran() == ["on-refreshed"])
        assert (line(t), world.alerts(), t.said()) == ("", [], [])


@pytest.mark.parametrize(
    ("hooks", "alerts"),
    [
        (Hooks(), ["\x1b]9;"]),
        (Hooks(bell=True), ["\x1b]9;", "\a"]),
        (Hooks(notify=False, bell=True), ["\a"]),
        (Hooks(notify=False), []),
    ],
)
@screen_test
async def test_the_settings_say_whether_it_notifies_and_rings(hooks: Hooks, alerts: list[str]) -> None:
    world = World(FakeWatching(hooks), [Record(LINEAR, "default", GOOD, None)])
    async with terminal(world.app()) as t:
        await t.until(lambda: world.watching.told)
        world.listen(t)
        await world.put(t, LINEAR, REFUSED)
        await t.sees("✕ linear: login needed.")
        await world.settled(t)
        written = "".join(world.alerts())
        assert [sign for sign in ("\x1b]9;", "\a") if sign in written] == alerts


@screen_test
async def test_the_demo_rings_and_notifies_nobody() -> None:
    world = World(FakeWatching(Hooks(bell=True)), [Record(LINEAR, "default", GOOD, None)])
    async with terminal(world.app(banner="demo")) as t:
        await t.until(lambda: world.watching.told)
        world.listen(t)
        await world.put(t, LINEAR, REFUSED)
        await t.sees("✕ linear: login needed.")
        await world.settled(t)
        assert (world.alerts(), world.watching.notified) == ([], [])


@screen_test
async def test_a_hook_that_fails_is_told_and_one_that_hangs_holds_nothing_up() -> None:
    from threading import Event

    world, never = World(records=[Record(LINEAR, "default", GOOD, None)]), Event()
    world.watching.run = lambda *how: "failed with exit code 1" if never.wait(20) else ""  # type: ignore[method-assign]
    async with terminal(world.app()) as t:
        await t.until(lambda: world.watching.told)
        await world.put(t, LINEAR, REFUSED)
        await t.sees("✕ linear: login needed.")
        await t.press("down", "down")
        never.set()
        await t.until(lambda: t.said() == ["linear: the hook on_login_needed failed with exit code 1."])


@screen_test
async def test_hooks_that_must_not_be_run_are_told() -> None:
    refused = KeyrackError("Other users can change it.", hint="Run: chmod go-w x")
    world = World(FakeWatching(refused), [Record(LINEAR, "default", GOOD, None)])
    async with terminal(world.app()) as t:
        await t.until(lambda: world.watching.told)
        await world.put(t, LINEAR, REFUSED)
        await t.until(lambda: t.said() == ["Other users can change it. Run: chmod go-w x"])


@screen_test
async def test_esc_hides_the_line_and_the_exclamation_mark_goes_there() -> None:
    records = [Record(LINEAR, "default", GOOD, None), Record(FIGMA, "default", ENDING, None)]
    world = World(records=records)
    async with terminal(world.app()) as t:
        await t.until(lambda: world.watching.told)
        world.clock.time = NOW + DAY
        await t.sees("figma: expires")
        await world.put(t, LINEAR, REFUSED)
        await t.sees("✕ linear: login needed.")
        await t.sees("+1 more  ! Go there  esc Hide")
        await t.press("exclamation_mark")
        assert t.selected == "linear"
        await t.press("exclamation_mark")
        assert t.selected == "figma"
        await t.press("escape")
        await t.until(lambda: line(t) == "")
        await t.select("notion")
        await t.press("exclamation_mark")
        assert t.selected != "notion", "without a line, the next one in the list that needs something"


@screen_test
async def test_a_servers_words_do_not_act_on_the_terminal() -> None:
    world = World(records=[Record(LINEAR, "default", GOOD, None)])
    async with terminal(world.app()) as t:
        await t.until(lambda: world.watching.told)
        world.listen(t)
        nasty = "no\x1b]52;c;ZXZpbA==\x07 [b]x[/] \x1b\\\x9c\n;"
        await world.put(t, LINEAR, REFUSED._replace(refusal=nasty))
        await t.sees("✕ linear: login needed.")
        await t.until(world.alerts)
        [sent] = world.alerts()
        assert sent.startswith("\x1b]9;") and sent.endswith("\x1b\\")
        assert not set(sent[4:-2]) & {"\x1b", "\x07", "\x9c", "\n", ";"}
        assert "\x1b" not in line(t) and "[b]" in line(t)
