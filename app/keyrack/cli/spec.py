"""How a verb describes itself: what is parsed and what the manual says come from one place."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Option(NamedTuple):
    """A flag. Its value is read by `read`, which raises ValueError with a sentence."""

    flags: tuple[str, ...]  # the last one is the long one and gives the option its key
    help: str
    value: str = ""  # what the manual calls the value; "" for a switch
    repeat: bool = False
    read: Callable[[str], Any] = str

    @property
    def key(self) -> str:
        """The attribute that the parsed value gets."""
        return self.flags[-1].lstrip("-").replace("-", "_")


class Verb(NamedTuple):
    name: str
    summary: str  # one line, for the list of verbs
    operand: str  # "NAME|URL", "[NAME|URL]" where it may be left out, "" for none; at most two words
    options: tuple[Option, ...]
    text: str  # paragraphs of the manual
    examples: tuple[tuple[str, str], ...]  # what it is for, what to type


def _account(text: str) -> str:
    from keyrack.cli.values import account  # late: most commands are typed without one

    return account(text)


ACCOUNT = Option(
    ("--account",),
    "the account's name, where a server has several (otherwise its default, or its only one)",
    "NAME",
    read=_account,
)
JSON = Option(("--json",), "write JSON for a program to read")
CONFIG = Option(("--config",), "read this mcp-use JSON file too; may be repeated", "FILE", repeat=True)
VERSION = Option(("--version",), "show the version")
HELP = Option(("-h", "--help"), "show the manual page, also after a verb")
GLOBAL = (CONFIG, HELP, VERSION)
