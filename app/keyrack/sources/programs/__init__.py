"""One file per program: how it writes its servers down.

A program's module has `STYLE`, how it writes variables (`parsing.interpolate`); `EDIT`, how `keyrack adopt`
replaces a secret in its file; and `read(text, collector)`, which adds the servers of one file. Its module is
imported only if one of its files exists.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple, Protocol

from keyrack.sources import locations
from keyrack.sources.edit import Edit
from keyrack.sources.locations import Candidate, Search


class Program(NamedTuple):
    name: str  # its display name
    module: str  # in this package
    files: Callable[[Search], list[Candidate]]


class Reader(Protocol):
    """A program's module."""

    STYLE: str
    EDIT: Edit

    @staticmethod
    def read(text: Any, collector: Any) -> Any: ...


OWN = Program("keyrack", "keyrack_own", locations.keyrack)
MCP_USE = Program("mcp-use", "mcp_use", locations.mcp_use)
CLAUDE_CODE = Program("Claude Code", "claude_code", locations.claude_code)
MCP = Program("mcp", "mcp_avelino", locations.mcp)

# If two programs name one server differently, the first one's name is shown.
PROGRAMS = (
    MCP,
    CLAUDE_CODE,
    Program("Cursor", "cursor", locations.cursor),
    Program("VS Code", "vscode", locations.vscode),
    Program("Codex", "codex", locations.codex),
)


def reader(module: str) -> Reader:
    """The module of that name."""
    return import_module(f"{__name__}.{module}")  # type: ignore[return-value]


def edit_of(program: str) -> Edit:
    """How a secret in a file of the program with this display name is replaced."""
    return next(reader(each.module).EDIT for each in (OWN, MCP_USE, *PROGRAMS) if each.name == program)
