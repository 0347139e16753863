"""Which editor opens a file, and how it is told the line."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.system.editor import editor_for, run_in_terminal, start_in_window

FILE = "/home/u/my file.json"


@pytest.mark.parametrize(("set_to", "words", "in_terminal"), [
    ("vi", ["vi", "+12", FILE], True),
    ("/usr/bin/nvim -u NONE", ["/usr/bin/nvim", "-u", "NONE", "+12", FILE], True),
    ("'/opt/my editors/nano' -w", ["/opt/my editors/nano", "-w", "+12", FILE], True),
    ("emacs -nw", ["emacs", "-nw", "+12", FILE], True),
    ("hx", ["hx", f"{FILE}:12"], True),
    ("kak", ["kak", "+12", FILE], True),
    ("code --wait", ["code", "--wait", "--goto", f"{FILE}:12"], False),
    ("subl", ["subl", f"{FILE}:12"], False),
    ("kate", ["kate", "-l", "12", FILE], False),
    ("idea", ["idea", "--line", "12", FILE], False),
    ("ed", ["ed", FILE], True),
    ("my-own; rm -rf $HOME", ["my-own;", "rm", "-rf", "$HOME", FILE], True),  # no shell
])  # fmt: skip
def test_each_editor_gets_the_line_in_its_own_way(set_to: str, words: list[str], in_terminal: bool) -> None:
    found = editor_for(FILE, 12, {"EDITOR": set_to}, platform="linux")
    assert (list(found.argv), found.in_terminal) == (words, in_terminal)


def test_a_line_that_is_not_known_is_left_out() -> None:
    assert editor_for(FILE, None, {"EDITOR": "vi"}).argv == ("vi", FILE)


def test_visual_comes_before_editor_and_nothing_else_counts() -> None:
    assert editor_for(FILE, 1, {"EDITOR": "ed", "VISUAL": "vi"}).argv[0] == "vi"
    assert editor_for(FILE, 1, {"EDITOR": "ed", "VISUAL": "  "}).argv[0] == "ed"


def test_on_windows_a_path_keeps_its_backslashes() -> None:
    env = {"EDITOR": r'"C:\Program Files\Notepad++\notepad++.exe" -multiInst'}
    found = editor_for("C:\\f.json", 3, env, platform="win32")
    assert found.argv == (r"C:\Program Files\Notepad++\notepad++.exe", "-multiInst", "-n3", "C:\\f.json")
    assert not found.in_terminal


def test_without_a_setting_the_easiest_editor_that_is_installed_is_used() -> None:
    found = editor_for(
        FILE, 2, {}, which=lambda name: name if name in ("vi", "vim") else None, platform="linux"
    )
    assert (found.argv, found.is_set) == (("vim", "+2", FILE), False)
    with pytest.raises(KeyrackError, match=r"my file\.json, line 2") as error:
        editor_for(FILE, 2, {}, which=lambda name: None, platform="linux")
    assert "Set EDITOR" in error.value.hint


def test_what_can_not_be_split_or_started_is_told() -> None:
    with pytest.raises(KeyrackError, match="open quote"):
        editor_for(FILE, 1, {"EDITOR": "vi 'x"}, platform="linux")
    for start in (run_in_terminal, start_in_window):
        with pytest.raises(KeyrackError, match="no-such-editor can't be started"):
            start(["/no/no-such-editor", FILE])


def test_an_interrupt_is_for_the_editor_and_is_its_own_again_afterwards(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    script = (
        "import os, signal, sys\n"
        "assert signal.getsignal(signal.SIGINT) is signal.default_int_handler\n"
        "os.kill(os.getppid(), signal.SIGINT)\n"
        "sys.exit(7)\n"
    )
    assert run_in_terminal([sys.executable, "-c", script]) == 7
    assert signal.getsignal(signal.SIGINT) is before
