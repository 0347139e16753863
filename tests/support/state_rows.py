"""Scenes of the list: with a row in each state, and what else a row can show."""

from __future__ import annotations

from keyrack.domain.reading import Reading
from keyrack.domain.storage import StoreState
from keyrack.operations.ports import Adapters
from support.demo_rows import (
    CURSOR,
    NOW,
    PLACES,
    PROBLEMS,
    DemoClock,
    demo_parts,
    demo_reading,
    server_named,
)
from support.screens import Terminal

LOCKED = StoreState("Secret Service", ready=False, locked=True, reason="It is locked.")


def all_states(clock: DemoClock) -> Adapters:
    """The demo's rows, a broken entry, a server that is switched off, and a long name."""
    return demo_parts(_reading(), clock=clock)


def locked(clock: DemoClock) -> Adapters:
    return demo_parts(_reading(), store=LOCKED, clock=clock)


def _reading() -> Reading:
    more = (
        server_named("draft", None, CURSOR, problem="The entry has neither a url nor a command."),
        server_named("legacy", "https://legacy.example.com/mcp", CURSOR._replace(disabled=True)),
        server_named("enterprise-knowledge-base-of-the-whole-company", "https://kb.example.com/mcp", CURSOR),
    )
    return Reading((*demo_reading().servers, *more), PROBLEMS, PLACES)


async def states(t: Terminal, clock: DemoClock) -> None:
    """Also a row at work, one that has failed, and marked ones."""
    rows = {row.server.name: row for row in t.main.rows.values()}
    t.main.marks.begin(rows["cloudflare"].key, "checking")
    why = "oauth.example did not answer within 10 s."
    t.main.marks.fail(rows["internal"], "checking", NOW - 180, why)
    t.main.marks.marked.update(rows[name].key for name in ("linear", "github"))
    t.main.refresh_rows()
    await t.select("linear")


async def grouped(t: Terminal, clock: DemoClock) -> None:
    await t.select("linear")
    await t.press("z", "z")
    await t.until(lambda: t.selected == "linear")


async def shut(t: Terminal, clock: DemoClock) -> None:
    await t.select("linear")
    await t.sees("unlock")
