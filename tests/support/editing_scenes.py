"""The scenes about servers of keyrack's own file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.widgets import Input

from keyrack.domain.reading import Reading
from keyrack.oauth.http import Failed
from keyrack.operations.ports import Adapters
from keyrack.operations.ports.own import NoOwnServers
from support.canned import World
from support.demo_rows import OWN, DemoClock, demo_parts, demo_reading
from support.screens import Terminal

WIKI = "https://wiki.example.com/mcp"


class OwnFile(NoOwnServers):
    """It has the server linear."""

    def table(self, name: str) -> Mapping[str, Any] | None:
        return {"url": "https://mcp.linear.app/mcp"} if name == "linear" else None


def own_parts(clock: DemoClock) -> Adapters:
    """The demo's servers, where linear is in keyrack's own file too, and no other server answers."""
    reading = demo_reading()
    servers = tuple(
        server._replace(sources=(OWN._replace(name="linear"),)) if server.name == "linear" else server
        for server in reading.servers
    )
    world = World(**{f"POST {WIKI}": Failed("no host is called wiki.example.com.")})
    found: Reading = reading._replace(servers=servers)
    return demo_parts(found, clock=clock)._replace(own_servers=OwnFile, http_client=lambda: world)


async def unreachable(t: Terminal, clock: DemoClock) -> None:
    """A new server that can't be reached."""
    await t.press("a")
    await t.sees("Add a server")
    for key, text in (("name", "wiki"), ("url", WIKI), ("scopes", "read")):
        t.app.screen.query_one(f"#{key}", Input).value = text
    t.app.screen.query_one("#headers").query(Input).first().value = "X-Team: ${TEAM}"
    await t.press("ctrl+s")
    await t.sees("It can't be reached")


async def more(t: Terminal, clock: DemoClock) -> None:
    """All settings of a server."""
    await t.select("linear")
    await t.press("e")
    await t.sees("Edit · linear")
    await t.press("ctrl+o")
    await t.sees("Callback path")


async def removing(t: Terminal, clock: DemoClock) -> None:
    await t.select("linear")
    await t.press("X")
    await t.sees("stays stored")
