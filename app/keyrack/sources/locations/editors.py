"""Where editors, and extensions of them, keep their files, if the paths depend on more than the system."""

import os

from keyrack.sources.locations.candidates import Candidate, Search
from keyrack.system.paths import config_home, join

VSCODE = (("Code", "user"), ("Code - Insiders", "user, Insiders"))  # the editions, with their scope


def cline(search: Search) -> list[Candidate]:
    """The file of its CLI, and those of the extension, which older versions use."""
    cli = Candidate(search.path("~/.cline/data/settings/cline_mcp_settings.json"), "user")
    return [cli, *_in_vscode(search, "saoudrizwan.claude-dev/settings/cline_mcp_settings.json")]


def roo(search: Search) -> list[Candidate]:
    """The extension's file."""
    return [
        search.in_project(".roo", "mcp.json"),
        *_in_vscode(search, "rooveterinaryinc.roo-cline/settings/mcp_settings.json"),
    ]


def vscode(search: Search) -> list[Candidate]:
    """Stable and Insiders have one file each, and one per profile; both read the workspace's file."""
    candidates = [search.in_project(".vscode", "mcp.json")]
    for name, scope in VSCODE:
        user = join(search.platform, config_home(search.env, search.platform), name, "User")
        candidates.append(Candidate(join(search.platform, user, "mcp.json"), scope))
        profiles = join(search.platform, user, "profiles")
        for profile in search.folders(profiles):
            path = join(search.platform, profiles, profile, "mcp.json")
            if os.path.lexists(path):  # few profiles have one
                candidates.append(Candidate(path, f"{scope}, profile {profile}"))
    return candidates


def _in_vscode(search: Search, path: str) -> list[Candidate]:
    """A file of an extension, which each edition of VS Code stores."""
    return [
        Candidate(search.path(f"{{config}}/{name}/User/globalStorage/{path}"), scope)
        for name, scope in VSCODE
    ]
