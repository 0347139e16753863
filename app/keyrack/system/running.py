"""Runs a command to its end, in a given environment."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence

from keyrack.domain.named_tuple import NamedTuple


class Ran(NamedTuple):
    """How a command ended."""

    code: int | None  # None: it could not be started, or was ended after its time
    out: str
    err: str


def run(argv: Sequence[str], env: Mapping[str, str], seconds: float, *, cwd: str | None = None) -> Ran:
    """Run it without input, and end it after `seconds`."""
    try:
        done = subprocess.run(
            argv,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Ran(None, "", f"It did not end within {seconds:.0f} seconds.")
    except (OSError, ValueError) as error:
        return Ran(None, "", getattr(error, "strerror", None) or "it can't be started")
    return Ran(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))
