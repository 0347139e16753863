"""Publishes fresh tokens once the caller has its answer (`keyrack publish`)."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.cli.context import Context
    from keyrack.domain.model import Server


# Seconds for a program's lock. $(keyrack token NAME) has its answer only when keyrack ends; the next call
# publishes what this one could not.
WAIT = 0.3


def after_answer(context: Context, server: Server) -> None:
    """Write the server's current token to the programs that are to have it. A failure is only a note."""
    from keyrack.operations.sharing.publishing import publish_again

    with suppress(OSError, ValueError):
        if sys.stdout is not None:
            sys.stdout.flush()  # a reader of the pipe has the token now
    for sentence in publish_again(context.adapters(), server, timeout=WAIT):
        context.out.note(f"keyrack: {plain(sentence, 1000)}")
