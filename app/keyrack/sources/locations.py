"""The files in which each program may have its servers.

Separate from the readers, so that a reader is imported only if one of its program's
files exists.
"""

import os
from collections.abc import Mapping
from typing import NamedTuple

from keyrack.system.paths import Env, config_file, config_home, home, join

MOST_FOLDERS = 200


class Candidate(NamedTuple):
    """A file that may exist."""

    path: str
    scope: str = ""  # "user", "project /path"
    trusted: bool = True  # False: a project's own file, which a stranger may have written
    is_large: bool = False  # contains more than settings, and may be very large
    env: Mapping[str, str] = {}  # variables that the program itself defines for it


class Search(NamedTuple):
    """Where to look from."""

    env: Env
    platform: str
    cwd: str

    def at_home(self, *parts: str) -> str:
        return join(self.platform, home(self.env, self.platform), *parts)

    def named(self, folder: str, *parts: str) -> str:
        """A path from a variable; a relative one starts at the current folder."""
        return join(self.platform, self.cwd, folder, *parts)

    def folders(self, parent: str) -> list[str]:
        """The sorted names of the folders in `parent`, which need not exist."""
        try:
            with os.scandir(parent) as found:
                return sorted(entry.name for entry in found if entry.is_dir())[:MOST_FOLDERS]
        except OSError:
            return []

    def in_project(self, *parts: str) -> Candidate:
        return Candidate(join(self.platform, self.cwd, *parts), f"project {self.cwd}", trusted=False)


def keyrack(search: Search) -> list[Candidate]:
    return [Candidate(config_file(search.env, search.platform))]


def mcp_use(search: Search) -> list[Candidate]:
    """None of its own: the user names them."""
    return []


def mcp(search: Search) -> list[Candidate]:
    """`~/.config/mcp` on every system; MCP_CONFIG_PATH takes precedence over MCP_CONFIG_DIR."""
    if search.env.get("MCP_CONFIG_PATH"):
        return [Candidate(search.named(search.env["MCP_CONFIG_PATH"]))]
    if search.env.get("MCP_CONFIG_DIR"):
        return [Candidate(search.named(search.env["MCP_CONFIG_DIR"], "servers.json"))]
    return [Candidate(search.at_home(".config", "mcp", "servers.json"))]


def claude_code(search: Search) -> list[Candidate]:
    """Its `local` scope is in the user's file, so it is trusted."""
    folder = search.env.get("CLAUDE_CONFIG_DIR")
    user = search.named(folder, ".claude.json") if folder else search.at_home(".claude.json")
    return [search.in_project(".mcp.json"), Candidate(user, "user", is_large=True)]


def claude_plugins(search: Search) -> tuple[Candidate, Candidate]:
    """Claude Code's list of installed plugins, and the settings that say which are switched on."""
    folder = search.env.get("CLAUDE_CONFIG_DIR")
    own = search.named(folder) if folder else search.at_home(".claude")
    plugins = search.env.get("CLAUDE_CODE_PLUGIN_CACHE_DIR") or join(search.platform, own, "plugins")
    return (
        Candidate(join(search.platform, plugins, "installed_plugins.json"), "user"),
        Candidate(join(search.platform, own, "settings.json"), "user"),
    )


def claude_project_settings(search: Search) -> tuple[Candidate, Candidate]:
    """The settings of the current project; the second file has the user's own."""
    return search.in_project(".claude", "settings.json"), search.in_project(".claude", "settings.local.json")


def cursor(search: Search) -> list[Candidate]:
    return [
        search.in_project(".cursor", "mcp.json"),
        Candidate(search.at_home(".cursor", "mcp.json"), "user"),
    ]


def vscode(search: Search) -> list[Candidate]:
    """Stable and Insiders have one file each, and one per profile; both read the workspace's file."""
    candidates = [search.in_project(".vscode", "mcp.json")]
    for name, scope in (("Code", "user"), ("Code - Insiders", "user, Insiders")):
        user = join(search.platform, config_home(search.env, search.platform), name, "User")
        candidates.append(Candidate(join(search.platform, user, "mcp.json"), scope))
        profiles = join(search.platform, user, "profiles")
        for profile in search.folders(profiles):
            path = join(search.platform, profiles, profile, "mcp.json")
            if os.path.lexists(path):  # few profiles have one
                candidates.append(Candidate(path, f"{scope}, profile {profile}"))
    return candidates


def codex(search: Search) -> list[Candidate]:
    folder = search.env.get("CODEX_HOME") or search.at_home(".codex")
    user = search.named(folder, "config.toml")
    return [search.in_project(".codex", "config.toml"), Candidate(user, "user")]
