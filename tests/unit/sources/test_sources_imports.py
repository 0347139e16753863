"""Reading plain JSON does not import what only TOML or other platforms need."""

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

from keyrack.sources.programs import PROGRAMS

HEAVY = (
    "tomllib",
    "tomli_w",
    "tomlkit",
    "yaml",
    "pathlib",
    "dataclasses",
    "inspect",
    "asyncio",
    "keyrack.sources.programs.codex",
    "keyrack.sources.programs.keyrack_own",
    "keyrack.sources.bridges.bridge",
    "keyrack.sources.bridges.launchers",
)
CODE = """
import sys
from keyrack.sources.reader import read_all
assert read_all({"HOME": sys.argv[1]}, "linux", sys.argv[1]).servers
print(*[name for name in sys.argv[2:] if name in sys.modules])
"""


def imported(home: Path, names: tuple[str, ...]) -> list[str]:
    """Which of the modules a process has after it has read this home folder's files."""
    # -S: what an environment's own start-up files import is not ours.
    command = [sys.executable, "-S", "-c", CODE, str(home), *names]
    source = Path(__file__).parents[3] / "app"
    found = os.pathsep.join(map(str, (source, Path(yaml.__file__).parents[1])))
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONPATH": found})
    return done.stdout.split()


def test_a_json_configuration_imports_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / ".claude.json").write_text(json.dumps({"mcpServers": {"a": {"url": "https://a.example"}}}))
    assert imported(tmp_path, HEAVY) == []


def test_a_toml_configuration_is_read_without_what_changes_it(tmp_path: Path) -> None:
    path = tmp_path / ".codex" / "config.toml"
    path.parent.mkdir()
    path.write_text('[mcp_servers.a]\nurl = "https://a.example"\n')
    assert imported(tmp_path, ("tomllib", "tomlkit", "tomli_w")) == ["tomllib"]


def test_yaml_is_imported_for_a_yaml_file_only(tmp_path: Path) -> None:
    path = tmp_path / ".continue" / "config.yaml"
    path.parent.mkdir()
    path.write_text("mcpServers: [{name: a, url: https://a.example}]")
    assert imported(tmp_path, ("yaml", "tomllib")) == ["yaml"]


def test_only_readers_of_files_that_exist_are_imported(tmp_path: Path) -> None:
    (tmp_path / ".claude.json").write_text(json.dumps({"mcpServers": {"a": {"url": "https://a.example"}}}))
    modules = {f"keyrack.sources.programs.{each.module}" for each in PROGRAMS}
    assert imported(tmp_path, tuple(sorted(modules))) == ["keyrack.sources.programs.claude_code"]
