"""One module for each program, which reads its configuration format.

A module has `STYLE`, the program's syntax for variables (`parsing.interpolate`); `EDIT`, how `keyrack adopt`
replaces a secret in its file; and `read(text, collector)`, which adds the servers of one file. It is imported
only if one of the program's files exists.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple, Protocol

from keyrack.sources import locations
from keyrack.sources.edit import Edit
from keyrack.sources.locations import Candidate, Search


class Program(NamedTuple):
    name: str  # the display name
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

# If two programs have different names for a server, the name from the first is shown.
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
