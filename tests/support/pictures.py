"""The scenes in the README's pictures and the snapshot tests: name → app and keys."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from unittest import mock

from textual import events

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Check, CredentialInfo
from keyrack.domain.reading import Reading
from keyrack.domain.service import ServiceAnswer
from keyrack.domain.storage import StoreState
from keyrack.operations.login import login as login_op
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens import set_token as set_token_op
from keyrack.operations.tokens.set_token import TokenSaved
from keyrack.tui.app import KeyrackApp
from keyrack.tui.login.login import LoginScreen
from keyrack.tui.theme import KEYRACK_DARK, KEYRACK_LIGHT
from support import editing_scenes, held_scenes, marked_scenes, state_rows, store_scenes
from support.demo_rows import DAY, NO_PLACES, NOW, DemoClock, demo_parts, lived_parts
from support.fake_login import CODE, FakeLogin
from support.held_rows import connectable_parts, held_parts
from support.screens import Terminal
from support.token_rows import token_parts

Size = tuple[int, int]
SMALL, WIDE, NARROW, ROOMY, LARGE = (80, 24), (120, 30), (60, 20), (130, 40), (200, 60)
FACE = (SMALL, ROOMY, LARGE)
LOOKS = {"dark": KEYRACK_DARK.name, "light": KEYRACK_LIGHT.name}


class Scene(NamedTuple):
    adapters: Callable[[DemoClock], Adapters]
    play: Callable[[Terminal, DemoClock], Awaitable[None]]
    sizes: tuple[Size, ...] = (SMALL, WIDE)


def still() -> None:
    """UTC, so that clock times are the same everywhere."""
    os.environ["TZ"] = "UTC"
    time.tzset()


def _demo(clock: DemoClock) -> Adapters:
    return demo_parts(clock=clock)


def _nothing(clock: DemoClock) -> Adapters:
    store = StoreState("none", ready=False, reason="No keychain answers here.")
    return demo_parts(Reading((), (), NO_PLACES), (), store, clock)


async def _main(t: Terminal, clock: DemoClock) -> None:
    await t.select("linear")
    await t.until(lambda: t.selected == "linear")


async def _log_in(t: Terminal, words: str, **how: bool) -> FakeLogin:
    """Begin a login that is not the real one, and wait for these words."""
    fake = FakeLogin(CredentialInfo("oauth", expires_at=NOW + 3600, store="Secret Service"))
    for name, value in how.items():
        setattr(fake, name, value)
    with mock.patch.object(login_op, "login", fake):
        await t.select("notion")
        await t.press("l")
        await t.sees(words)
    return fake


async def _palette(t: Terminal, clock: DemoClock) -> None:
    await t.press("ctrl+p", *"re")
    # What was found before the second letter goes away when all that matches both has been found.
    await t.until(lambda: "Go to stripe" in t.text() and "Log in with" not in t.text())


async def _login(t: Terminal, clock: DemoClock) -> None:
    await _log_in(t, "Paste callback URL")
    clock.time += 72
    t.main.tick()
    assert isinstance(t.app.screen, LoginScreen)
    await t.sees("1:12 / 5:00")


async def _code(t: Terminal, clock: DemoClock) -> None:
    fake = await _log_in(t, "Code for another device", offers_code=True)
    await t.press("d")
    fake.tell(CODE)
    await t.sees("Expires in 10:00")
    clock.time += 19
    await t.sees("9:41")


async def _trace(t: Terminal, clock: DemoClock) -> None:
    await _log_in(t, "Paste callback URL")
    await t.press("v")
    await t.sees("resource_metadata")


async def _client_needed(t: Terminal, clock: DemoClock) -> None:
    await _log_in(t, "Enter client ID", needs_client=True)


async def _client(t: Terminal, clock: DemoClock) -> None:
    await _client_needed(t, clock)
    await t.press("i")
    await t.type("7f3a9b54e0d24c21")
    await t.press("tab")
    t.widget("#client-secret").post_message(events.Paste("s" * 24))
    await t.sees("●" * 24)


async def _token(t: Terminal, clock: DemoClock) -> None:
    await t.select("github")
    await t.press("t")
    await t.sees("Test it on the server")
    t.widget("#token").post_message(events.Paste("github_pat_" + "0" * 82))
    await t.sees("looks right")


async def _token_of(t: Terminal, name: str, secret: str, words: str) -> None:
    await t.select(name)
    await t.press("t")
    await t.sees("Test it on the server")
    field = t.widget("TokenField SecretInput")
    field.focus()
    field.post_message(events.Paste(secret))
    await t.sees(words)


async def _token_unknown(t: Terminal, clock: DemoClock) -> None:
    await _token_of(t, "internal", "0" * 40, "40 characters")


async def _token_two(t: Terminal, clock: DemoClock) -> None:
    await _token_of(t, "datadog", "0" * 32, "32 characters")


async def _token_three(t: Terminal, clock: DemoClock) -> None:
    await _token_of(t, "jira", "ATATT" + "0" * 187, "192 characters")


async def _token_wrong(t: Terminal, clock: DemoClock) -> None:
    await _token_of(t, "github", "ghr_" + "0" * 36, "This is a refresh token")


async def _saving(t: Terminal, words: str, save: Callable[..., TokenSaved]) -> None:
    """Save what was typed by another than the real operation, and wait for these words."""
    with mock.patch.object(set_token_op, "set_token", save):
        await t.press("ctrl+s")
        await t.sees(words)


async def _token_refused(t: Terminal, clock: DemoClock) -> None:
    def refuse(*_: Any, **__: Any) -> TokenSaved:
        hint = "Check that it is of the right kind and has not expired."
        raise KeyrackError("github refused the token, so it was not stored.", hint=hint)

    await _token(t, clock)
    await _saving(t, "so it was not stored", refuse)


async def _token_saved(t: Terminal, clock: DemoClock) -> None:
    ends = NOW + 90 * DAY
    scopes = ("repo", "read:org")
    facts = CredentialInfo("token", label="octocat", scopes=scopes, expires_at=ends, store="Secret Service")
    told = ServiceAnswer(True, sentence="GitHub accepts it; it belongs to octocat.")

    await _token(t, clock)
    t.widget("#ask").focus()
    await t.press("space")
    await _saving(t, "warns 7 days before", lambda *_, **__: TokenSaved(facts, Check(NOW, "accepted"), told))


async def _clear(t: Terminal, clock: DemoClock) -> None:
    await t.select("notion")
    await t.press("d")
    await t.sees("Clear (y)")


async def _help(t: Terminal, clock: DemoClock) -> None:
    await t.press("question_mark")
    await t.sees("Selected server")


async def _detail(t: Terminal, clock: DemoClock) -> None:
    await t.select("notion")
    await t.press("enter")
    await t.sees("~/.cursor/mcp.json")


async def _history(t: Terminal, clock: DemoClock) -> None:
    await t.select("linear")
    if t.app.size.width == ROOMY[0]:  # where the pane has it beside the list
        await t.sees("logged in")
        return
    await t.press("enter")
    await t.sees("History")
    await t.press("G")
    await t.sees("as they call themselves")


async def _history_whole(t: Terminal, clock: DemoClock) -> None:
    await t.select("linear")
    await t.press("h")
    await t.sees("A sign for each day")


async def _in_use(t: Terminal, clock: DemoClock) -> None:
    await t.press("K")
    await t.sees("which is unlocked.")


async def _empty(t: Terminal, clock: DemoClock) -> None:
    await t.sees("No MCP servers found")


async def _message(t: Terminal, clock: DemoClock) -> None:
    refused = "linear: the issuer refused to refresh: the refresh token has expired. Press l to log in again."
    t.app.say(refused, severity="error")
    t.app.say("local-db is a local process: there is nothing to log in to.", severity="warning")
    await t.sees("Dismiss ·")


SCENES: dict[str, Scene] = {
    "main": Scene(_demo, _main, FACE),
    "states": Scene(state_rows.all_states, state_rows.states, FACE),
    "locked": Scene(state_rows.locked, state_rows.shut, FACE),
    "grouped": Scene(state_rows.all_states, state_rows.grouped, FACE),
    "message": Scene(_demo, _message, (SMALL, NARROW)),
    "login": Scene(_demo, _login),
    "code": Scene(_demo, _code, (SMALL, (60, 24))),
    "palette": Scene(_demo, _palette, (SMALL,)),
    "trace": Scene(_demo, _trace, (SMALL,)),
    "client-needed": Scene(_demo, _client_needed, (SMALL,)),
    "client": Scene(_demo, _client, (SMALL,)),
    "token": Scene(_demo, _token),
    "token-unknown": Scene(_demo, _token_unknown, (SMALL,)),
    "token-two": Scene(token_parts, _token_two, (SMALL,)),
    "token-three": Scene(token_parts, _token_three, (SMALL,)),
    "token-wrong": Scene(_demo, _token_wrong, (SMALL,)),
    "token-refused": Scene(_demo, _token_refused, (SMALL,)),
    "token-saved": Scene(_demo, _token_saved, (SMALL,)),
    "clear": Scene(_demo, _clear),
    "marked": Scene(_demo, marked_scenes.marked, (SMALL,)),
    "filter-words": Scene(_demo, marked_scenes.completing, (SMALL,)),
    "clear-marked": Scene(_demo, marked_scenes.clearing, (SMALL, NARROW)),
    "login-start": Scene(_demo, marked_scenes.starting, (SMALL,)),
    "login-of-several": Scene(_demo, marked_scenes.logging_in, (SMALL,)),
    "summary": Scene(_demo, marked_scenes.summary, (SMALL,)),
    "stale": Scene(_demo, store_scenes.stale, (SMALL,)),
    "accounts": Scene(store_scenes.two_accounts, store_scenes.accounts, (SMALL,)),
    "ways": Scene(store_scenes.no_keychain, store_scenes.ways, (SMALL,)),
    "in-use": Scene(_demo, _in_use, (SMALL,)),
    "vault-new": Scene(store_scenes.no_keychain, store_scenes.new_vault, (SMALL,)),
    "vault-unlock": Scene(store_scenes.locked_vault, store_scenes.unlock_vault, (SMALL,)),
    "add": Scene(editing_scenes.own_parts, editing_scenes.unreachable, (SMALL,)),
    "edit": Scene(editing_scenes.own_parts, editing_scenes.more, (SMALL, NARROW)),
    "remove": Scene(editing_scenes.own_parts, editing_scenes.removing, (SMALL,)),
    "empty": Scene(_nothing, _empty, FACE),
    "help": Scene(_demo, _help),
    "detail": Scene(_demo, _detail, FACE),
    "history": Scene(lived_parts, _history, (SMALL, NARROW, ROOMY)),
    "history-whole": Scene(lived_parts, _history_whole, (SMALL, NARROW, ROOMY)),
    "elsewhere": Scene(held_parts, held_scenes.elsewhere, FACE),
    "elsewhere-detail": Scene(held_parts, held_scenes.detail, (SMALL,)),
    "programs": Scene(held_parts, held_scenes.programs, FACE),
    "take-over": Scene(held_parts, held_scenes.taking_over, (SMALL,)),
    "publish": Scene(held_parts, held_scenes.publishing, (SMALL,)),
    "connect": Scene(connectable_parts, held_scenes.connecting, (SMALL,)),
    "clear-there": Scene(held_parts, held_scenes.clearing_there, (SMALL,)),
}


def scene_app(name: str, look: str = "dark") -> tuple[KeyrackApp, Callable[[Any], Awaitable[None]]]:
    """The application of a scene on a dark or a light terminal, and what plays it with a pilot."""
    scene, clock = SCENES[name], DemoClock()
    adapters = scene.adapters(clock)
    app = KeyrackApp(lambda: adapters)
    app.theme = LOOKS[look]

    async def play(pilot: Any) -> None:
        seen = Terminal(app, pilot)
        await seen.until(lambda: seen.main.store is not None and seen.main.overview.places, "the list")
        await seen.until(lambda: len(seen.table.keys) == len(seen.main.rows), "its rows")
        await scene.play(seen, clock)
        await pilot.pause()

    return app, play
