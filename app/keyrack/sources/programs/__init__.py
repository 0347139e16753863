"""One module for each program, which reads its configuration format.

A module has `STYLE`, the program's syntax for variables (`parsing.interpolate`); `EDIT`, how `keyrack adopt`
replaces a secret in its file; and `read(text, collector)`, which adds the servers of one file. It is imported
only if one of the program's files exists.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from keyrack.sources.locations import Candidate, Search, agents, claude, editors, tools

if TYPE_CHECKING:
    from keyrack.sources.edit import Edit


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


OWN = Program("keyrack", "keyrack_own", tools.keyrack)
MCP_USE = Program("mcp-use", "mcp_use", tools.mcp_use)
CLAUDE_CODE = Program("Claude Code", "claude_code", claude.claude_code)
MCP = Program("mcp", "mcp_avelino", tools.mcp)

# If two programs have different names for a server, the name from the first is shown.
PROGRAMS = (
    MCP,
    CLAUDE_CODE,
    Program("Cursor", "cursor", editors.cursor),
    Program("VS Code", "vscode", editors.vscode),
    Program("Codex", "codex", agents.codex),
    Program("Amazon Q", "amazon_q", agents.amazon_q),
    Program("Amp", "amp", agents.amp),
    Program("Antigravity", "antigravity", editors.antigravity),
    Program("Claude Desktop", "claude_desktop", claude.claude_desktop),
    Program("Cline", "cline", editors.cline),
    Program("Continue", "continue_dev", agents.continue_dev),
    Program("Copilot CLI", "copilot", agents.copilot),
    Program("Crush", "crush", agents.crush),
    Program("Droid", "droid", agents.droid),
    Program("Gemini CLI", "gemini", agents.gemini),
    Program("goose", "goose", agents.goose),
    Program("Kilo", "opencode", agents.kilo),
    Program("Kimi Code", "kimi", agents.kimi),
    Program("Kiro", "kiro", editors.kiro),
    Program("LM Studio", "lm_studio", tools.lm_studio),
    Program("mcp-use (TypeScript)", "mcp_use_sessions", tools.mcp_use_sessions),
    Program("mcporter", "mcporter", tools.mcporter),
    Program("Mistral Vibe", "vibe", agents.vibe),
    Program("opencode", "opencode", agents.opencode),
    Program("Qoder", "qoder", editors.qoder),
    Program("Qwen Code", "gemini", agents.qwen),
    Program("Roo Code", "roo", editors.roo),
    Program("Trae", "trae", editors.trae),
    Program("Windsurf", "windsurf", editors.windsurf),
    Program("Zed", "zed", editors.zed),
)


def reader(module: str) -> Reader:
    """The module of that name."""
    return import_module(f"{__name__}.{module}")  # type: ignore[return-value]


def edit_of(program: str) -> Edit:
    """How a secret in a file of the program with this display name is replaced."""
    return next(reader(each.module).EDIT for each in (OWN, MCP_USE, *PROGRAMS) if each.name == program)
