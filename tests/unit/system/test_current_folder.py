"""keyrack works in a folder that has been deleted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from keyrack.wiring import adapters


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the working folder of a program")
def test_in_a_deleted_folder_the_users_servers_and_tokens_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".cursor").mkdir()
    (tmp_path / ".cursor" / "mcp.json").write_text('{"mcpServers": {"lab": {"url": "https://lab.example"}}}')
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    made = adapters(env={"HOME": str(tmp_path)}, platform="linux")
    assert [server.name for server in made.read().servers] == ["lab"]
    assert made.other_programs().read([]).tokens == ()
