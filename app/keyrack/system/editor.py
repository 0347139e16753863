"""Finds the user's editor, and opens a file in it at a line."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from keyrack.domain.errors import KeyrackError
from keyrack.domain.named_tuple import NamedTuple

if TYPE_CHECKING:
    from types import FrameType

# How a line is named, by the editor's program.
PLUS = {  # +12 FILE
    "vi", "vim", "nvim", "view", "ex", "vimx", "gvim", "nano", "pico", "emacs", "emacsclient", "micro", "kak",
    "joe", "jed", "jove", "mg", "ne", "mcedit", "gedit", "xed", "pluma", "gnome-text-editor",
}  # fmt: skip
COLON = {"hx", "helix", "subl", "zed", "zeditor", "lapce", "fresh"}  # FILE:12
GOTO = {  # --goto FILE:12
    "code", "code-insiders", "code-oss", "codium", "vscodium", "cursor", "windsurf", "positron",
}  # fmt: skip
LINE_OPTION = {
    "kate": "-l", "kwrite": "-l", "mate": "-l", "idea": "--line", "pycharm": "--line", "webstorm": "--line",
    "goland": "--line", "clion": "--line", "rubymine": "--line", "phpstorm": "--line", "rustrover": "--line",
}  # fmt: skip
# They open a window of their own, and so don't need the terminal.
IN_WINDOW = {
    *GOTO, *LINE_OPTION, "gvim", "gedit", "xed", "pluma", "gnome-text-editor", "mousepad", "subl", "zed",
    "zeditor", "lapce", "notepad", "notepad++", "bbedit", "open", "xdg-open",
}  # fmt: skip
USUAL = ("nano", "micro", "vim", "nvim", "vi", "emacs")  # where none is set, the easiest first


class Editor(NamedTuple):
    """A command that opens a file."""

    argv: tuple[str, ...]
    in_terminal: bool  # it draws in the terminal, which it needs for itself
    is_set: bool  # by VISUAL or EDITOR

    @property
    def name(self) -> str:
        return os.path.basename(self.argv[0])


def editor_for(
    path: str,
    line: int | None,
    env: Mapping[str, str],
    which: Callable[[str], str | None] = shutil.which,
    platform: str = sys.platform,
) -> Editor:
    """The command for a file and a line, from 1.

    Raises KeyrackError if VISUAL or EDITOR can't be understood, or if none is set and no usual editor is
    installed.
    """
    set_to = next((env[name] for name in ("VISUAL", "EDITOR") if env.get(name, "").strip()), "")
    if set_to:
        words = _words(set_to, platform)
    else:
        usual = ("notepad",) if platform == "win32" else USUAL
        words = [next((name for name in usual if which(name)), "")]
        if not words[0]:
            where = f"{path}, line {line}" if line else path
            raise KeyrackError(
                f"There is no editor to open {where} with.", hint="Set EDITOR, and start keyrack again."
            )
    name = os.path.basename(words[0].replace("\\", "/") if platform == "win32" else words[0]).lower()
    name = name.removesuffix(".exe").removesuffix(".cmd")
    return Editor((*words, *_place(name, path, line)), name not in IN_WINDOW, bool(set_to))


def _words(text: str, platform: str) -> list[str]:
    """As a shell splits it, but nothing is run or filled in. On Windows, backslashes are those of paths."""
    import shlex

    if platform == "win32":
        return [word.strip('"') for word in shlex.split(text, posix=False)]
    try:
        return shlex.split(text)
    except ValueError:
        raise KeyrackError("EDITOR or VISUAL has an open quote.", hint="Correct it, and try again.") from None


def _place(name: str, path: str, line: int | None) -> tuple[str, ...]:
    if line is None:
        return (path,)
    if name in PLUS:
        return f"+{line}", path
    if name in COLON:
        return (f"{path}:{line}",)
    if name in GOTO:
        return "--goto", f"{path}:{line}"
    if name in LINE_OPTION:
        return LINE_OPTION[name], str(line), path
    if name == "notepad++":
        return f"-n{line}", path
    return (path,)


def run_in_terminal(argv: Sequence[str]) -> int:
    """Run an editor with the terminal, until it ends. Returns its exit code.

    ctrl+c and ctrl+\\ are for the editor alone, and ctrl+z stops both, as with any command that runs an
    editor. Only for the main thread. Raises KeyrackError if it can't be started.
    """

    def ignore(number: int, frame: FrameType | None) -> None:
        """A function and not SIG_IGN, which the editor would inherit."""

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGQUIT") if hasattr(signal, name)]
    before = {number: signal.signal(number, ignore) for number in numbers}
    try:
        return subprocess.run(argv, check=False).returncode
    except (OSError, ValueError) as error:
        raise _not_started(argv, error) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def start_in_window(argv: Sequence[str]) -> None:
    """Start an editor with a window of its own, which may outlive keyrack. Raises KeyrackError."""
    nothing = subprocess.DEVNULL
    try:
        subprocess.Popen(argv, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
    except (OSError, ValueError) as error:
        raise _not_started(argv, error) from None


def _not_started(argv: Sequence[str], error: Exception) -> KeyrackError:
    why = getattr(error, "strerror", None) or "its name is not valid"
    return KeyrackError(
        f"{os.path.basename(argv[0])} can't be started: {why}.",
        hint="Set EDITOR to another editor, and start keyrack again.",
    )
