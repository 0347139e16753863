"""How a verb describes itself. The parser and the manual both read this."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Option(NamedTuple):
    """A flag. `read` parses its value, and raises ValueError with a message for the user."""

    flags: tuple[str, ...]  # the last one is the long form, and gives the option its key
    help: str
    value: str = ""  # the value's name in the manual; "" for a switch
    repeat: bool = False
    read: Callable[[str], Any] = str

    @property
    def key(self) -> str:
        """The attribute that holds the parsed value."""
        return self.flags[-1].lstrip("-").replace("-", "_")


class NoOptions(NamedTuple):
    """What a verb without options or operand takes."""


class Verb(NamedTuple):
    name: str
    summary: str  # one line, for the list of verbs
    operand: str  # "NAME|URL", "[NAME|URL]" if optional, "" for none; at most two words
    options: tuple[Option, ...]
    text: str  # the manual's paragraphs
    examples: tuple[tuple[str, str], ...]  # (purpose, command)
    # The NamedTuple that `run` gets: a field for each option's key, `operand`, and `second` if it takes two.
    # Its defaults are the values of what was not typed.
    takes: Callable[..., tuple[Any, ...]] = NoOptions


def _account(text: str) -> str:
    from keyrack.cli.values import account  # imported late: most commands have none

    return account(text)


ACCOUNT = Option(
    ("--account",),
    "use this account (default: the server's default, or its only account)",
    "NAME",
    read=_account,
)
JSON = Option(("--json",), "print JSON")
CONFIG = Option(("--config",), "also read this mcp-use JSON file; can be repeated", "FILE", repeat=True)
VERSION = Option(("--version",), "show the version")
HELP = Option(("-h", "--help"), "show this page, or the page of a command")
GLOBAL = (CONFIG, HELP, VERSION)
