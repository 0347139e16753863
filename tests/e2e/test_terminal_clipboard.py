"""A token that was copied in tmux is in none of its paste buffers after keyrack's end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from support.screen import Screen, screen

KEYRACK = str(Path(sys.executable).with_name("keyrack"))


def tmux(terminal: Screen, *words: str) -> str:
    done = subprocess.run([*terminal._tmux, *words], capture_output=True, text=True, check=False)
    return done.stdout


def buffers(terminal: Screen) -> list[str]:
    names = tmux(terminal, "list-buffers", "-F", "#{buffer_name}").split()
    return [tmux(terminal, "show-buffer", "-b", name) for name in names]


def test_a_copied_token_goes_from_every_paste_buffer(own_home: Path, tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(own_home), "TMPDIR": str(tmp_path)}
    with screen([KEYRACK, "demo"], env, (100, 30)) as terminal:
        terminal.until(lambda text: "notes" in text and "in memory" in text)
        tmux(terminal, "set-option", "-s", "set-clipboard", "on")
        terminal.type("/notes\r")
        terminal.until("1 of 10")
        terminal.press("y")
        terminal.until("Copy (y)")
        while "Copy (y)" in terminal.text():
            time.sleep(0.6)  # the dialog takes no key at once
            terminal.press("y")
            time.sleep(0.4)
        terminal.until("sent to the terminal's clipboard")
        [token] = buffers(terminal)
        assert len(token) > 20 and token not in terminal.text()
        terminal.press("C-q")
        assert terminal.until_ended() == 0
        assert "removed the token from the terminal's clipboard" in terminal.text()
        assert token not in buffers(terminal)
