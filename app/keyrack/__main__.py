"""The command `keyrack`: connects the command line with the screen, the adapters and the demo."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyrack.domain.secret import Secret
    from keyrack.operations.ports import Adapters


ENDS = ("SIGTERM", "SIGHUP")  # sent by whoever started keyrack, and when the terminal is closed


def main() -> int:
    """Run the command and return the exit code."""
    from keyrack.cli import run

    for name in ENDS:
        # End in an orderly way, so that a running refresh can finish; the screen does that itself.
        # Signals that were ignored at the start (nohup) stay ignored.
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) == signal.SIG_DFL:
            signal.signal(getattr(signal, name), _end)
    # A command ends before a collection is worth it; the screen enables it after its first frame.
    gc.disable()
    code = run(sys.argv[1:], adapters=_adapters, screen=_screen, demo=_demo)
    # Python looks for garbage several times while it ends. It need not: the system takes back all memory.
    gc.freeze()
    return code


def _end(number: int, frame: object) -> None:
    from keyrack.system.ending import end_soon

    for name in ENDS:  # a second signal would interrupt this
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    end_soon(128 + number)
    raise SystemExit(128 + number)


# Each imports what it needs when it is called: `keyrack token` must not load the screen.


def _adapters(
    *, config_files: tuple[str, ...] = (), ask: Callable[[], Secret | None] | None = None
) -> Adapters:
    from keyrack import wiring

    return wiring.adapters(config_files=config_files, ask=ask)


def _screen(factory: Callable[[], Adapters]) -> int:
    import os

    from keyrack.config.screen import ScreenFile
    from keyrack.tui import run_tui

    return run_tui(factory, state=ScreenFile(os.environ, sys.platform), demo=_demo)


def _demo() -> int:
    from keyrack.demo import run_demo

    return run_demo()


if __name__ == "__main__":
    sys.exit(main())
