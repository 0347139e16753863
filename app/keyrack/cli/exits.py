"""Exit codes, and the messages on stderr when a command fails."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import TracebackType

from keyrack.cli.output import Output, OutputClosed
from keyrack.domain.errors import KeyrackError
from keyrack.domain.text import plain

PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep

OK = 0
ERROR = 1
LOGIN_NEEDED = 3
TEMPORARY = 4
STORE = 5
INTERRUPTED = 130
PIPE_CLOSED = 141  # like a program that was ended by SIGPIPE

MEANINGS = (
    (0, "success"),
    (1, "error; see the message on stderr"),
    (2, "usage error"),
    (3, "login needed, or a hand-out was not allowed"),
    (4, "network or server failure; try again"),
    (5, "the keychain or the vault is locked, missing or not responding"),
    (6, "no such server"),
    (130, "interrupted with ctrl+c"),
)


def guarded(out: Output, work: Callable[[], int]) -> int:
    """Run `work`, and turn whatever it raises into a message on stderr and an exit code."""
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
    """Print the error, and what to do next on its own lines."""
    out.note(f"keyrack: {plain(str(error), 1000)}")
    for line in filter(None, error.hint.split("\n")):
        out.note(f"  {plain(line, 1000)}")


def _confess(out: Output, error: Exception) -> None:
    """Report a bug in keyrack: where it is, but no values, because any value may be a secret."""
    kind = type(error).__name__
    out.note(f"keyrack: something went wrong inside keyrack ({kind} at {_place(error.__traceback__)}).")
    if os.environ.get("KEYRACK_DEBUG") == "1":
        import traceback

        # Only the frames and the type: an exception's text may quote a secret.
        out.note("".join(traceback.format_tb(error.__traceback__)) + kind)
    else:
        out.note("  Please report it. Set KEYRACK_DEBUG=1 to get a traceback.")


def _place(trace: TracebackType | None) -> str:
    """The innermost frame in keyrack's own code, as "operations/login.py:88"."""
    place = "?"
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if path.startswith(PACKAGE):
            place = f"{path.removeprefix(PACKAGE)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place.replace(os.sep, "/")
