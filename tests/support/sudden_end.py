"""The sudden end of a process, at a moment that the test chooses."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING, Any

from keyrack.system import swapping

if TYPE_CHECKING:
    import pytest


class Killed(BaseException):
    """Stands for the process's sudden end."""


def dying(patch: pytest.MonkeyPatch, at: int, *effects: str) -> None:
    """From the `at`-th moment on, nothing that touches the disk has an effect: the process is dead.

    `effects` are functions of `os`; a swap of two files is always one.
    """
    turns = count()

    def wrap(real: Any) -> Any:
        def step(*args: Any, **options: Any) -> Any:
            if next(turns) >= at:
                raise Killed
            result = real(*args, **options)
            if next(turns) >= at:
                raise Killed
            return result

        return step

    for name in effects:
        if hasattr(os, name):
            patch.setattr(os, name, wrap(getattr(os, name)))
    patch.setattr(swapping, "swap", wrap(swapping.swap))
