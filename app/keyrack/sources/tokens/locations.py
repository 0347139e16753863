"""The files in which programs store the tokens of MCP servers."""

import os
from collections.abc import Sequence

from keyrack.sources.locations import MOST_FOLDERS, Search
from keyrack.system.paths import join


def claude_code(search: Search) -> Sequence[str]:
    """On macOS the keychain has them, in one item with the Claude login."""
    folder = search.env.get("CLAUDE_CONFIG_DIR")
    return (
        [search.named(folder, ".credentials.json")]
        if folder
        else [search.at_home(".claude", ".credentials.json")]
    )


def codex_home(search: Search) -> str:
    return search.named(search.env.get("CODEX_HOME") or search.at_home(".codex"))


def codex(search: Search) -> Sequence[str]:
    return [join(search.platform, codex_home(search), ".credentials.json")]


def gemini(search: Search) -> Sequence[str]:
    return [search.at_home(".gemini", "mcp-oauth-tokens.json")]


def qwen(search: Search) -> Sequence[str]:
    return [search.at_home(".qwen", "mcp-oauth-tokens.json")]


def mcp_remote(search: Search) -> Sequence[str]:
    """Before 0.1.38 each version had a folder of its own."""
    root = search.named(search.env.get("MCP_REMOTE_CONFIG_DIR") or search.at_home(".mcp-auth"))
    folders = [join(search.platform, root, name) for name in search.folders(root)]
    return [path for folder in folders for path in files_in(search, folder, "_tokens.json")]


def files_in(search: Search, folder: str, suffix: str) -> list[str]:
    """The sorted paths of the files in a folder, which need not exist, with this end of their names."""
    try:
        with os.scandir(folder) as found:
            names = sorted(entry.name for entry in found if entry.name.endswith(suffix))
    except OSError:
        return []
    return [join(search.platform, folder, name) for name in names[:MOST_FOLDERS]]
