"""Scenes with several marked servers: marks, the filter's words, and what keys do to all of them."""

from __future__ import annotations

from unittest import mock

from keyrack.domain.errors import Temporary
from keyrack.domain.model import Check, CredentialInfo, Server
from keyrack.operations.login import login as login_op
from keyrack.operations.ports import Adapters
from keyrack.operations.servers import check as check_op
from support.demo_rows import NOW, DemoClock
from support.fake_login import FakeLogin
from support.screens import Terminal

MARKED = ("notion", "linear", "figma", "sentry", "atlassian")


async def marked(t: Terminal, clock: DemoClock) -> None:
    for name in MARKED:
        await t.select(name)
        await t.press("space")
    await t.sees("5 marked")


async def completing(t: Terminal, clock: DemoClock) -> None:
    """A word of the filter, with the rest suggested; a mark is hidden."""
    await t.select("notion")
    await t.press("space", "slash")
    await t.type("client:cursor -state:lo")
    await t.sees("-state:login-needed")
    await t.until(lambda: "notion" not in t.names())


async def clearing(t: Terminal, clock: DemoClock) -> None:
    await marked(t, clock)
    await t.press("d")
    await t.sees("Clear 4 credentials?")


async def starting(t: Terminal, clock: DemoClock) -> None:
    await marked(t, clock)
    await t.press("l")
    await t.sees("sign-in page not known yet")


async def logging_in(t: Terminal, clock: DemoClock) -> None:
    """The first of several, at a page that was not listed."""
    with mock.patch.object(login_op, "login", FakeLogin(CredentialInfo("oauth", expires_at=NOW + 3600))):
        for name in ("linear", "sentry"):
            await t.select(name)
            await t.press("space")
        await t.press("l")
        await t.sees("Log in (y)")
        await t.press("y")
        await t.sees("Press enter to open it.")


async def summary(t: Terminal, clock: DemoClock) -> None:
    def check(adapters: Adapters, server: Server) -> Check:
        if server.name == "sentry":
            raise Temporary("mcp.sentry.dev did not answer within 10 s.", hint="Try again later.")
        refused = server.name == "notion"
        return Check(NOW, "refused" if refused else "accepted", "It said invalid_token." if refused else "")

    with mock.patch.object(check_op, "check", check):
        await marked(t, clock)
        await t.press("c")
        await t.sees("Checked · 3 of 5")
