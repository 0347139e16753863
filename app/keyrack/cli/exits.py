"""Exit codes, and what is said on stderr when something ends badly."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from keyrack.domain.errors import KeyrackError
from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.output import Output

OK = 0
ERROR = 1
LOGIN_NEEDED = 3
TEMPORARY = 4
STORE = 5
INTERRUPTED = 130
PIPE_CLOSED = 141  # as a program that SIGPIPE ended

MEANINGS = (
    (0, "it worked"),
    (1, "an error, told on stderr"),
    (2, "the words typed make no sense"),
    (3, "a person must log in"),
    (4, "the network or the server failed; try again"),
    (5, "the keychain or the vault is locked, absent or too slow"),
    (6, "no server of that name"),
    (130, "stopped with ctrl+c"),
)


class OutputClosed(Exception):
    """Whoever read our output went away, as `head` does."""


def guarded(out: Output, work: Callable[[], int]) -> int:
    """Run `work`, and turn whatever it raises into words on stderr and an exit code."""
    try:
        code = work()
        out.flush()
        return code
    except OutputClosed:
        return PIPE_CLOSED
    except KeyrackError as error:
        report(out, error)
        return error.exit_code
    except KeyboardInterrupt:
        out.note("keyrack: stopped.")
        return INTERRUPTED
    except Exception as error:
        _confess(out, error)
        return ERROR


def report(out: Output, error: KeyrackError) -> None:
    """A sentence and, on its own lines, what to do next."""
    out.note(f"keyrack: {plain(str(error), 1000)}")
    for line in filter(None, error.hint.split("\n")):
        out.note(f"  {plain(line, 1000)}")


def _confess(out: Output, error: Exception) -> None:
    """A fault of ours: where it is, and no value, since any value may be a secret."""
    kind = type(error).__name__
    out.note(f"keyrack: something went wrong inside keyrack ({kind} at {_place(error.__traceback__)}).")
    if os.environ.get("KEYRACK_DEBUG") == "1":
        import traceback

        # The frames and the type alone: an exception's own text may quote a secret.
        out.note("".join(traceback.format_tb(error.__traceback__)) + kind)
    else:
        out.note("  KEYRACK_DEBUG=1 shows where; please report it.")


def _place(trace: TracebackType | None) -> str:
    """The innermost line of keyrack's own, as "operations/login.py:88"."""
    place, mark = "?", os.sep + "keyrack" + os.sep
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if mark in path:
            place = f"{path.rsplit(mark, 1)[1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place.replace(os.sep, "/")


def abandon(stream: object) -> None:
    """Point a broken stream at nothing, so that Python's own flush at the end is silent."""
    try:
        target = os.open(os.devnull, os.O_WRONLY)
        os.dup2(target, stream.fileno())  # type: ignore[attr-defined]
        os.close(target)
    except (OSError, ValueError, AttributeError):
        if stream is sys.stdout:
            sys.stdout = None
