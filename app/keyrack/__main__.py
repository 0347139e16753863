"""The command `keyrack`: joins the command line to the screen, the adapters and the demo."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyrack.domain.secret import Secret
    from keyrack.operations.ports import Adapters


ENDS = ("SIGTERM", "SIGHUP")  # a time limit of whoever started keyrack; a terminal that was closed


def main() -> int:
    """Do what the arguments say; the exit code is returned."""
    from keyrack.cli import run

    for name in ENDS:
        # An end in good order, so that a refresh that was begun goes to its own; the screen has its own way.
        # What whoever started keyrack had ignored (nohup) stays so.
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) == signal.SIG_DFL:
            signal.signal(getattr(signal, name), _end)
    # A command ends before there is garbage worth looking for; the screen enables it after its first frame.
    gc.disable()
    return run(sys.argv[1:], adapters=_adapters, screen=_screen, demo=_demo)


def _end(number: int, frame: object) -> None:
    from keyrack.system.ending import end_soon

    for name in ENDS:  # a second one would cut off the end that has begun
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    end_soon(128 + number)
    raise SystemExit(128 + number)


# Each imports what it needs when it is needed: `keyrack token` must not pay for a screen.


def _adapters(
    *, config_files: tuple[str, ...] = (), ask: Callable[[], Secret | None] | None = None
) -> Adapters:
    from keyrack import wiring

    return wiring.adapters(config_files=config_files, ask=ask)


def _screen(factory: Callable[[], Adapters]) -> int:
    from keyrack.tui import run_tui

    return run_tui(factory)


def _demo() -> int:
    from keyrack.demo import run_demo

    return run_demo()


if __name__ == "__main__":
    sys.exit(main())
