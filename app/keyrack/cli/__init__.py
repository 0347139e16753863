"""The command line: one file per verb.

Kept light: `keyrack list` and `keyrack token` run inside other people's prompts
and scripts, so a verb's module is imported when that verb is typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keyrack.operations.ports import Adapters


def run(
    argv: list[str],
    *,
    adapters: Callable[..., Adapters],
    screen: Callable[[Callable[[], Adapters]], Any],
    demo: Callable[[], int],
) -> int:
    """Do what the words after `keyrack` say, and return the exit code. Raises nothing.

    `adapters(config_files=…, ask=…)` builds the adapters, `screen(factory)` opens the TUI, `demo()`
    the sandbox: the command line knows none of them.
    """
    from keyrack.cli.dispatch import dispatch
    from keyrack.cli.exits import guarded
    from keyrack.cli.output import Output

    out = Output()
    return guarded(out, lambda: dispatch(argv, out, adapters, screen, demo))
