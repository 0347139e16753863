"""Which program runs keyrack, as it calls itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from keyrack.system import processes_mac
from keyrack.system.caller import caller, name_of

PATH = "/home/me/.npm/lib/node_modules"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["claude"], "claude"),
        (["/usr/bin/claude", "--resume", "sk-secret"], "claude"),
        (["/Applications/Cursor Beta.app/Contents/MacOS/Cursor", "--x"], "Cursor"),
        (["-zsh"], "zsh"),
        (["node", f"{PATH}/@anthropic-ai/claude-code/cli.js", "--api-key", "sk-secret"], "claude-code"),
        (["node", "--no-warnings", f"{PATH}/@openai/codex/bin/codex.js"], "codex"),
        (["node", "-r", "dotenv/config", f"{PATH}/gemini-cli/dist/index.js"], "gemini-cli"),
        (["/usr/bin/node", "/usr/local/bin/opencode"], "opencode"),
        (["node", "-e", "const token = 'sk-secret'"], "node"),
        (["python3.12", "-c", "token = 'sk-secret'"], "python3.12"),
        (["python3", "-u", "-m", "mcp_agent.main", "sk-secret"], "mcp_agent"),
        (["python3", "-W", "error", "/srv/job/agent.py"], "agent"),
        (["bun", "run", "/srv/agent/index.ts"], "agent"),
        (["node"], "node"),
        (["deno", "run", "https://host/sk-secret"], "deno"),
        (["gemini --key sk-secret"], "gemini"),  # a title that it has given itself
        (["/bin/evil\x1b[31m\u202e"], ""),
        (["x" * 500], "x" * 59 + "…"),
        ([""], ""),
        ([], ""),
    ],
)
def test_the_name_is_never_taken_from_what_may_be_a_secret(arguments: list[str], name: str) -> None:
    assert name_of(arguments) == name


def test_shells_wrappers_and_keyrack_itself_are_passed_over() -> None:
    processes = {
        9: (8, ["sh", "-c", "keyrack header linear"]),
        8: (7, ["timeout", "5", "keyrack"]),
        7: (6, ["/usr/bin/python3", "/usr/bin/keyrack", "bridge", "linear"]),
        6: (5, ["-bash"]),
        5: (4, ["/opt/claude"]),
        4: (1, ["tmux"]),
    }
    assert caller(9, processes.get) == "claude"


def test_nothing_is_known_if_only_shells_are_left_or_processes_can_not_be_read() -> None:
    assert caller(9, {9: (8, ["sh"]), 8: (1, ["bash"]), 1: (0, ["init"])}.get) == ""
    assert caller(9, {}.get) == ""
    assert caller(9, {9: (9, ["sh"])}.get) == ""  # a circle ends


ASKED = "import os; from keyrack.system.caller import caller; print(caller())"


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="processes are read in another way here")
def test_the_real_parent_is_found_through_a_shell(tmp_path: Path) -> None:
    program = tmp_path / "my-agent.py"
    program.write_text(
        "import subprocess, sys\n"
        f"subprocess.run(['sh', '-c', '\"$0\" -c \"$1\"; true', sys.executable, {ASKED!r}], check=True)\n"
    )
    done = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "my-agent\n"


def test_the_arguments_that_macos_tells() -> None:
    told = (3).to_bytes(4, "little") + b"/opt/node\0\0\0\0node\0cli.js\0--x\0HOME=/home/me\0"
    assert processes_mac.parsed(told) == ["node", "cli.js", "--x"]
    assert processes_mac.parsed(b"") == [""][:0]
