"""Publishing a token to another program: the diff, the question and the work."""

from __future__ import annotations

from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import Program
from keyrack.operations.ports import Adapters
from keyrack.operations.sharing import publishing as publishing_op
from keyrack.operations.sharing.publishing import Publishing
from keyrack.tui.clients.clients import ClientsScreen
from keyrack.tui.sharing.publish import PublishScreen
from keyrack.tui.sharing.which import WhichScreen
from support.held_rows import Programs, held_parts, publishing_of
from support.screens import Terminal, app_with, screen_test, terminal


class Published:
    """In place of the real operations."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []
        self.stopped: list[tuple[str, str]] = []
        self.error: KeyrackError | None = None

    def plan_publish(self, adapters: Any, server: Any, program: Program) -> Publishing:
        if self.error is not None:
            raise self.error
        return publishing_of(server, program)

    def publish(self, adapters: Any, publishing: Publishing) -> None:
        self.done.append((publishing.server.name, publishing.program.name))

    def stop_publishing(self, adapters: Any, server: Any, program: Program) -> bool:
        self.stopped.append((server.name, program.name))
        return True


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Published:
    fake = Published()
    for name in ("plan_publish", "publish", "stop_publishing"):
        monkeypatch.setattr(publishing_op, name, getattr(fake, name))
    return fake


def already(program: str) -> Adapters:
    adapters = held_parts()
    reading = adapters.read()
    servers = tuple(
        server._replace(publish=(program,)) if server.name == "linear" else server
        for server in reading.servers
    )
    return adapters._replace(read=lambda: reading._replace(servers=servers))


async def ask(t: Terminal) -> None:
    await t.select("linear")
    await t.press("p")
    await t.until(lambda: isinstance(t.app.screen, WhichScreen))
    await t.sees("Claude Code  ● valid, 41 min")
    await t.press("enter")
    await t.sees("Write (y)")


@screen_test
async def test_the_diff_is_shown_and_cancel_has_the_focus(published: Published) -> None:
    async with terminal(app_with(held_parts())) as t:
        await ask(t)
        assert t.app.focused is not None and t.app.focused.id == "no" and PublishScreen.GUARDED
        assert '+   "accessToken": "●●●●●●●●"' in t.text() and "of-another" not in t.text()
        assert "in plain text" in t.text()
        assert t.app.screen.query("Button").last().id == "yes"
        await t.press("enter")
        await t.misses("Write (y)")
        assert published.done == []


@screen_test
async def test_y_writes_it(published: Published) -> None:
    async with terminal(app_with(held_parts())) as t:
        await ask(t)
        await t.press("y")
        await t.until(lambda: published.done == [("linear", "Claude Code")])
        words = "linear: published to Claude Code. It is written again after each refresh."
        await t.until(lambda: t.said() == [words])


@screen_test
async def test_where_it_is_not_possible_the_reason_is_shown(published: Published) -> None:
    published.error = KeyrackError("Claude Code has no login for linear yet.", hint="Log in there once.")
    async with terminal(app_with(held_parts())) as t:
        await t.select("linear")
        await t.press("p")
        await t.until(lambda: isinstance(t.app.screen, WhichScreen))
        await t.press("enter")
        await t.until(lambda: t.said() == ["Claude Code has no login for linear yet. Log in there once."])
        await t.until(lambda: t.app.screen is t.main)


@screen_test
async def test_a_program_that_keyrack_can_not_write_to_is_not_offered(published: Published) -> None:
    programs = Programs()
    known = programs.programs()
    programs.programs = lambda: tuple(  # type: ignore[method-assign]
        each._replace(is_readable=each.name != "Codex") for each in known
    )
    async with terminal(app_with(held_parts(programs=programs))) as t:
        await t.select("linear")
        await t.press("p")
        await t.until(lambda: isinstance(t.app.screen, WhichScreen | PublishScreen))
        await t.sees("Claude Code")
        assert not isinstance(t.app.screen, WhichScreen) or "Codex" not in t.text()


@screen_test
async def test_without_a_login_here_there_is_nothing_to_publish(published: Published) -> None:
    async with terminal(app_with(held_parts())) as t:
        await t.select("atlassian")
        await t.press("p")
        await t.until(lambda: len(t.said()) == 1)
        assert t.app.screen is t.main and published.done == []


@screen_test
async def test_what_is_published_already_can_be_stopped(published: Published) -> None:
    async with terminal(app_with(already("claude-code"))) as t:
        await t.select("linear")
        await t.press("p")
        await t.until(lambda: isinstance(t.app.screen, WhichScreen))
        await t.sees("Claude Code  ● valid, 41 min · published by keyrack")
        await t.press("enter")
        await t.sees("Stop (y)")
        await t.press("y")
        await t.until(lambda: published.stopped == [("linear", "Claude Code")])
        await t.until(lambda: t.said() == ["linear: no longer published to Claude Code."])


@screen_test
async def test_the_detail_and_the_programs_name_what_is_published() -> None:
    async with terminal(app_with(already("claude-code")), (130, 40)) as t:
        await t.select("linear")
        await t.sees("published by keyrack")
        await t.press("2", "down")
        await t.sees("from keyrack")


@screen_test
async def test_from_the_second_view_to_the_program_that_is_shown(published: Published) -> None:
    async with terminal(app_with(held_parts())) as t:
        await t.press("2")
        await t.until(lambda: isinstance(t.app.screen, ClientsScreen))
        view = t.app.screen
        assert isinstance(view, ClientsScreen)
        await t.until(lambda: view.programs.option_count)
        await t.press("down", "enter", "p")
        await t.sees("Publish to Claude Code? · linear")
        await t.press("y")
        await t.until(lambda: published.done == [("linear", "Claude Code")])
