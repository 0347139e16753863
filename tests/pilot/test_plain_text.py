"""Secrets in plain text in programs' files: in the list, in the details, and the key that moves them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.real_home import adapters_at
from support.screens import Terminal, app_with, screen_test, terminal

SECRET = "sk-hidden-0123456789"


@pytest.fixture
def home(own_home: Path) -> Path:
    """With a local server whose entry has a secret, one whose arguments have one, and one without."""
    servers = {
        "remote": {"type": "http", "url": "https://mcp.example.com/mcp"},
        "local": {"command": "srv", "env": {"API_TOKEN": SECRET, "REGION": "eu"}},
        "words": {"command": "srv", "args": ["--api-key", SECRET]},
    }
    (own_home / ".claude.json").write_text(json.dumps({"mcpServers": servers}, indent=2))
    return own_home


def line_of(t: Terminal, name: str) -> str:
    return next(line for line in t.text().splitlines() if line[2 : len(name) + 3] == f"{name} ")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
@screen_test
async def test_the_list_and_the_header_point_them_out(size: tuple[int, int], home: Path) -> None:
    async with terminal(app_with(adapters_at(home)), size) as t:
        for name in ("local", "words"):
            assert "⌂ plain text!" in line_of(t, name)
        assert "plain text" not in line_of(t, "remote")
        assert size[0] == 60 or "2 in plain text" in t.text().splitlines()[0]
        assert SECRET not in t.text()


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (160, 40)])
@screen_test
async def test_the_details_name_the_variable_its_place_and_the_key(size: tuple[int, int], home: Path) -> None:
    async with terminal(app_with(adapters_at(home)), size) as t:
        await t.select("local")
        await t.press("enter")
        await t.sees("API_TOKEN ●●●●●●●●")
        await t.sees(".claude.json, line 7")
        words = " ".join(t.text().replace("│", " ").split())
        assert "in plain text in the file · S moves it to the keychain" in words
        assert "press S or run keyrack adopt local" in words
        assert SECRET not in t.text()
