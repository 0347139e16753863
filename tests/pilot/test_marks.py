"""Marking servers, and the keys that act on all that are marked."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from textual.widgets import Button

from keyrack.domain.errors import LoginNeeded, Temporary
from keyrack.domain.model import Check, CredentialInfo, Server
from keyrack.operations.clearing import clear as clear_op
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.servers import check as check_op
from keyrack.operations.tokens import refresh as refresh_op
from keyrack.tui.clear.clear import ClearScreen
from keyrack.tui.kit.help import HelpScreen
from keyrack.tui.kit.receipt import ReceiptScreen
from keyrack.tui.many.clear_marked import ClearMarkedScreen
from keyrack.tui.storage.passphrase import UnlockScreen
from support.demo_rows import NOW, demo_parts, demo_reading
from support.screens import Terminal, app_with, screen_test, terminal
from support.vault_screens import SERVER, NewParts, type_passphrase

FRESH = CredentialInfo("oauth", issuer="https://github.com", expires_at=NOW + 3600, refreshable=True)
DONE = Receipt((Line("Delete", "done"), Line("Verified gone", "done")))


async def mark(t: Terminal, *names: str) -> None:
    for name in names:
        await t.select(name)
        await t.press("space")


def marked(t: Terminal) -> set[str]:
    return {t.main.rows[key].server.name for key in t.main.marks.marked}


def targets(t: Terminal) -> set[str]:
    return {row.server.name for row in t.main.targets()}


class Work:
    """An operation that notes for which servers it was asked, and waits for `open`."""

    def __init__(self, results: dict[str, Any], *, is_open: bool = True) -> None:
        self.results, self.asked, self.options = results, list[str](), dict[str, dict[str, Any]]()
        self._open = threading.Event()
        if is_open:
            self._open.set()

    def open(self) -> None:
        self._open.set()

    def __call__(self, adapters: Adapters, server: Server, **options: Any) -> Any:
        self.asked.append(server.name)
        self.options[server.name] = options
        assert self._open.wait(30)
        result = self.results[server.name]
        if isinstance(result, Exception):
            raise result
        return result


async def summary(t: Terminal) -> str:
    await t.until(lambda: isinstance(t.app.screen, ReceiptScreen), "the summary")
    return t.words(".box")


@screen_test
async def test_space_marks_and_unmarks_the_selected_server() -> None:
    async with terminal(app_with()) as t:
        await mark(t, "linear", "sentry")
        assert marked(t) == targets(t) == {"linear", "sentry"}
        await t.sees("2 marked")
        assert sum("▌" in line for line in t.text().splitlines()) == 2
        await t.press("space")
        assert marked(t) == {"linear"}
        await t.press("escape")
        assert not marked(t) and "marked" not in t.text() and "▌" not in t.text()
        assert targets(t) == {"sentry"}  # the selected one


@screen_test
async def test_an_asterisk_marks_what_the_filter_shows_and_unmarks_it_again() -> None:
    async with terminal(app_with()) as t:
        await t.press("slash")
        await t.type("client:cursor")
        await t.press("enter")
        await t.until(lambda: len(t.names()) == 5)
        await t.press("asterisk")
        assert marked(t) == set(t.names())
        await t.press("space", "asterisk")  # some are unmarked: all are marked again
        assert marked(t) == set(t.names())
        await t.press("asterisk")
        assert not marked(t)


@screen_test
async def test_esc_unmarks_before_it_clears_the_filter() -> None:
    async with terminal(app_with()) as t:
        await t.press("slash")
        await t.type("linear")
        await t.press("enter", "space")
        await t.press("escape")
        assert not marked(t) and t.names() == ["linear"]
        await t.press("escape")
        await t.until(lambda: len(t.names()) == 14)


@screen_test
async def test_marked_servers_that_the_filter_hides_are_told_and_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    work = Work({name: Check(NOW, "accepted") for name in ("linear", "sentry", "github")})
    monkeypatch.setattr(check_op, "check", work)
    async with terminal(app_with()) as t:
        await mark(t, "linear", "sentry", "github")
        await t.press("slash")
        await t.type("state:valid,expiring")
        await t.press("enter")
        await t.sees("3 marked  esc Unmark  2 shown: keys act on them")
        assert targets(t) == {"linear", "sentry"}
        await t.press("c")
        await summary(t)
        assert set(work.asked) == {"linear", "sentry"}
        await t.press("escape", "slash")
        await t.type(" staging")
        await t.press("enter")
        await t.sees("No server matches")
        await t.press("slash", "ctrl+u")
        await t.type("staging")
        await t.press("enter")
        await t.sees("3 marked  esc Unmark  all hidden: keys act on the selected server")
        assert targets(t) == {"staging"}


@screen_test
async def test_the_mark_of_a_server_that_vanishes_is_dropped() -> None:
    reading = demo_reading()
    adapters = demo_parts(reading)
    fewer = reading._replace(servers=tuple(s for s in reading.servers if s.name != "context7"))
    now = [reading]
    async with terminal(app_with(adapters._replace(read=lambda: now[0]))) as t:
        await mark(t, "context7", "atlassian")
        now[0] = fewer
        t.main.look()
        await t.until(lambda: "context7" not in t.names())
        assert marked(t) == {"atlassian"} and "1 marked" in t.text()


@screen_test
async def test_one_marked_server_is_acted_on_wherever_the_cursor_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async with terminal(app_with()) as t:
        await mark(t, "linear")
        await t.select("notion")
        await t.press("d")
        await t.until(lambda: isinstance(t.app.screen, ClearScreen))
        await t.sees("Clear credential for linear?")
        await t.press("escape")
        assert marked(t) == {"linear"}


@screen_test
async def test_other_keys_are_for_the_selected_server() -> None:
    async with terminal(app_with()) as t:
        await mark(t, "linear", "sentry")
        await t.select("github")
        await t.press("t")
        await t.sees("Token · github")


@screen_test
async def test_the_summary_begins_with_what_failed_and_what_needs_a_person(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    results = {
        "linear": Check(NOW, "accepted"),
        "notion": Check(NOW, "required"),
        "sentry": Temporary("The proxy refused."),
        "atlassian": Check(NOW, "required"),
    }
    monkeypatch.setattr(check_op, "check", Work(results))
    async with terminal(app_with()) as t:
        await mark(t, *results)
        await t.press("c")
        text = await summary(t)
        wanted = [
            "✕ sentry failed The proxy refused.",
            "! notion it needs a credential. Press l to log in.",
            "! atlassian it needs a credential. Press l to log in.",
            "✓ linear it accepts the token.",
        ]
        places = [text.find(line) for line in wanted]
        assert -1 not in places and places == sorted(places), text


@screen_test
async def test_check_over_the_marked_tells_each_answer_and_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work(
        {
            "linear": Check(NOW, "accepted"),
            "sentry": Check(NOW, "unreachable", "It did not answer within 10 s."),
            "atlassian": Temporary("The proxy refused."),
        },
        is_open=False,
    )
    monkeypatch.setattr(check_op, "check", work)
    async with terminal(app_with()) as t:
        await mark(t, "linear", "sentry", "atlassian", "local-db")
        await t.press("c")
        await t.sees("checking 0 of 3")
        work.open()
        text = await summary(t)
        assert "Checked · 1 of 4" in text
        assert "✓ linear it accepts the token." in text
        assert "✕ sentry failed it can't be reached (It did not answer within 10 s)." in text
        assert "✕ atlassian failed The proxy refused." in text
        assert "– local-db nothing to do it is a local process" in text
        assert t.said() == []
        await t.press("enter")
        assert t.app.screen is t.main and len(marked(t)) == 4  # for the next key


@screen_test
async def test_refresh_over_the_marked_names_the_next_key_of_what_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    adapters = demo_parts()
    refused = FRESH._replace(refused_at=NOW, refusal="It was revoked.", expires_at=NOW - 1)

    def refresh(parts: Adapters, server: Server, **options: Any) -> CredentialInfo:
        assert not options
        if server.name == "sentry":
            adapters.credentials().put(server.url, refused)  # type: ignore[attr-defined]
            raise LoginNeeded("It was revoked.")
        return FRESH

    monkeypatch.setattr(refresh_op, "refresh", refresh)
    async with terminal(app_with(adapters)) as t:
        await mark(t, "linear", "sentry", "figma", "atlassian")
        await t.press("r")
        text = await summary(t)
        assert "Refreshed · 1 of 4" in text
        assert "✕ sentry failed It was revoked. Press l to log in." in text
        assert "✓ linear the new token works until" in text
        assert "figma nothing to do a token that was entered by hand" in text
        assert "atlassian nothing to do nothing is stored yet. Press l to log in" in text


@screen_test
async def test_esc_stops_and_the_summary_says_what_was_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work({row.name: Check(NOW, "accepted") for row in demo_reading().servers}, is_open=False)
    monkeypatch.setattr(check_op, "check", work)
    async with terminal(app_with()) as t:
        await t.press("asterisk", "c")
        await t.until(lambda: len(work.asked) == 4)
        await t.press("escape")
        assert marked(t)  # it stopped the task, and nothing else
        work.open()
        text = await summary(t)
        assert "Stopped. Not started: " in text and len(work.asked) == 4


@screen_test
async def test_a_summary_waits_until_the_list_is_on_top(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work({"linear": Check(NOW, "accepted"), "sentry": Check(NOW, "accepted")}, is_open=False)
    monkeypatch.setattr(check_op, "check", work)
    async with terminal(app_with()) as t:
        await mark(t, "linear", "sentry")
        await t.press("c", "question_mark")
        work.open()
        await t.until(lambda: not t.main.marks.busy)
        assert isinstance(t.app.screen, HelpScreen)
        await t.press("escape")
        assert "Checked · 2 of 2" in await summary(t)


@screen_test
async def test_clear_over_the_marked_lists_what_it_does_and_asks_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    work = Work({"linear": DONE, "figma": DONE})
    monkeypatch.setattr(clear_op, "clear", work)
    async with terminal(app_with()) as t:
        await mark(t, "linear", "figma", "atlassian")
        await t.press("d")
        await t.until(lambda: isinstance(t.app.screen, ClearMarkedScreen))
        text = t.words(".box")
        assert "Clear 2 credentials?" in text
        assert "linear" in text and "revoke at auth.linear.app, then delete here" in text
        assert "figma" in text and "delete here; the token works until" in text
        assert "atlassian nothing is stored in keyrack" in text
        assert t.app.focused is t.widget("#no") and t.widget("#yes").has_class("danger")
        await t.press("enter")
        assert t.app.screen is t.main and work.asked == []
        await t.press("d")
        await t.until(lambda: isinstance(t.app.screen, ClearMarkedScreen))
        await t.press("y")
        text = await summary(t)
        assert "Cleared · 2 of 2" in text and text.count("Verified gone") == 2
        assert work.options["linear"]["revoke"] and not work.options["figma"]["revoke"]
        assert work.options["linear"]["only"].issuer == "https://auth.linear.app"


@screen_test
async def test_clear_over_the_marked_can_delete_here_only(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work({"linear": DONE, "sentry": DONE})
    monkeypatch.setattr(clear_op, "clear", work)
    async with terminal(app_with()) as t:
        await mark(t, "linear", "sentry")
        await t.press("d")
        await t.until(lambda: isinstance(t.app.screen, ClearMarkedScreen))
        await t.press("down")
        await t.sees("delete here; the token works until")
        assert "revoke at" not in t.text()
        yes = t.widget("#yes")
        assert isinstance(yes, Button) and str(yes.label) == "Clear 2 (y)"
        await t.press("y")
        await summary(t)
        assert not work.options["linear"]["revoke"] and not work.options["linear"]["forget"]


@screen_test
async def test_a_locked_vault_is_opened_before_the_marked_are_refreshed(
    locked: NewParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work({SERVER.name: FRESH})
    monkeypatch.setattr(refresh_op, "refresh", work)
    adapters = locked()
    other = SERVER._replace(name="other", url="https://other.example/mcp")
    reading = adapters.read()._replace(servers=(SERVER, other))
    async with terminal(app_with(adapters._replace(read=lambda: reading))) as t:
        await t.press("asterisk", "r")
        await t.until(lambda: isinstance(t.app.screen, UnlockScreen))
        assert work.asked == []
        await type_passphrase(t)
        await t.press("enter")
        assert "Refreshed · 1 of 2" in await summary(t)
        assert work.asked == [SERVER.name]
