"""The program that runs keyrack: the first ancestor that is no shell and no wrapper.

It says itself what it is called, so this helps a person to recognize it, and proves nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

DEEPEST = 20  # ancestors
LONGEST = 60  # characters of a name
# On the path of `keyrack token`, where compiling a pattern takes longer than all of this.
SHELLS = frozenset(
    (
        "sh", "bash", "dash", "zsh", "fish", "ksh", "mksh", "ash", "busybox", "tcsh", "csh", "nu", "pwsh",
        "powershell", "elvish",
    )
)  # fmt: skip
WRAPPERS = frozenset(
    (
        "keyrack", "env", "timeout", "sudo", "doas", "su", "nice", "nohup", "setsid", "xargs", "time",
        "stdbuf", "ionice", "chrt", "script", "unshare", "make", "uv", "uvx", "pipx", "direnv", "dotenv",
        "mise", "asdf",
    )
)  # fmt: skip
INTERPRETERS = frozenset(
    ("node", "nodejs", "bun", "deno", "python", "pythonw", "ruby", "perl", "php", "java", "tsx")
)
# Names that say nothing about what they belong to. The folder's is better.
COMMON = frozenset(
    (
        "index", "main", "cli", "app", "run", "server", "start", "__main__", "dist", "build", "lib",
        "libexec", "bin", "src", "out", "bundle", "cjs", "esm", ".bin",
    )
)  # fmt: skip
SUFFIXES = (".exe", ".js", ".cjs", ".mjs", ".ts", ".py", ".pyz", ".rb", ".pl", ".php", ".jar")
IS_CODE = ("-c", "-e", "-p", "--eval", "--print", "-")  # instead of a script
WITH_VALUE = ("-W", "-X", "-r", "-C", "--require", "--import", "--loader", "-cp", "--cwd")

Process = tuple[int, list[str]]  # its parent, and its arguments


def caller(start: int = 0, look: Callable[[int], Process | None] | None = None) -> str:
    """The name of the program, or "" if it is not known. Never raises.

    `start` is the process to look at first, by default the parent of this one. `look` finds a process.
    """
    return _found(start, look or _look())[1]


def process() -> str:
    """What tells the program's process from all others, also from later ones; "" if it is not known."""
    pid, name = _found(0, _look())
    if not name:
        return ""
    try:
        started = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[19].decode()
    except (OSError, IndexError):
        started = ""
    return f"{pid}-{started}"


def _found(start: int, look: Callable[[int], Process | None] | None) -> tuple[int, str]:
    pid = start or os.getppid()
    for _ in range(DEEPEST):
        found = look(pid) if look is not None and pid > 1 else None
        if found is None:
            break
        parent, arguments = found
        name = name_of(arguments)
        if name and name not in SHELLS and name not in WRAPPERS:
            return pid, name
        pid = parent
    return 0, ""


def name_of(arguments: list[str]) -> str:
    """What to call a program with these arguments, or "". Arguments may be secrets, so the name is only
    taken from the command, or from the script that an interpreter runs."""
    if not arguments:
        return ""
    command = arguments[0]
    if len(arguments) == 1 and " " in command and not os.path.exists(command):
        command = command.split(" ", 1)[0]  # a title that the process has given itself
    name = _base(command).removeprefix("-")  # a login shell has one
    if name.rstrip("0123456789.").lower() in INTERPRETERS:
        return _script(arguments[1:]) or _clean(name)
    return _clean(name)


def _script(arguments: list[str]) -> str:
    """The script or module that an interpreter runs; "" if it runs something else."""
    words = iter(arguments)
    for word in words:
        if word in IS_CODE:
            return ""
        if word == "-m":
            return _clean(next(words, "").partition(".")[0])
        if word in WITH_VALUE:
            next(words, "")
        elif not word.startswith("-") and word != "run":
            return "" if "://" in word else _named_after(word)
    return ""


def _named_after(path: str) -> str:
    """The script's name, or that of its package if the script is called index.js or so."""
    parts = path.replace("\\", "/").split("/")
    while len(parts) > 1 and _base(parts[-1]) in COMMON:
        parts.pop()
    return _clean(_base(parts[-1]))


def _base(path: str) -> str:
    name = path.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return next((name.removesuffix(each) for each in SUFFIXES if name.endswith(each)), name)


def _clean(name: str) -> str:
    """The name if it looks like one, else ""."""
    from keyrack.domain.text import plain

    name = plain(name, LONGEST)
    return name if name.strip() and all(char.isalnum() or char in " ._@+-…" for char in name) else ""


def _look() -> Callable[[int], Process | None] | None:
    if sys.platform == "darwin":
        from keyrack.system.processes_mac import look

        return look
    return _look_in_proc if os.path.isdir("/proc/self") else None


def _look_in_proc(pid: int) -> Process | None:
    """A process's parent and arguments (proc(5))."""
    try:
        # The name of the program comes second, in parentheses, and may contain anything.
        parent = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[1]
        words = _read(f"/proc/{pid}/cmdline").decode("utf-8", "replace").rstrip("\0").split("\0")
    except (OSError, IndexError):
        return None
    return int(parent), [word for word in words if word]


def _read(path: str) -> bytes:
    fd = os.open(path, os.O_RDONLY)
    try:
        return os.read(fd, 4096)
    finally:
        os.close(fd)
