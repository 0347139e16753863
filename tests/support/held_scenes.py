"""The scenes with what other programs hold."""

from __future__ import annotations

from typing import Any
from unittest import mock

from keyrack.operations.sharing import connecting as connecting_op
from keyrack.operations.sharing import importing as importing_op
from keyrack.operations.sharing import publishing as publishing_op
from keyrack.operations.sharing.importing import Importing
from keyrack.tui.clients.clients import ClientsScreen
from support.demo_rows import DemoClock
from support.held_rows import connecting_of, publishing_of
from support.screens import Terminal


async def elsewhere(t: Terminal, clock: DemoClock) -> None:
    await t.select("linear")
    await t.sees("Elsewhere")


async def detail(t: Terminal, clock: DemoClock) -> None:
    await t.select("linear")
    await t.press("enter")
    await t.sees("line 3")


async def programs(t: Terminal, clock: DemoClock) -> None:
    await t.press("2")
    await t.until(lambda: isinstance(t.app.screen, ClientsScreen) and t.app.screen.programs.option_count)
    await t.press("down")
    await t.sees("● valid, 41 min")


async def taking_over(t: Terminal, clock: DemoClock) -> None:
    """The question, with a plan that asks no server."""

    def plan_import(adapters: Any, server: Any, held: Any) -> Importing:
        return Importing(server, held, can_move=True)

    with mock.patch.object(importing_op, "plan_import", plan_import):
        await t.select("atlassian")
        await t.press("m")
        await t.sees("Take over (y)")


async def publishing(t: Terminal, clock: DemoClock) -> None:
    """The question, with a plan that asks no server."""
    with mock.patch.object(
        publishing_op, "plan_publish", lambda adapters, server, program: publishing_of(server, program)
    ):
        await t.select("linear")
        await t.press("p", "enter")
        await t.sees("Write (y)")


async def connecting(t: Terminal, clock: DemoClock) -> None:
    """The question, with a plan that runs nothing."""
    with mock.patch.object(
        connecting_op, "plan_connect", lambda adapters, server, program, **_: connecting_of(server, program)
    ):
        await t.select("linear")
        await t.press("n", "enter")
        await t.sees("Write (y)")


async def clearing_there(t: Terminal, clock: DemoClock) -> None:
    await t.select("atlassian")
    await t.press("enter", "D")
    await t.sees("Clear (y)")
