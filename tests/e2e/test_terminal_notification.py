"""What a real terminal gets when a login ends: one notification, and nothing that a name would add."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.odd_server import OddServer, odd_server
from support.screen import Screen, screen

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
# It would set the clipboard, ring, clear the screen, end the sequence, and begin another one in C1.
NASTY = "ev\x1b]52;c;ZXZpbA==\x07il\x1b[2J;\x1b\\\x9d9;x\x9c\n."


@pytest.fixture
def server() -> Iterator[OddServer]:
    with odd_server() as server:
        yield server


def test_a_hostile_name_is_told_in_one_clean_sequence(
    server: OddServer, own_home: Path, tmp_path: Path
) -> None:
    header = {"Authorization": "Bearer refused"}
    entries = {
        name: {"url": f"{server.url}?{at}", "headers": header} for at, name in enumerate(("first", NASTY))
    }
    (own_home / ".cursor").mkdir()
    (own_home / ".cursor/mcp.json").write_text(json.dumps({"mcpServers": entries}))
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(own_home)}

    def check(at: int) -> None:
        done = subprocess.run(
            [KEYRACK, "check", f"{server.url}?{at}"], env=env, capture_output=True, check=False
        )
        assert done.returncode == 3, done

    check(0)
    written = tmp_path / "written"
    with screen([KEYRACK], env) as terminal:
        terminal.until("first: login needed")  # its first look is over: it rings from now on
        record(terminal, written)
        check(1)
        terminal.until("+1 more")
        terminal.until(lambda _: b"\x1bPtmux;" in written.read_bytes())
        assert "first" in terminal.text(), "the screen is still there"
        buffers = subprocess.run([*terminal._tmux, "list-buffers"], capture_output=True, check=True)
        assert buffers.stdout == b"", "nothing was put on the clipboard"
        terminal.press("C-q")
        assert terminal.until_ended() == 0
    _, *sequences = written.read_bytes().split(b"\x1bPtmux;")
    [sequence] = [each.partition(b"\x1b\x1b\\\x1b\\")[0].decode() for each in sequences]
    assert sequence.startswith("\x1b\x1b]9;keyrack: ev]52,c,ZXZpbA==il[2J,\\9,x .")
    assert sequence.count(";") == 1 and sequence.removeprefix("\x1b\x1b").isprintable()


def record(terminal: Screen, file: Path) -> None:
    """What the program writes, byte by byte."""
    file.touch()
    subprocess.run([*terminal._tmux, "pipe-pane", "-O", f"cat > {file}"], check=True)
