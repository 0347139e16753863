"""`keyrack clients`: what is told of each program, and that no token is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from keyrack.wiring import adapters
from support.cli_kit import run

URL = "https://mcp.example.com/mcp"


@pytest.fixture
def files(own_home: Path) -> Path:
    """Claude Code with a server and its login, and a row that is none."""
    (own_home / ".claude.json").write_text(json.dumps({"mcpServers": {"x": {"type": "http", "url": URL}}}))
    row = {"serverName": "x", "serverUrl": URL, "accessToken": "sentinel", "expiresAt": 32000000000000}
    path = own_home / ".claude" / ".credentials.json"
    path.parent.mkdir()
    path.write_text(
        json.dumps({"mcpOAuth": {"x|1": row, "y|2": {**row, "serverName": "y", "accessToken": ""}}})
    )
    path.chmod(0o600)
    return path


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    def real(**named: object) -> object:
        return adapters(env=dict(os.environ), platform="linux", cwd="/nowhere")

    assert run(["clients", *words], adapters=real) == 0
    out = capsys.readouterr()
    assert "sentinel" not in out.out + out.err
    return out.out


def test_a_program_is_told_with_its_files_its_logins_and_what_can_be_done(
    files: Path, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = told(capsys).splitlines()
    assert lines == [
        "Claude Code  (claude-code)",
        f"  {own_home}/.claude.json: 1 server",
        "  /nowhere/.mcp.json: no file",
        f"  holds a login for x: valid, in {files}",
        "  keyrack can import, publish, clear",
        "  to log out there: claude mcp logout NAME",
    ]


def test_json_tells_every_program_also_those_that_are_not_here(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_name = {each["program"]: each for each in json.loads(told(capsys, "--json"))}
    assert by_name["claude-code"]["servers"] == ["x"]
    assert by_name["claude-code"]["tokens"] == [
        {
            "server": "x",
            "url": URL,
            "state": "valid",
            "expires_at": "2984-01-15T08:53:20Z",
            "path": str(files),
            "mode": "0600",
        }
    ]
    assert by_name["claude-code"]["allows"] == ["import", "publish", "clear"]
    assert by_name["mcp"]["allows"] == ["import", "publish", "clear", "create"]
    assert by_name["cursor"]["allows"] == [] and not by_name["zed"]["found"]
