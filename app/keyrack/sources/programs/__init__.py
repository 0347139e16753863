"""One module for each program, which reads its configuration format.

A module has `STYLE`, the program's syntax for variables (`parsing.interpolate`); `EDIT`, how `keyrack adopt`
replaces a secret in its file; and `read(text, collector)`, which adds the servers of one file. It is imported
only if one of the program's files exists.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from keyrack.domain.named_tuple import NamedTuple
from keyrack.sources.locations import Candidate, Files, Search, agents, claude, editors, tools

if TYPE_CHECKING:
    from keyrack.sources.edit import Edit


class Program(NamedTuple):
    name: str  # the display name
    module: str  # in this package
    files: Callable[[Search], list[Candidate]]  # `Files`, or a function of `locations`

    def candidates(self, search: Search) -> list[Candidate]:
        """Its files, each once. The user's own wins: the current folder can be the home folder.

        Raises KeyrackError without a home folder.
        """
        return list({each.path: each for each in self.files(search)}.values())


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
    Program("Cursor", "cursor", Files(("~/.cursor/mcp.json",), project=(".cursor/mcp.json",))),
    Program("VS Code", "vscode", editors.vscode),
    Program("Codex", "codex", agents.codex),
    Program("Amazon Q", "amazon_q", Files(("~/.aws/amazonq/mcp.json",), project=(".amazonq/mcp.json",))),
    Program("Amp", "amp", Files(("{xdg}/amp/settings.json",), windows=("{config}/amp/settings.json",))),
    Program("Antigravity", "antigravity", Files(("~/.gemini/antigravity/mcp_config.json",))),
    Program("Claude Desktop", "claude_desktop", Files(("{config}/Claude/claude_desktop_config.json",))),
    Program("Cline", "cline", editors.cline),
    Program("Continue", "continue_dev", Files(("~/.continue/config.yaml",))),
    Program("Copilot CLI", "copilot", agents.copilot),
    Program("Crush", "crush", Files(("{xdg}/crush/crush.json",))),
    Program("Droid", "droid", Files(("~/.factory/mcp.json",), project=(".factory/mcp.json",))),
    Program("Gemini CLI", "gemini", Files(("~/.gemini/settings.json",), project=(".gemini/settings.json",))),
    Program(
        "goose",
        "goose",
        Files(("{xdg}/goose/config.yaml",), windows=("{config}/Block/goose/config/config.yaml",)),
    ),
    Program(
        "Kilo",
        "opencode",
        Files(("{xdg}/kilo/kilo.json", "{xdg}/kilo/kilo.jsonc"), project=("kilo.json", "kilo.jsonc")),
    ),
    Program("Kimi Code", "kimi", agents.kimi),
    Program("Kiro", "kiro", Files(("~/.kiro/settings/mcp.json",), project=(".kiro/settings/mcp.json",))),
    Program("LM Studio", "lm_studio", Files(("~/.lmstudio/mcp.json",))),
    Program("mcp-use (TypeScript)", "mcp_use_sessions", Files(("~/.mcp-use/cli-sessions.json",))),
    Program("mcporter", "mcporter", tools.mcporter),
    Program("Mistral Vibe", "vibe", Files(("~/.vibe/config.toml",))),
    Program("opencode", "opencode", agents.opencode),
    Program("Qoder", "qoder", Files(("~/.qoder/mcp.json",))),
    Program("Qwen Code", "gemini", Files(("~/.qwen/settings.json",), project=(".qwen/settings.json",))),
    Program("Roo Code", "roo", editors.roo),
    Program("Trae", "trae", Files(("{config}/Trae/User/mcp.json",))),
    Program(
        "Windsurf", "windsurf", Files(("~/.codeium/windsurf/mcp_config.json", "~/.codeium/mcp_config.json"))
    ),
    Program(
        "Zed",
        "zed",
        Files(
            ("{xdg}/zed/settings.json",),
            project=(".zed/settings.json",),
            windows=("{config}/Zed/settings.json",),
        ),
    ),
)


def reader(module: str) -> Reader:
    """The module of that name."""
    return import_module(f"{__name__}.{module}")  # type: ignore[return-value]


def named(name: str) -> Program | None:
    """The program with this display name; mcp-use too, which has no file of its own."""
    return next((each for each in (MCP_USE, *PROGRAMS) if each.name == name), None)


def edit_of(program: str) -> Edit:
    """How a secret in a file of the program with this display name is replaced."""
    return next(reader(each.module).EDIT for each in (OWN, MCP_USE, *PROGRAMS) if each.name == program)
