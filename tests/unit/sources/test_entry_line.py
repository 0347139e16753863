"""Where a server's entry is in its program's file."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyrack.domain.model import Source
from keyrack.sources.entry_line import line_of_entry

JSON = """{
  // servers
  "mcpServers": {"a": {"url": "x"},
    "b.c": {"url": "y"}
  },
  "projects": {"/p": {"mcpServers": {
      "a": {}
  }}}
}
"""
TOML = '[mcp_servers.a]\nurl = "x"\n\n[mcp_servers."b.c"]\n[[mcp_servers]]\nname = "d"\n'
INLINE = '[servers]\na = { url = "x" }\n"b.c".url = "y"\n[servers.d.headers]\nE = "f"\n'
YAML = "extensions:\n  a:\n    uri: x\nmcpServers:\n  - name: d\n    url: y\n"


@pytest.mark.parametrize(
    ("file", "text", "name", "scope", "line"),
    [
        ("a.json", JSON, "a", "user", 3),
        ("a.json", JSON, "b.c", "user", 4),
        ("a.json", JSON, "a", "project /p", 7),
        ("a.json", JSON, "b.c", "project /p", 4),  # a project's own file has no such outer table
        ("a.json", JSON, "gone", "user", None),
        ("a.json", "{", "a", "user", None),
        ("a.toml", TOML, "a", "user", 1),
        ("a.toml", TOML, "b.c", "user", 4),
        ("a.toml", TOML, "d", "user", 6),
        ("a.toml", TOML, "b", "user", None),
        ("a.toml", INLINE, "a", "user", 2),
        ("a.toml", INLINE, "b.c", "user", 3),
        ("a.toml", INLINE, "d", "user", 4),
        ("a.toml", INLINE, "b", "user", None),
        ("a.yaml", YAML, "a", "user", 2),
        ("a.yaml", YAML, "d", "user", 5),
    ],
)
def test_the_line_of_an_entry(
    tmp_path: Path, file: str, text: str, name: str, scope: str, line: int | None
) -> None:
    path = tmp_path / file
    path.write_text(text)
    assert line_of_entry(Source("Claude Code", str(path), name, scope)) == line


def test_without_a_file_there_is_no_line(tmp_path: Path) -> None:
    assert line_of_entry(Source("Cursor", str(tmp_path / "none.json"), "a")) is None
