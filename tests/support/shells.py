"""bash, zsh and fish as a person uses them: in a terminal, with keyrack's completion."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.require import need
from support.screen import PATIENCE, Screen, screen

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
# Without suggestions out of the history, which would be taken for an answer.
FISH = "function fish_prompt; echo -n 'ready> '; end; set -g fish_autosuggestion_enabled 0"
START = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i", "-C", FISH],
}
LOAD = {
    "bash": f'eval "$({KEYRACK} completion bash)"',
    "zsh": f'autoload -U compinit; compinit -u -D; eval "$({KEYRACK} completion zsh)"',
    "fish": f"{KEYRACK} completion fish | source",
}
# What keyrack is asked to complete is real. The arguments of everything else are only written to a file.
STAND_IN = f"""#!/bin/sh
[ "$1" != __complete ] || exec {KEYRACK} "$@"
printf '%s\\0' "$@" >"$SAID.new" && mv "$SAID.new" "$SAID"
"""


class Shell:
    """A shell that waits for a line."""

    def __init__(self, name: str, home: Path, terminal: Screen, said: Path) -> None:
        self.name, self.home = name, home
        self.terminal = terminal
        self._tabs = "\t\t" if name == "bash" else "\t"
        self._said = said

    def arguments(self, typed: str) -> list[str]:
        """Type this and Enter. What the shell then gives to keyrack as its arguments."""
        self._said.unlink(missing_ok=True)
        self.terminal.type(f"{typed}\r")
        end = time.monotonic() + PATIENCE
        while not self._said.exists():
            assert time.monotonic() < end, f"nothing was run; the screen shows:\n{self.terminal.text()}"
            time.sleep(0.02)
        return self._said.read_text().split("\0")[:-1]

    def offers(self, typed: str, *words: str) -> str:
        """Type this and Tab (bash wants two). The screen, when it shows the words."""
        self.terminal.type("clear\r")
        self.terminal.until(lambda text: text.strip() == "ready>")
        self.terminal.type(typed + self._tabs)
        shown = self.terminal.until(lambda text: all(word in text for word in words))
        self.terminal.press("C-c")
        self.terminal.until(lambda text: text.rstrip().endswith("\nready>"))
        return shown


@contextmanager
def shell(name: str, home: Path) -> Iterator[Shell]:
    """The shell in `home`, with its completion loaded."""
    need(f"{name} (apt-get install {name})", shutil.which(name) is not None)
    bin_folder, said = home / "bin", home / "said.json"
    bin_folder.mkdir()
    (bin_folder / "keyrack").write_text(STAND_IN)
    (bin_folder / "keyrack").chmod(0o755)
    env = {
        "PATH": f"{bin_folder}:{os.environ['PATH']}",
        "HOME": str(home), "LANG": "C.UTF-8", "SAID": str(said), "PS1": "ready> ",
        "BASH_SILENCE_DEPRECATION_WARNING": "1",
    }  # fmt: skip
    start = f"cd {shlex.quote(str(home))} && exec {shlex.join(START[name])}"
    with screen(["sh", "-c", start], env, (160, 50)) as terminal:
        terminal.until("ready>")
        terminal.type(f"{LOAD[name]}; clear\r")
        terminal.until(lambda text: text.strip() == "ready>")
        yield Shell(name, home, terminal, said)
