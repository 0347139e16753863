"""Without colors, and with sixteen, the cursor, each state and a dialog's focus can still be seen."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from support.screen import Screen, screen

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
ONE = '[servers.one]\nurl = "https://127.0.0.1:9/mcp"\n[servers.two]\nurl = "https://127.0.0.1:9/two"\n'
BACKGROUND = re.compile(r"\x1b\[(?:[\d;]*;)?(4[0-79]|10[0-7]|48;5;\d+|48;2;[\d;]+|7)m")
TERMINALS = {
    "NO_COLOR": ["NO_COLOR=1", "COLORTERM=truecolor", "TERM=xterm-256color"],
    "xterm": ["TERM=xterm"],
    "the console": ["TERM=linux"],
    "light": ["TERM=xterm", "COLORFGBG=0;15"],
}


def background_at(line: str, words: str) -> str:
    """The last one that was set before these words."""
    return BACKGROUND.findall(line.split(words)[0])[-1]


def colored(terminal: Screen, words: str) -> str:
    """The line with these words, and its colors."""
    return next(line for line in terminal.colored().splitlines() if words in line)


@pytest.mark.parametrize("terminal", TERMINALS.values(), ids=TERMINALS)
def test_what_matters_can_be_seen(terminal: list[str], own_home: Path, tmp_path: Path) -> None:
    config = own_home / ".config" / "keyrack"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(ONE)
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(own_home), "TMPDIR": str(tmp_path)}
    with screen(["env", *terminal, KEYRACK], env) as seen:
        text = seen.until("▸one")
        assert "▸two" not in text and text.count("○ not logged in") == 2
        seen.press("j")
        seen.until("▸two")
        seen.press("X")
        seen.until("Remove (y)")
        buttons = colored(seen, "Remove (y)")
        assert background_at(buttons, "Cancel") != background_at(buttons, "Remove (y)")
