"""Runs a command in a process of its own that may outlive this one."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence

from keyrack.domain.errors import KeyrackError, Temporary
from keyrack.system.locks import Locks

# Neither a signal for our process group nor the end of our terminal ends it.
_FLAGS = (
    subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    if sys.platform == "win32"
    else 0  # it gets a session of its own instead, which Windows ignores
)


def run_apart(command: Sequence[str], locks: Locks, name: str, seconds: float) -> bool:
    """Run the command, and wait up to `seconds` for its end; then it goes on without us.

    If a process with this `name` runs already, wait for that one instead. Returns whether it ended in
    time. Raises KeyrackError if it can't be started.
    """
    deadline = time.monotonic() + seconds
    try:
        with locks.hold(name, timeout=0):
            return _run(command, seconds)
    except Temporary:
        pass
    try:
        with locks.hold(name, timeout=max(deadline - time.monotonic(), 0)):
            return True
    except Temporary:
        return False


def keyrack_command(words: Sequence[str]) -> list[str]:
    """The command line that runs keyrack with these arguments, by the Python that runs it now."""
    # -P: the current folder, which may be a stranger's project, is no place to import from.
    return [sys.executable, "-P", "-m", "keyrack", *words]


def _run(command: Sequence[str], seconds: float) -> bool:
    nothing = subprocess.DEVNULL  # whoever waits for our output must not wait for this process too
    try:
        process = subprocess.Popen(
            command,
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            creationflags=_FLAGS,
            start_new_session=True,
        )
    except OSError as error:
        raise KeyrackError(f"{command[0]} can't be started: {error.strerror}.") from None
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.returncode = 0  # it is not ours any more; don't warn that it still runs
        return False
    return True
