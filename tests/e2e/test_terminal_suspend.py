"""^z gives the terminal back to the shell, and fg brings the screen back as it was."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.processes import children
from support.require import need
from support.screen import Screen, screen

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
ONE = '[servers.one]\nurl = "https://one.example/mcp"\n'
TYPED = "abcdefgh"  # as a secret


@pytest.fixture
def env(own_home: Path, tmp_path: Path) -> dict[str, str]:
    config = own_home / ".config" / "keyrack"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(ONE)
    home = {"HOME": str(own_home), "TMPDIR": str(tmp_path)}
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PS1": "$ ", **home}


@pytest.fixture
def shell(env: dict[str, str]) -> Iterator[Screen]:
    with screen(["bash", "--norc", "--noprofile", "-i"], env, alone=True) as terminal:
        terminal.until("$")
        yield terminal


def start(shell: Screen, command: str = KEYRACK) -> None:
    shell.type(f"{command}\r")
    shell.until(on_list)


def on_list(text: str) -> bool:
    return "one" in text and "/ filter…" in text and "? Help" in text and text.count("╭") == 1


def keyrack_of(shell: Screen) -> int:
    [process] = children(int(shell.leader()))
    return process


def shell_works(shell: Screen) -> None:
    """It echoes, has lines, and shows nothing of the screen any more."""
    text = shell.until(lambda text: "Stopped" in text and text.rstrip().endswith("$"))
    assert "╭" not in text
    shell.type("echo $((40 + 2))\r")
    text = shell.until(lambda text: "\n42\n" in text and text.rstrip().endswith("$"))
    assert "echo $((40 + 2))" in text


def comes_back(shell: Screen, there: Callable[[str], bool] = on_list) -> None:
    shell.type("fg\r")
    shell.until(there)


def keys_work(shell: Screen) -> None:
    shell.press("?")
    shell.until("Selected server")
    shell.press("Escape")
    shell.until(on_list)
    shell.press("q")
    shell.until(lambda text: text.rstrip().endswith("$") and "╭" not in text)


def test_ctrl_z_goes_to_the_shell_and_fg_comes_back(shell: Screen) -> None:
    start(shell)
    for _ in range(2):
        shell.press("C-z")
        shell_works(shell)
        comes_back(shell)
    keys_work(shell)


@pytest.mark.parametrize("how", [signal.SIGTSTP, signal.SIGSTOP], ids=["SIGTSTP", "SIGSTOP"])
def test_a_stop_from_elsewhere_comes_back_too(how: signal.Signals, shell: Screen) -> None:
    start(shell)
    os.kill(keyrack_of(shell), how)
    shell.until("Stopped")
    if how is signal.SIGTSTP:
        shell_works(shell)
    comes_back(shell)
    keys_work(shell)


def test_a_stopped_keyrack_that_goes_on_in_the_background_waits_for_fg(shell: Screen) -> None:
    start(shell)
    shell.press("C-z")
    shell_works(shell)
    shell.type("bg\r")
    shell.until(lambda text: text.count("Stopped") > 1 or "tty output" in text or "&" in text)
    shell.type("echo $((50 + 2))\r")
    shell.until("\n52\n")
    comes_back(shell)
    keys_work(shell)


def test_make_stops_along_with_it(shell: Screen, tmp_path: Path) -> None:
    need("make (apt-get install make)", shutil.which("make") is not None)
    (tmp_path / "Makefile").write_text(f"run:\n\t@{KEYRACK}\n")
    start(shell, f"make -C {tmp_path} run")
    shell.press("C-z")
    shell_works(shell)
    comes_back(shell)
    keys_work(shell)


def test_a_form_with_a_secret_stays_and_shows_it_to_nobody(shell: Screen) -> None:
    start(shell)
    shell.press("t")
    shell.until("it stays hidden")
    shell.type(TYPED)
    before = shell.until(lambda text: "●" * len(TYPED) in text)
    shell.press("C-z")
    shell_works(shell)
    assert TYPED not in shell.text() and "●" not in shell.text()
    comes_back(shell, lambda text: text == before)


def test_what_is_typed_behind_ctrl_z_opens_nothing(shell: Screen) -> None:
    start(shell)
    shell.send("\x1attt")
    shell.until("Stopped")
    comes_back(shell)
    keys_work(shell)


def test_without_a_shell_it_says_so_and_goes_on(env: dict[str, str]) -> None:
    with screen([KEYRACK], env, alone=True) as terminal:
        terminal.until(on_list)
        terminal.press("C-z")
        terminal.until("without a shell")
        terminal.press("?")
        terminal.until("Selected server")
