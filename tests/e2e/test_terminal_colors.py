"""Without colors, and with sixteen, the cursor, each state and a dialog's focus can still be seen."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from keyrack.config.screen import ScreenFile
from keyrack.domain.remembered import Remembered
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


@pytest.fixture
def env(own_home: Path, tmp_path: Path) -> dict[str, str]:
    config = own_home / ".config" / "keyrack"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(ONE)
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(own_home), "TMPDIR": str(tmp_path)}


def background_at(line: str, words: str) -> str:
    """The last one that was set before these words."""
    return BACKGROUND.findall(line.split(words)[0])[-1]


def colored(terminal: Screen, words: str) -> str:
    """The line with these words, and its colors."""
    return next(line for line in terminal.colored().splitlines() if words in line)


def test_a_form_can_be_read_in_the_terminals_own_colors(env: dict[str, str]) -> None:
    ScreenFile(env, "linux").save(Remembered(theme="ansi-dark"))
    with screen(["env", "TERM=xterm", KEYRACK], env) as seen:
        seen.until("▸one")
        assert "7" in background_at(colored(seen, "▸one"), "▸one")  # reversed
        seen.press("t")
        seen.until("it stays hidden")
        seen.type("abc")
        seen.until("●●●")
        # The text has the terminal's own color, so its background has to be the terminal's too.
        field = colored(seen, "●●●").split("●●●")[0].rpartition("Token")[2]
        assert not {"40", "47"} & set(BACKGROUND.findall(field))


@pytest.mark.parametrize("terminal", TERMINALS.values(), ids=TERMINALS)
def test_what_matters_can_be_seen(terminal: list[str], env: dict[str, str]) -> None:
    with screen(["env", *terminal, KEYRACK], env) as seen:
        text = seen.until("▸one")
        assert "▸two" not in text and text.count("○ not logged in") == 2
        seen.press("j")
        seen.until("▸two")
        seen.press("X")
        seen.until("Remove (y)")
        buttons = colored(seen, "Remove (y)")
        assert background_at(buttons, "Cancel") != background_at(buttons, "Remove (y)")
