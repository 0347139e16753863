"""The command line, with one module per verb.

`keyrack list` and `keyrack token` run in shell prompts and scripts and must start
fast, so a verb's module is imported only when that verb is used.
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
    """Run the command in the arguments, and return the exit code. Raises nothing.

    `adapters(config_files=…, ask=…)` builds the adapters, `screen(factory)` opens the TUI, and `demo()`
    runs the sandbox: the command line imports none of them.
    """
    from keyrack.cli.dispatch import dispatch
    from keyrack.cli.exits import guarded
    from keyrack.cli.output import Output

    out = Output()
    return guarded(out, lambda: dispatch(argv, out, adapters, screen, demo))
