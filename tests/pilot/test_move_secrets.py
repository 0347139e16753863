"""Moving secrets to the keychain: the diff, the question and the receipt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keyrack.domain.model import CredentialInfo, EntrySecret, Record, Server, Source
from keyrack.domain.reading import Reading
from keyrack.domain.secret import Secret
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.servers import adopt as token_op
from keyrack.operations.servers import adopt_secrets as secrets_op
from keyrack.operations.servers.adopt import Adopted, Plan
from keyrack.operations.servers.adopt_secrets import SecretsPlan
from keyrack.sources.reader import read_all
from keyrack.sources.rewriting import rewrite
from keyrack.tui.sharing.adopt import AdoptScreen
from support.demo_rows import demo_parts
from support.screens import app_with, screen_test, terminal


@pytest.fixture
def adapters(tmp_path: Path) -> Adapters:
    """With a local server whose entry has a secret."""
    path = tmp_path / "mcp.json"
    path.write_text('{"mcpServers": {"local": {"command": "srv", "env": {"A_TOKEN": "abc0123456"}}}}')
    source = Source("Cursor", str(path), "local")
    secret = EntrySecret("A_TOKEN", Secret("abc0123456"), source, variable="A_TOKEN")
    server = Server("local", transport="stdio", sources=(source,), command="srv", entry_secrets=(secret,))
    parts = demo_parts()
    return parts._replace(read=lambda: Reading((server,), (), ()), rewriting=lambda: rewrite)


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> list[SecretsPlan]:
    """The plans that were carried out."""
    plans: list[SecretsPlan] = []

    def adopt(adapters: Adapters, plan: SecretsPlan) -> Receipt:
        plans.append(plan)
        return Receipt((Line("Store A_TOKEN", "done", "Secret Service"),))

    monkeypatch.setattr(secrets_op, "adopt_secrets", adopt)
    return plans


@screen_test
async def test_the_diff_is_shown_without_secrets_and_cancel_has_the_focus(
    adapters: Adapters, moved: list[SecretsPlan]
) -> None:
    async with terminal(app_with(adapters)) as t:
        await t.select("local")
        await t.press("S")
        await t.sees("Move (y)")
        assert t.app.focused is not None and t.app.focused.id == "no" and AdoptScreen.GUARDED
        assert "--secrets" in t.text() and "abc0123456" not in t.text()
        await t.press("enter")
        await t.misses("Move (y)")
        assert moved == []


@screen_test
async def test_y_moves_them(adapters: Adapters, moved: list[SecretsPlan]) -> None:
    async with terminal(app_with(adapters)) as t:
        await t.select("local")
        await t.press("S")
        await t.sees("Move (y)")
        await t.press("y")
        await t.sees("Store A_TOKEN")
        assert [each.name for plan in moved for each in plan.sets] == ["local"]


@screen_test
async def test_a_server_without_secrets_in_its_file_has_nothing_to_move(moved: list[SecretsPlan]) -> None:
    async with terminal(app_with(demo_parts())) as t:
        await t.select("linear")
        await t.press("S")
        await t.until(lambda: ["No file contains a token" in said for said in t.said()] == [True])
        await t.until(lambda: t.app.screen is t.main)


@screen_test
async def test_the_details_name_the_secrets_and_d_clears_them(adapters: Adapters) -> None:
    server = adapters.read().servers[0]._replace(secrets="local", entry_secrets=())
    assert server.key is not None
    facts = CredentialInfo("secrets", store="Secret Service", secrets=("A_TOKEN", "B_KEY"))
    credentials = adapters.credentials()
    records = {server.key: Record(server.key.url, credential=facts)}
    credentials.records = lambda: records  # type: ignore[method-assign]
    adapters = adapters._replace(read=lambda: Reading((server,), (), ()), credentials=lambda: credentials)
    async with terminal(app_with(adapters)) as t:
        await t.select("local")
        await t.press("enter")
        await t.sees("A_TOKEN ●●●●●●●●")
        await t.sees("B_KEY")
        await t.press("t")
        await t.until(lambda: [said.partition(": ")[2] for said in t.said()] == [
            "to change one of its secrets, run: keyrack set local"
        ])  # fmt: skip
        await t.press("d")
        await t.sees("Its secrets are only deleted here.")


HEADER = {"Authorization": "Bearer abc0123456"}


@screen_test
async def test_a_token_in_a_header_moves_too_and_the_variables_line_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / ".cursor" / "mcp.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"mcpServers": {"mine": {"url": "https://m.example/mcp", "headers": HEADER}}}))
    reading = read_all({"HOME": str(tmp_path)}, "linux", str(tmp_path / "elsewhere"))
    adapters = demo_parts()._replace(read=lambda: reading, rewriting=lambda: rewrite)
    plans: list[Plan] = []

    def adopt(adapters: Adapters, plan: Plan) -> Adopted:
        plans.append(plan)
        return Adopted(Receipt((Line("Store the token", "done", "Secret Service"),)), (str(path),), None)

    monkeypatch.setattr(token_op, "adopt", adopt)
    app, copied = app_with(adapters), list[str]()
    monkeypatch.setattr(app, "copy", copied.append)
    async with terminal(app) as t:
        await t.select("mine")
        await t.press("S")
        await t.sees("Move (y)")
        assert t.app.focused is not None and t.app.focused.id == "no"
        assert "KEYRACK_MINE_TOKEN" in t.text() and "abc0123456" not in t.text()
        await t.press("y")
        await t.sees("Store the token")
        await t.sees("export KEYRACK_MINE_TOKEN=")
        assert [each.partition("=")[0] for each in copied] == ["export KEYRACK_MINE_TOKEN"]
        assert len(plans) == 1
