"""Connecting a program: the choice, the diff, the question and the work."""

from __future__ import annotations

from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.sharing import connecting as connecting_op
from keyrack.operations.sharing import disconnecting as disconnecting_op
from keyrack.operations.sharing.connecting import Connected, Connecting
from keyrack.operations.sharing.disconnecting import Disconnecting
from keyrack.tui.clients.clients import ClientsScreen
from keyrack.tui.sharing.connect import ConnectScreen, DisconnectScreen
from keyrack.tui.sharing.connect_all import ConnectAllScreen
from keyrack.tui.sharing.which import WhichScreen
from support.held_rows import Connectable, connecting_of, held_parts
from support.screens import Terminal, app_with, screen_test, terminal


class Done:
    """In place of the real operations."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []
        self.undone: list[tuple[str, str]] = []
        self.error: KeyrackError | None = None

    def plan_connect(self, adapters: Any, server: Any, program: str, *, path: str = "") -> Connecting:
        if self.error is not None:
            raise self.error
        return connecting_of(server, program)

    def connect(self, adapters: Any, connecting: Connecting) -> Connected:
        self.done.append((connecting.server.name, connecting.program))
        return Connected(Receipt((Line("Connect", "done"),)))

    def plan_disconnect(self, adapters: Any, server: Any, program: str) -> Disconnecting:
        plan = connecting_of(server, program).plan
        assert plan is not None
        return Disconnecting(server, program, plan.connection, None, plan.diff)

    def disconnect(self, adapters: Any, disconnecting: Disconnecting) -> Receipt:
        self.undone.append((disconnecting.server.name, disconnecting.program))
        return Receipt((Line("Restore", "done"),))


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Done:
    fake = Done()
    for module, names in (
        (connecting_op, ("plan_connect", "connect")),
        (disconnecting_op, ("plan_disconnect", "disconnect")),
    ):
        for name in names:
            monkeypatch.setattr(module, name, getattr(fake, name))
    return fake


def parts() -> Adapters:
    return held_parts()._replace(entries=Connectable)


def connected() -> Adapters:
    """Claude Code's entry for linear runs keyrack."""
    adapters = parts()
    reading = adapters.read()
    servers = tuple(
        server._replace(
            sources=tuple(
                source._replace(connected="helper") if source.client == "Claude Code" else source
                for source in server.sources
            )
        )
        if server.name == "linear"
        else server
        for server in reading.servers
    )
    return adapters._replace(read=lambda: reading._replace(servers=servers))


async def ask(t: Terminal) -> None:
    await t.select("linear")
    await t.press("n")
    await t.until(lambda: isinstance(t.app.screen, WhichScreen))
    await t.sees("Claude Code")
    await t.press("enter")


@screen_test
async def test_the_diff_is_shown_and_cancel_has_the_focus(done: Done) -> None:
    async with terminal(app_with(parts()), (100, 30)) as t:
        await ask(t)
        await t.sees("Write (y)")
        assert t.app.focused is not None and t.app.focused.id == "no" and ConnectScreen.GUARDED
        assert '"headersHelper": "keyrack header linear --format json"' in t.text()
        assert t.app.screen.query("Button").last().id == "yes"
        await t.press("enter")
        await t.misses("Write (y)")
        assert done.done == []


@screen_test
async def test_y_writes_it(done: Done) -> None:
    async with terminal(app_with(parts())) as t:
        await ask(t)
        await t.sees("Write (y)")
        await t.press("y")
        await t.until(lambda: done.done == [("linear", "Claude Code")])
        await t.until(
            lambda: (
                t.said()
                == ["linear: connected in Claude Code by helper. Restart Claude Code if it is running."]
            )
        )


@screen_test
async def test_a_refusal_is_told_and_nothing_is_asked(done: Done) -> None:
    done.error = KeyrackError("Claude Code could not get a token from keyrack: The vault is locked.")
    async with terminal(app_with(parts())) as t:
        await ask(t)
        await t.until(lambda: any("The vault is locked" in each for each in t.said()))
        await t.until(lambda: not isinstance(t.app.screen, ConnectScreen))
        assert done.done == []


@screen_test
async def test_one_that_is_connected_can_be_given_back_in_the_second_view(done: Done) -> None:
    async with terminal(app_with(connected()), (100, 30)) as t:
        await t.press("2")
        await t.until(lambda: isinstance(t.app.screen, ClientsScreen))
        await t.sees("connected by helper")
        view = t.app.screen
        assert isinstance(view, ClientsScreen)
        await t.press("down", "enter")
        for _ in range(10):
            if view.entry is not None and view.entry.name == "linear":
                break
            await t.press("down")
        await t.press("n")
        await t.until(lambda: isinstance(t.app.screen, DisconnectScreen))
        await t.sees("Write (y)")
        await t.press("y")
        await t.until(lambda: done.undone == [("linear", "Claude Code")])


@screen_test
async def test_of_all_entries_those_that_are_ticked_are_shown_one_after_the_other(done: Done) -> None:
    async with terminal(app_with(parts()), (100, 40)) as t:
        await t.press("N")
        await t.until(lambda: isinstance(t.app.screen, ConnectAllScreen))
        await t.press("a", "y")
        await t.until(lambda: isinstance(t.app.screen, ConnectScreen))
        await t.sees("Write (y)")
        first = t.app.screen
        await t.press("escape")
        await t.until(lambda: t.app.screen is not first)
        assert done.done == []
