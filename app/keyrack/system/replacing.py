"""Runs a command in the place of this program."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress

from keyrack.domain.errors import CommandNotExecutable, CommandNotFound, KeyrackError
from keyrack.system.ending import wait_for_held


def become(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Run the command with this environment, with our process ID, terminal, and signals as they were.

    On Windows, where a process can't be replaced, it runs as a child, and its exit code is returned.
    Raises CommandNotFound, CommandNotExecutable, KeyrackError.
    """
    try:
        words = [os.fsencode(word) for word in command]
        variables = {os.fsencode(name): os.fsencode(value) for name, value in env.items()}
    except UnicodeEncodeError:
        raise KeyrackError(
            "The command or a variable has characters that the system's encoding does not have.",
            hint="Set a UTF-8 locale, for instance LC_ALL=C.UTF-8.",
        ) from None
    try:
        if sys.platform == "win32":
            return _as_child(command, env)
        wait_for_held()  # no other thread goes on after this
        with _signals_as_at_the_start():
            os.execvpe(words[0], words, variables)  # noqa: S606  # the user's own command
    except OSError as error:
        raise _not_started(command[0], env, error) from None
    except ValueError:
        raise KeyrackError("The command or a variable contains a NUL byte.") from None


@contextmanager
def _signals_as_at_the_start() -> Generator[None]:
    """Python ignores these from its start, which a program does not expect. If it can't be run, they are
    ignored again: nobody who has closed a pipe may end us."""
    numbers = [getattr(signal, name) for name in ("SIGPIPE", "SIGXFSZ") if hasattr(signal, name)]
    before = [signal.signal(number, signal.SIG_DFL) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _as_child(command: Sequence[str], env: Mapping[str, str]) -> int:
    # CreateProcess finds only .exe by itself; npx is npx.cmd.
    program = shutil.which(command[0], path=env.get("PATH")) or command[0]
    # The console sends ctrl+c to both; only the child decides what it means.
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen([program, *command[1:]], env=dict(env))
    return child.wait()


def _not_started(program: str, env: Mapping[str, str], error: OSError) -> KeyrackError:
    found = shutil.which(program, path=env.get("PATH"))
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        if found:
            return CommandNotExecutable(f"{program} can't be run: its interpreter was not found.")
        return CommandNotFound(f"The command {program} was not found.")
    return CommandNotExecutable(f"{program} can't be run: {error.strerror}.")
