"""Which files each program may keep its servers in.

Kept apart from the readers: where none of a program's files exists, its reader
is never imported.
"""

import os
from collections.abc import Mapping
from typing import NamedTuple

from keyrack.system.paths import Env, config_file, config_home, home, join

MOST_FOLDERS = 200


class Spot(NamedTuple):
    """A file that may be there."""

    path: str
    scope: str = ""  # "user", "project /path"
    trusted: bool = True  # False: a project's own file, which may be a stranger's work
    grown: bool = False  # the program keeps more in it than settings, and lets it grow
    env: Mapping[str, str] = {}  # variables that the program itself sets for it


class Look(NamedTuple):
    """Where to look from."""

    env: Env
    platform: str
    cwd: str

    def at_home(self, *parts: str) -> str:
        return join(self.platform, home(self.env, self.platform), *parts)

    def named(self, folder: str, *parts: str) -> str:
        """A path that a variable names; a relative one starts where the user stands."""
        return join(self.platform, self.cwd, folder, *parts)

    def folders(self, parent: str) -> list[str]:
        """The names of the folders in there, in order; none where there is no such place."""
        try:
            with os.scandir(parent) as found:
                return sorted(entry.name for entry in found if entry.is_dir())[:MOST_FOLDERS]
        except OSError:
            return []

    def in_project(self, *parts: str) -> Spot:
        return Spot(join(self.platform, self.cwd, *parts), f"project {self.cwd}", trusted=False)


def keyrack(look: Look) -> list[Spot]:
    return [Spot(config_file(look.env, look.platform))]


def mcp(look: Look) -> list[Spot]:
    """`~/.config/mcp` on every system; MCP_CONFIG_PATH wins over MCP_CONFIG_DIR."""
    if look.env.get("MCP_CONFIG_PATH"):
        return [Spot(look.named(look.env["MCP_CONFIG_PATH"]))]
    if look.env.get("MCP_CONFIG_DIR"):
        return [Spot(look.named(look.env["MCP_CONFIG_DIR"], "servers.json"))]
    return [Spot(look.at_home(".config", "mcp", "servers.json"))]


def claude_code(look: Look) -> list[Spot]:
    """Its `local` scope stands in the user's file, so it is the user's word."""
    folder = look.env.get("CLAUDE_CONFIG_DIR")
    user = look.named(folder, ".claude.json") if folder else look.at_home(".claude.json")
    return [look.in_project(".mcp.json"), Spot(user, "user", grown=True)]


def claude_plugins(look: Look) -> tuple[Spot, Spot]:
    """Claude Code's list of installed plugins, and the settings that tell which are switched on."""
    folder = look.env.get("CLAUDE_CONFIG_DIR")
    own = look.named(folder) if folder else look.at_home(".claude")
    plugins = look.env.get("CLAUDE_CODE_PLUGIN_CACHE_DIR") or join(look.platform, own, "plugins")
    return (
        Spot(join(look.platform, plugins, "installed_plugins.json"), "user"),
        Spot(join(look.platform, own, "settings.json"), "user"),
    )


def claude_project_settings(look: Look) -> tuple[Spot, Spot]:
    """Those of the project that keyrack stands in; the second are its user's own."""
    return look.in_project(".claude", "settings.json"), look.in_project(".claude", "settings.local.json")


def cursor(look: Look) -> list[Spot]:
    return [look.in_project(".cursor", "mcp.json"), Spot(look.at_home(".cursor", "mcp.json"), "user")]


def vscode(look: Look) -> list[Spot]:
    """Stable and Insiders keep one file each, and one for each profile; both read the workspace's."""
    spots = [look.in_project(".vscode", "mcp.json")]
    for name, scope in (("Code", "user"), ("Code - Insiders", "user, Insiders")):
        user = join(look.platform, config_home(look.env, look.platform), name, "User")
        spots.append(Spot(join(look.platform, user, "mcp.json"), scope))
        profiles = join(look.platform, user, "profiles")
        for profile in look.folders(profiles):
            path = join(look.platform, profiles, profile, "mcp.json")
            if os.path.lexists(path):  # few profiles have one of their own
                spots.append(Spot(path, f"{scope}, profile {profile}"))
    return spots


def codex(look: Look) -> list[Spot]:
    folder = look.env.get("CODEX_HOME") or look.at_home(".codex")
    user = look.named(folder, "config.toml")
    return [look.in_project(".codex", "config.toml"), Spot(user, "user")]
