"""One module for each program that holds tokens itself, in files or keychain items of its own.

A module has `rows(opened)`, which yields the rows of one file or item. It is imported only if there is one.
"""

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import NamedTuple, Protocol

from keyrack.sources.locations import Search
from keyrack.sources.tokens import locations
from keyrack.sources.tokens.layout import Opened, Row


class Holder(NamedTuple):
    """A program that holds tokens."""

    name: str  # the display name
    module: str  # in this package
    files: Callable[[Search], Sequence[str]]  # its token files, which need not exist
    service: str = ""  # of its items in the system's keychain
    folder: Callable[[Search], str] | None = None  # where there is none, it has no items either
    logout: str = ""  # its own command for logging out; {name} is the server's name there
    login: str = ""  # its own command for logging in


class Reader(Protocol):
    """A program's module."""

    @staticmethod
    def rows(opened: Opened) -> Iterator[Row]: ...


HOLDERS = (
    Holder(
        "Claude Code",
        "claude_code",
        locations.claude_code,
        logout="claude mcp logout {name}",
        login="claude mcp login {name}",
    ),
    Holder(
        "Codex",
        "codex",
        locations.codex,
        service="Codex MCP Credentials",
        folder=locations.codex_home,
        logout="codex mcp logout {name}",
        login="codex mcp login {name}",
    ),
    Holder("Gemini CLI", "gemini", locations.gemini),
    Holder("Qwen Code", "gemini", locations.qwen),
    Holder("mcp-remote", "mcp_remote", locations.mcp_remote),
)


def reader(holder: Holder) -> Reader:
    """The program's module."""
    return import_module(f"{__name__}.{holder.module}")  # type: ignore[return-value]


def holder(name: str) -> Holder | None:
    """The program with this display name."""
    return next((each for each in HOLDERS if each.name == name), None)
