"""`keyrack exec` and `keyrack env` in a shell: the terminal, job control and signals are the command's."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.screen import screen

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
TOKEN = "tok-hidden-1"
# Says which terminal it has and that it has the token, and what becomes of it.
PROGRAM = """\
import os, signal, sys, time
def say(number, frame):
    os.write(1, f"got {signal.Signals(number).name}\\n".encode())
    if number == signal.SIGTERM:
        sys.exit(9)
for name in ("SIGINT", "SIGTERM", "SIGCONT"):
    signal.signal(getattr(signal, name), say)
print("terminal", [os.isatty(fd) for fd in range(3)], os.environ["LINEAR_TOKEN"][-8:], flush=True)
while True:
    time.sleep(0.05)
"""


@pytest.fixture
def env(own_home: Path) -> dict[str, str]:
    (own_home / ".cursor").mkdir()
    entry = {"url": "https://mcp.linear.app/mcp", "headers": {"Authorization": f"Bearer {TOKEN}"}}
    (own_home / ".cursor" / "mcp.json").write_text(json.dumps({"mcpServers": {"linear": entry}}))
    path = f"{Path(KEYRACK).parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "LANG": "C.UTF-8", "HOME": str(own_home), "PS1": "$ "}


def test_the_terminal_and_job_control_are_the_commands(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    with screen(["bash", "--norc", "-i"], env) as terminal:
        terminal.type(f"keyrack exec linear -- {sys.executable} {tmp_path}/program.py\n")
        terminal.until("terminal [True, True, True] hidden-1")
        terminal.press("C-z")
        terminal.until("Stopped")
        terminal.type("fg\n")
        terminal.until("got SIGCONT")
        terminal.press("C-c")
        terminal.until("got SIGINT")
        terminal.press("C-\\")  # SIGQUIT ends it
        terminal.until("Quit")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_reaches_the_command_and_its_end_is_the_result(number: int, env: dict[str, str]) -> None:
    source = (
        PROGRAM if number == signal.SIGTERM else "print('ready', flush=True); import time; time.sleep(99)"
    )
    words = [KEYRACK, "exec", "linear", "--", sys.executable, "-c", source]
    with subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(number)
        assert process.wait(timeout=60) == (9 if number == signal.SIGTERM else -number)


def test_the_exit_codes_of_a_shell(env: dict[str, str]) -> None:
    def code(*words: str) -> tuple[int, str]:
        done = subprocess.run([KEYRACK, "exec", *words], env=env, capture_output=True, text=True, timeout=60)
        assert TOKEN not in done.stderr
        return done.returncode, done.stderr

    assert code("linear", "--", "sh", "-c", 'test "$LINEAR_TOKEN" = tok-hidden-1 && exit 42') == (42, "")
    assert code("linear", "--", "no-such-command") == (
        127, "keyrack: The command no-such-command was not found.\n",
    )  # fmt: skip
    assert code("linear", "--", "/")[0] == 126
    assert code("nothing", "--", "true")[0] == 6


def test_eval_sets_the_variable_in_the_shell_and_its_children_only(env: dict[str, str]) -> None:
    line = 'eval "$(keyrack env linear --var KEY)" && sh -c \'echo "$KEY"\''
    done = subprocess.run(["sh", "-c", line], env=env, capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == (f"{TOKEN}\n", "")
