"""The verbs and their modules."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from keyrack.domain.errors import UsageError
from keyrack.domain.text import plain

# In the manual's order.
NAMES = (
    "list", "login", "token", "refresh", "check", "set", "import", "publish", "adopt", "clear", "undo",
    "accounts", "clients", "vault", "doctor", "demo", "help",
)  # fmt: skip


def module_of(word: str) -> ModuleType:
    """The module of a verb, which has a `VERB` and a `run(context, options)`. Raises UsageError."""
    if word in NAMES:
        return import_module(f"keyrack.cli.{word}")
    import difflib

    close = difflib.get_close_matches(word, NAMES, 1)
    hint = f"Did you mean keyrack {close[0]}?" if close else "Run keyrack help for a list of commands."
    raise UsageError(f"Unknown command “{plain(word, 40)}”.", hint=hint)
