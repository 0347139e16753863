"""A configuration file is opened in an editor, in a real terminal, and the screen comes back."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from support.screen import screen

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
# It says what it was given and how the terminal is, outlives ctrl+c, and changes the file when told to.
EDITOR = """\
#!/bin/sh
trap 'echo interrupted' INT
echo "editing $*"
stty -a | tr ' ;' '\\n\\n' | grep -xE -- '-?(icanon|echo|isig)' | tr '\\n' ' '
until read -r name; do :; done
sed -i "s/old-name/$name/" "$3"
"""


def test_an_editor_gets_the_terminal_and_the_list_comes_back(own_home: Path, tmp_path: Path) -> None:
    file = own_home / ".cursor" / "mcp.json"
    file.parent.mkdir()
    servers = {"first": {"url": "http://127.0.0.1:1/mcp"}, "old-name": {"url": "http://[::1]:1/x"}}
    file.write_text(json.dumps({"mcpServers": servers}, indent=1))
    vi = tmp_path / "my tools" / "vi"
    vi.parent.mkdir()
    vi.write_text(EDITOR)
    vi.chmod(0o755)
    env = {
        "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(own_home), "TMPDIR": str(tmp_path),
        "EDITOR": f"'{vi}' -n",
    }  # fmt: skip
    # Alone, because a shell that waits for it would end by the ctrl+c.
    with screen([KEYRACK], env, (100, 24), alone=True) as terminal:
        terminal.until(lambda text: "old-name" in text and "l Login" in text)
        terminal.press("j", "o")
        terminal.until(f"editing -n +6 {file}")
        terminal.until("icanon echo")
        assert "Servers" not in terminal.text()
        terminal.press("C-c")
        terminal.until("interrupted")
        terminal.type("new-name\n")
        terminal.until(lambda text: "╭─ Servers" in text and "new-name" in text)
        terminal.press("Enter")
        terminal.until("http://[::1]:1/x")
        terminal.press("Escape")
        terminal.until(lambda text: "l Login" in text)
        terminal.press("C-q")
        terminal.until_closed()
