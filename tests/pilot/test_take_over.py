"""Taking over a login of another program: the question, the work and the receipt."""

from __future__ import annotations

from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError, LoginNeeded
from keyrack.domain.held import HeldToken
from keyrack.domain.model import CredentialInfo
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.sharing import importing as importing_op
from keyrack.operations.sharing.importing import Imported, Importing
from keyrack.tui.kit.receipt import ReceiptScreen
from keyrack.tui.sharing.take_over import TakeOverScreen
from keyrack.tui.sharing.which import WhichScreen
from support.demo_rows import NOW
from support.held_rows import HELD, Connectable, Programs, held_parts
from support.screens import Terminal, app_with, screen_test, terminal

ATLASSIAN = HELD[2]


class Imports:
    """In place of the real operation."""

    def __init__(self) -> None:
        self.done: list[tuple[HeldToken, str]] = []
        self.plan: dict[str, Any] = {}
        self.error: KeyrackError | None = None

    def plan_import(self, adapters: Any, server: Any, held: HeldToken) -> Importing:
        if self.error is not None:
            raise self.error
        facts: dict[str, Any] = {"can_move": True} | self.plan
        return Importing(server, held, **facts)

    def import_login(self, adapters: Any, importing: Importing, how: str) -> Imported:
        self.done.append((importing.held, how))
        lines = [Line("Store the token", "done", "Secret Service")]
        if how == "move":
            lines.append(Line("Delete in Claude Code", "done", "keyrack undo reverses this"))
        return Imported(Receipt(tuple(lines)), CredentialInfo("oauth", expires_at=NOW + 3600), None)


@pytest.fixture
def imports(monkeypatch: pytest.MonkeyPatch) -> Imports:
    fake = Imports()
    monkeypatch.setattr(importing_op, "plan_import", fake.plan_import)
    monkeypatch.setattr(importing_op, "import_login", fake.import_login)
    return fake


async def ask(t: Terminal, server: str = "atlassian") -> None:
    await t.select(server)
    await t.press("m")
    await t.sees("Take over (y)")
    assert isinstance(t.app.screen, TakeOverScreen)


@screen_test
async def test_moving_shows_what_happens_in_the_program_and_cancel_has_the_focus(imports: Imports) -> None:
    async with terminal(app_with(held_parts())) as t:
        await ask(t)
        assert t.app.focused is not None and t.app.focused.id == "no" and TakeOverScreen.GUARDED
        text = t.text()
        assert "Claude Code holds a login: ● valid, ≈ 41 min" in text
        assert "(•) Move the login; Claude Code will be logged out" in text
        assert '- "https://mcp.atlassian.com/v1/sse": {' in text and "of-another" not in text
        await t.press("enter")
        await t.misses("Take over (y)")
        assert imports.done == []


@screen_test
async def test_a_move_ends_with_a_receipt_and_tells_how_to_connect_the_program(imports: Imports) -> None:
    async with terminal(app_with(held_parts()._replace(entries=Connectable)), (80, 30)) as t:
        await ask(t)
        await t.press("y")
        await t.until(lambda: isinstance(t.app.screen, ReceiptScreen))
        assert imports.done == [(ATLASSIAN, "move")]
        await t.sees("✓  Delete in Claude Code")
        await t.sees("Press n in the list")


@screen_test
async def test_a_copy_takes_the_access_token_only(imports: Imports) -> None:
    async with terminal(app_with(held_parts())) as t:
        await ask(t)
        await t.press("down")
        await t.sees("(•) Copy the access token")
        await t.press("y")
        await t.sees("✓  Store the token")
        assert imports.done == [(ATLASSIAN, "copy")]
        assert "Delete in" not in t.text()


@screen_test
async def test_the_buttons_stay_in_sight_where_a_long_row_replaces_a_credential(imports: Imports) -> None:
    imports.plan = {"can_move": True, "replaces": CredentialInfo("oauth")}
    programs = Programs()
    lines = ("+++ a", "@@ mcpOAuth", *(f'-   "field {n}": "●●●●●●●●"' for n in range(40)))
    programs.plan = lambda change, urls: change._replace(diff=lines)  # type: ignore[method-assign]
    async with terminal(app_with(held_parts(programs=programs)), (80, 24)) as t:
        await ask(t)
        await t.sees("! This replaces keyrack's own credential")
        assert "Take over (y)" in t.shown(".box") and "field 0" in t.shown(".box")


@screen_test
async def test_where_a_move_is_not_possible_only_the_copy_is_offered_with_the_reason(
    imports: Imports,
) -> None:
    why = "Claude Code does not store which client its refresh token is for."
    imports.plan = {"can_move": False, "why_not": why, "replaces": CredentialInfo("oauth")}
    async with terminal(app_with(held_parts())) as t:
        await ask(t)
        text = " ".join(t.shown(".box").split())
        assert "Only the access token can be taken." in text and "Move the login" not in text
        await t.sees("! This replaces keyrack's own credential")
        await t.press("y")
        await t.until(lambda: imports.done == [(ATLASSIAN, "copy")])


@screen_test
async def test_where_a_copy_is_of_no_use_only_the_move_is_offered_with_the_reason(imports: Imports) -> None:
    imports.plan = {"can_move": True, "why_not_copy": "The access token has expired."}
    async with terminal(app_with(held_parts())) as t:
        await ask(t)
        text = " ".join(t.shown(".box").split())
        assert "Move the login; Claude Code will be logged out." in text
        assert "The access token has expired." in text and "Copy the access token" not in text
        await t.press("y")
        await t.until(lambda: imports.done == [(ATLASSIAN, "move")])


@screen_test
async def test_where_nothing_can_be_taken_the_reason_is_shown(imports: Imports) -> None:
    imports.error = LoginNeeded("The token has expired.", hint="Run: keyrack login atlassian")
    async with terminal(app_with(held_parts())) as t:
        await t.select("atlassian")
        await t.press("m")
        await t.until(lambda: t.said() == ["The token has expired. Press l, or run: keyrack login atlassian"])
        await t.until(lambda: t.app.screen is t.main)


@screen_test
async def test_of_several_programs_one_is_chosen_first(imports: Imports) -> None:
    async with terminal(app_with(held_parts())) as t:
        await t.select("linear")
        await t.press("m")
        await t.until(lambda: isinstance(t.app.screen, WhichScreen))
        await t.sees("Codex  ✕ expired, 2 h ago")
        await t.press("down", "enter")
        await t.sees("Codex holds a login: ✕ expired, 2 h ago")


@screen_test
async def test_where_no_program_holds_a_login_a_message_says_so(imports: Imports) -> None:
    async with terminal(app_with(held_parts())) as t:
        await t.select("sentry")
        await t.press("m")
        await t.until(
            lambda: t.said() == ["sentry: no other program holds a login for it. Press l to log in."]
        )


@screen_test
async def test_the_detail_says_m_as_the_next_step(imports: Imports) -> None:
    async with terminal(app_with(held_parts())) as t:
        await t.select("atlassian")
        await t.press("enter")
        await t.sees("press m or run keyrack import atlassian --from claude-code")
        await t.sees("m Take over")
        await t.press("m")
        await t.sees("Take over (y)")


@screen_test
async def test_a_failure_stands_with_the_row(imports: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Imported:
        raise KeyrackError("atlassian refuses the token, so it was not taken over.")

    monkeypatch.setattr(importing_op, "import_login", refuse)
    async with terminal(app_with(held_parts())) as t:
        await ask(t)
        await t.press("y")
        await t.until(lambda: t.said() == ["atlassian refuses the token, so it was not taken over."])
        await t.sees("held by Claude Code !")
