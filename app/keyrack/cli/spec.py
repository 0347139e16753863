"""How a verb describes itself. The parser and the manual both read this."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, dataclass_transform

from keyrack.domain.named_tuple import NamedTuple


class Option(NamedTuple):
    """A flag. `read` parses its value, and raises ValueError with a message for the user."""

    flags: tuple[str, ...]  # the last one is the long form, and gives the option its key
    help: str
    value: str = ""  # its name in the manual; "" for a switch. FILE, ACCOUNT, PROGRAM and a|b are completed
    repeat: bool = False
    read: Callable[[str], Any] = str

    @property
    def key(self) -> str:
        """The attribute that holds the parsed value."""
        name = self.flags[-1].lstrip("-").replace("-", "_")
        return f"{name}_" if name in ("from", "as") else name  # words of Python


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Arguments:
    """What was typed after a verb. Each verb's subclass has an attribute for each option's key, `operand`,
    `second` if it takes two, or `operands` if it can be repeated, and `command`; the class's values stand
    for what was not typed.

    Not a NamedTuple, which takes 0.3 ms to define: `keyrack help` imports every verb.
    """

    def __init__(self, **typed: Any) -> None:
        vars(self).update(typed)


class Verb(NamedTuple):
    """Its group and its summary are in verbs.py."""

    name: str
    # "NAME|URL", "[NAME|URL]" if optional, "" for none; at most two words. "NAME…" can be repeated, and
    # " -- COMMAND…" takes everything after “--”.
    operand: str
    options: tuple[Option, ...]
    text: str  # the manual's paragraphs
    examples: tuple[tuple[str, str], ...]  # (purpose, command)
    takes: type[Arguments] = Arguments  # what `run` gets
    actions: tuple[tuple[str, str], ...] = ()  # what ACTION can be, and does


def _account(text: str) -> str:
    from keyrack.cli.values import account  # imported late: most commands have none

    return account(text)


ACCOUNT = Option(
    ("--account",),
    "use this account (default: the server's default, or its only account)",
    "ACCOUNT",
    read=_account,
)
JSON = Option(("--json",), "print JSON")
CONFIG = Option(("--config",), "also read this mcp-use JSON file; can be repeated", "FILE", repeat=True)
VERSION = Option(("--version",), "show the version")
HELP = Option(("-h", "--help"), "show this page, or the page of a command")
GLOBAL = (CONFIG, HELP, VERSION)
