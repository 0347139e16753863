"""The programs that hold tokens themselves, in files or keychain items of their own.

Their modules in `programs` are imported only if there is a file or an item.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Literal, Protocol

from keyrack.domain.named_tuple import NamedTuple
from keyrack.sources.tokens import locations
from keyrack.sources.tokens.locations import Paths, at_home, every_file, in_data, moved_by, together
from keyrack.system.paths import Env

if TYPE_CHECKING:
    from keyrack.sources.tokens.folder import Folder
    from keyrack.sources.tokens.layout import Opened, Row


# Whether keyrack can read the tokens that a program holds. opaque: their form is not known, or no other
# program can read them. memory: nothing is stored, and they last as long as the program runs.
Holds = Literal["readable", "opaque", "memory"]


class Holder(NamedTuple):
    """A program that holds tokens."""

    name: str  # the display name
    module: str = ""  # in `programs`; "" unless they are readable
    files: Paths = lambda search: ()  # its token files, which need not exist
    folders: Paths = lambda search: ()  # in which a login may create such a file
    service: str = ""  # of its items in the system's keychain
    folder: Paths = lambda search: ()  # the program's own; without it, it has no items either
    only_on: str = ""  # the only platform on which it uses the keychain; "": every one
    in_config: bool = False  # its token file is the one that configures its servers
    logout: str = ""  # its own command for logging out, with {name}, the server's name there, or {url}
    login: str = ""  # its own command for logging in
    holds: Holds = "readable"


class Reader(Protocol):
    """A program's module."""

    @staticmethod
    def rows(opened: Opened) -> Iterator[Row]: ...

    @staticmethod
    def accounts(env: Env, folder: Folder) -> Iterator[str]:
        """The accounts of its keychain items, for a keychain that can't be searched."""
        ...


COPILOT = moved_by("COPILOT_HOME", ".copilot", "mcp-oauth-config")
KIMI = at_home(".kimi-code/credentials/mcp")
AWS_CACHE = at_home(".aws/sso/cache")
MCP_USE = at_home(".mcp_use/tokens")

HOLDERS = (
    Holder(
        "Claude Code",
        "claude_code",
        moved_by("CLAUDE_CONFIG_DIR", ".claude", ".credentials.json"),
        service="Claude Code-credentials",
        folder=moved_by("CLAUDE_CONFIG_DIR", ".claude"),
        only_on="darwin",
        logout="claude mcp logout {name}",
        login="claude mcp login {name}",
    ),
    Holder(
        "Codex",
        "codex",
        moved_by("CODEX_HOME", ".codex", ".credentials.json"),
        service="Codex MCP Credentials",
        folder=moved_by("CODEX_HOME", ".codex"),
        logout="codex mcp logout {name}",
        login="codex mcp login {name}",
    ),
    Holder("mcp", "mcp_avelino", locations.mcp),
    Holder("mcp-use", "mcp_use_python", every_file(MCP_USE, ".json"), MCP_USE),
    Holder(
        "mcp-use (TypeScript)",
        "mcp_use_typescript",
        together(at_home(".mcp-use/cli-sessions.json"), every_file(locations.mcp_use, "_tokens")),
        locations.mcp_use,
        login="mcp-use client connect {name} {url}",
    ),
    Holder(
        "mcp-remote", "mcp_remote", every_file(locations.mcp_remote, "_tokens.json"), locations.mcp_remote
    ),
    Holder("Gemini CLI", "gemini", at_home(".gemini/mcp-oauth-tokens.json")),
    Holder("Qwen Code", "gemini", at_home(".qwen/mcp-oauth-tokens.json")),
    Holder(
        "opencode",
        "opencode",
        in_data("opencode", "mcp-auth.json"),
        logout="opencode mcp logout {name}",
        login="opencode mcp auth {name}",
    ),
    Holder(
        "Kilo",
        "opencode",
        in_data("kilo", "mcp-auth.json"),
        logout="kilo mcp logout {name}",
        login="kilo mcp auth {name}",
    ),
    Holder("Cline", "cline", locations.cline, in_config=True),
    Holder(
        "Copilot CLI",
        "copilot",
        every_file(COPILOT, ".tokens.json"),
        COPILOT,
        service="copilot-mcp-oauth",
        folder=COPILOT,
    ),
    Holder(
        "mcporter",
        "mcporter",
        at_home(".mcporter/credentials.json"),
        login="mcporter auth {name}",
    ),
    Holder(
        "mcpc",
        "mcpc",
        moved_by("MCPC_HOME_DIR", ".mcpc", "credentials.json"),
        service="mcpc",
        folder=moved_by("MCPC_HOME_DIR", ".mcpc"),
        logout="mcpc logout {url}",
        login="mcpc login {url}",
    ),
    Holder(
        "MCP Inspector",
        "inspector",
        together(at_home(".mcp-inspector/secrets.json"), at_home(".mcp-inspector/storage/oauth.json")),
        service="mcp-inspector",
        folder=at_home(".mcp-inspector"),
        logout="mcpdo auth/clear {url}",
        login="mcpdo connect {url}",
    ),
    Holder("Kimi Code", "kimi", every_file(KIMI, "-tokens.json"), KIMI),
    Holder("Mistral Vibe", "vibe", service="ai.mistral.vibe", folder=at_home(".vibe")),
    Holder("Amazon Q", "amazon_q", every_file(AWS_CACHE, ".token.json"), AWS_CACHE),
    Holder("Crush", "crush", locations.crush),
    Holder("Antigravity", "antigravity", locations.antigravity),
    Holder("Cursor", holds="opaque"),
    Holder("VS Code", holds="opaque"),
    Holder("Windsurf", holds="opaque"),
    Holder("LM Studio", holds="opaque"),
    Holder("Kiro", holds="opaque"),
    Holder("Zed", holds="opaque"),
    Holder("goose", holds="opaque"),
    Holder("Claude Desktop", holds="opaque"),
    Holder("fastmcp", holds="memory"),
)


@cache
def module_of(holder: Holder) -> Reader:
    """The program's module."""
    return import_module(f"{__name__}.programs.{holder.module}")  # type: ignore[return-value]


def holder(name: str) -> Holder | None:
    """The program with this display name."""
    return next((each for each in HOLDERS if each.name == name), None)
