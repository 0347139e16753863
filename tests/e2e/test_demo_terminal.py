"""`keyrack demo` in a real terminal, on a machine without a browser or a keychain."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.processes import until_gone
from support.screen import screen

KEYRACK = str(Path(sys.executable).with_name("keyrack"))


@pytest.fixture
def env(own_home: Path, tmp_path: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(own_home), "TMPDIR": str(tmp_path)}


def test_a_newcomer_logs_in_and_leaves_no_trace(env: dict[str, str], own_home: Path, tmp_path: Path) -> None:
    with screen([KEYRACK, "demo"], env) as terminal:
        terminal.until(lambda text: "drive" in text and "unreachable" in text)
        terminal.press("/", *"drive", "Enter")
        terminal.until("1 of 10")
        terminal.press("l")
        terminal.until("Log in · drive")
        terminal.until("stored in memory")
        terminal.press("Enter")
        terminal.until(lambda text: any("drive" in line and "valid" in line for line in text.splitlines()))
        terminal.press("C-q")
        assert terminal.until_ended() == 0
    assert list(tmp_path.glob("keyrack-demo-*")) == []
    assert [file for file in own_home.rglob("*") if file.is_file()] == []


def test_a_kill_ends_it_cleanly(env: dict[str, str], tmp_path: Path) -> None:
    with screen([KEYRACK, "demo"], env) as terminal:
        terminal.until("drive")
        [folder] = tmp_path.glob("keyrack-demo-*")
        assert folder.is_dir()
        os.kill(terminal.process(), signal.SIGTERM)
        assert terminal.until_ended() == 128 + signal.SIGTERM
    assert not folder.exists()


def test_a_closed_window_ends_it_too(env: dict[str, str], tmp_path: Path) -> None:
    with screen([KEYRACK, "demo"], env) as terminal:
        terminal.until("drive")
        terminal.press("l")  # something that draws every second
        terminal.until("Log in")
        process = terminal.process()
        terminal.close()
        until_gone(process)
    assert list(tmp_path.glob("keyrack-demo-*")) == []


def test_without_a_terminal_it_says_so(env: dict[str, str]) -> None:
    run = subprocess.run([KEYRACK, "demo"], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert run.returncode == 2
    assert "needs a terminal" in run.stderr
