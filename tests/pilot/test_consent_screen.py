"""The question before a hand-out, in the screen."""

from __future__ import annotations

import time
from typing import Any

import pytest

from keyrack.domain.consent import HandOutRequest
from keyrack.operations.ports import NoConsent
from keyrack.tui.servers import consent
from keyrack.tui.servers.consent import ConsentScreen
from support.demo_rows import demo_parts
from support.screens import Terminal, app_with, screen_test, terminal


class Waiting(NoConsent):
    def __init__(self, *requests: HandOutRequest) -> None:
        self.requests = list(requests)
        self.answers: list[tuple[str, bool]] = []

    def waiting(self) -> tuple[HandOutRequest, ...]:
        return tuple(self.requests)

    def answer(self, request: HandOutRequest, allowed: bool) -> None:
        self.answers.append((request.server, allowed))
        self.requests.remove(request)


def wanted(server: str, seconds: float = 600.0) -> HandOutRequest:
    return HandOutRequest(server, "header", "claude\x1b[2J", time.time() + seconds, f"id-{server}")


def app(waiting: Waiting) -> Any:
    return app_with(demo_parts()._replace(consent=lambda: waiting, now=time.time))


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent, "LOOK", 0.02)


async def asks(t: Terminal, server: str) -> None:
    await t.sees(f"Hand out a token? · {server}")
    assert isinstance(t.app.screen, ConsentScreen)


@screen_test
async def test_it_says_who_wants_what_and_refusing_is_the_default() -> None:
    waiting = Waiting(wanted("linear"))
    async with terminal(app(waiting)) as t:
        await asks(t, "linear")
        assert "“claude[2J” (its own name for itself)" in t.text() and "\x1b" not in t.text()
        await t.press("enter")
        await t.until(lambda: waiting.answers == [("linear", False)])
        assert t.app.screen is t.main


@screen_test
async def test_questions_come_one_after_the_other_each_with_its_own_answer() -> None:
    waiting = Waiting(wanted("linear"), wanted("wiki"), wanted("github"))
    async with terminal(app(waiting)) as t:
        await asks(t, "linear")
        await t.press("y")
        await asks(t, "wiki")
        await t.press("escape")
        await asks(t, "github")
        await t.press("n")
        await t.until(lambda: waiting.answers == [("linear", True), ("wiki", False), ("github", False)])


@screen_test
async def test_a_question_that_nobody_waits_for_closes_without_an_answer() -> None:
    waiting, now = Waiting(wanted("linear")), [time.time()]
    parts = demo_parts()._replace(consent=lambda: waiting, now=lambda: now[0])
    async with terminal(app_with(parts)) as t:
        await asks(t, "linear")
        now[0] += 1000
        await t.until(lambda: t.app.screen is t.main)
        assert waiting.answers == [] and "Nobody answered in time." in " ".join(t.said())
