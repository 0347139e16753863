"""The two ways out of the command line: the real adapters, and the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keyrack.operations.parts import Parts


def parts(*, config_files: tuple[str, ...] = ()) -> Parts:
    """The real adapters."""
    from keyrack import wiring

    return wiring.parts(config_files=config_files)


def screen(factory: Callable[[], Parts]) -> Any:
    """The terminal UI, until the user quits."""
    from keyrack.tui import run_tui

    return run_tui(factory)
