"""An 80×24 terminal in a tmux server of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from support.require import need

ENDED = "ended with status"
# tmux can miss a child's end, so a shell waits for it and says so.
SAY_THE_END = f'"$@"; echo {ENDED} $?; read -r _'
PATIENCE = 60.0  # seconds for a text to appear


def need_tmux() -> None:
    """Skip (or fail, where all is required) without tmux."""
    need("tmux (apt-get install tmux)", shutil.which("tmux") is not None)


class Screen:
    """What a person at the terminal can do: look, and press keys."""

    def __init__(self, socket: Path) -> None:
        self._tmux = ["tmux", "-S", str(socket)]

    def text(self) -> str:
        look = [*self._tmux, "capture-pane", "-p"]
        return subprocess.run(look, capture_output=True, text=True, check=True).stdout

    def colored(self) -> str:
        """The same with the sequences of its colors."""
        look = [*self._tmux, "capture-pane", "-p", "-e"]
        return subprocess.run(look, capture_output=True, text=True, check=True).stdout

    def resize(self, width: int, height: int) -> None:
        size = ["-x", str(width), "-y", str(height)]
        subprocess.run([*self._tmux, "resize-window", *size], check=True)

    def press(self, *keys: str) -> None:
        """Keys as tmux names them: "l", "Enter", "Escape", "C-q"."""
        subprocess.run([*self._tmux, "send-keys", *keys], check=True)

    def type(self, text: str) -> None:
        """All of it at once, as fast as a terminal can."""
        subprocess.run([*self._tmux, "send-keys", "-l", text], check=True)

    def send(self, text: str) -> None:
        """These characters as they are, as a terminal sends its answers."""
        subprocess.run([*self._tmux, "send-keys", "-H", *(f"{ord(char):x}" for char in text)], check=True)

    def close(self) -> None:
        """Close the window, as a person does with a mouse."""
        subprocess.run([*self._tmux, "kill-server"], check=True)

    def kill(self) -> None:
        """The terminal dies, and can do nothing about what runs in it."""
        os.kill(int(self._ask("#{pid}")), signal.SIGKILL)

    def process(self) -> int:
        """The id of the program's process; its shell's first child."""
        children = ["pgrep", "-P", self.leader()]
        return int(subprocess.run(children, capture_output=True, text=True, check=True).stdout)

    def leader(self) -> str:
        """The id of the process that the terminal has started."""
        return self._ask("#{pane_pid}")

    def _ask(self, what: str) -> str:
        ask = [*self._tmux, "display-message", "-p", what]
        return subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()

    def until_ended(self) -> int:
        """The program's exit status, once it has ended."""
        return int(self.until(ENDED).split(ENDED)[1].split()[0])

    def until_closed(self) -> None:
        """The command that was alone on the screen has ended, and the screen with it."""
        end = time.monotonic() + PATIENCE
        while subprocess.run([*self._tmux, "has-session"], check=False, capture_output=True).returncode == 0:
            assert time.monotonic() < end, f"the screen shows:\n{self.text()}"
            time.sleep(0.05)

    def until(self, what: str | Callable[[str], bool]) -> str:
        """The screen, as soon as it holds the text or meets the condition."""
        met = what if callable(what) else lambda text: what in text
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            text = self.text()
            if met(text):
                return text
            time.sleep(0.05)
        raise AssertionError(f"waited {PATIENCE:g} s for {what!r}; the screen shows:\n{text}")


@contextmanager
def screen(
    command: list[str], env: Mapping[str, str], size: tuple[int, int] = (80, 24), *, alone: bool = False
) -> Iterator[Screen]:
    """Run the command on a screen of so many columns and rows.

    It stays when the command has ended, but for one that is `alone`: then nothing but the command, and no
    shell, is the terminal's.
    """
    need_tmux()
    with tempfile.TemporaryDirectory(prefix="tmux-") as folder:
        socket = Path(folder) / "socket"
        tmux = ["tmux", "-S", str(socket)]
        width, height = map(str, size)
        start = [*tmux, "-f", "/dev/null", "new-session", "-d", "-x", width, "-y", height]
        shell = [] if alone else ["sh", "-c", SAY_THE_END, "sh"]
        subprocess.run([*start, *shell, *command], env=env, check=True)
        try:
            yield Screen(socket)
        finally:
            subprocess.run([*tmux, "kill-server"], check=False, capture_output=True)
