"""The terminal can change its size at any moment, also to one in which nothing fits."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from support.screen import screen

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
ONE = '[servers.one]\nurl = "https://127.0.0.1:9/mcp"\n'
SIZES = ((20, 6), (200, 60), (1, 1), (60, 20), (20, 6), (80, 24))
# A key that opens a screen, and what stands there at 80×24.
SCREENS = {
    "the list": ("", "not logged in"),
    "the help": ("?", "Selected server"),
    "a form": ("t", "it stays hidden"),
    "a question": ("X", "Remove (y)"),
    "a failed login": ("l", "Retry"),
    "the details": ("\r", "esc Close"),
    "the programs": ("2", "Servers"),
}


@pytest.mark.parametrize(("key", "words"), SCREENS.values(), ids=SCREENS)
def test_a_screen_outlives_every_size(key: str, words: str, own_home: Path, tmp_path: Path) -> None:
    config = own_home / ".config" / "keyrack"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(ONE)
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(own_home), "TMPDIR": str(tmp_path)}
    with screen([KEYRACK], env) as terminal:
        terminal.until(lambda text: "not logged in" in text and "? Help" in text)
        if key:
            terminal.type(key)
        terminal.until(words)
        for width, height in SIZES:
            terminal.resize(width, height)
        terminal.until(lambda text: words in text and len(text.splitlines()) == 24)
        terminal.press("C-q")
        assert terminal.until_ended() == 0
