"""Which files each program may keep its servers in.

Kept apart from the readers: where none of a program's files exists, its reader
is never imported.
"""

from typing import NamedTuple

from keyrack.clients.paths import Env, config_file, config_home, home, join


class Spot(NamedTuple):
    """A file that may be there."""

    path: str
    scope: str = ""  # "user", "project /path"
    trusted: bool = True  # False: a project's own file, which may be a stranger's work
    grown: bool = False  # the program keeps more in it than settings, and lets it grow


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


def cursor(look: Look) -> list[Spot]:
    return [look.in_project(".cursor", "mcp.json"), Spot(look.at_home(".cursor", "mcp.json"), "user")]


def vscode(look: Look) -> list[Spot]:
    """Stable and Insiders keep one file each; both read the workspace's."""
    folder = config_home(look.env, look.platform)
    users = [Spot(join(look.platform, folder, name, "User", "mcp.json"), scope)
             for name, scope in (("Code", "user"), ("Code - Insiders", "user, Insiders"))]
    return [look.in_project(".vscode", "mcp.json"), *users]


def codex(look: Look) -> list[Spot]:
    folder = look.env.get("CODEX_HOME") or look.at_home(".codex")
    user = look.named(folder, "config.toml")
    return [look.in_project(".codex", "config.toml"), Spot(user, "user")]
