"""Where agents for the terminal keep their files, if the paths depend on more than the system."""

import os

from keyrack.sources.locations.candidates import Candidate, Search


def codex(search: Search) -> list[Candidate]:
    folder = search.env.get("CODEX_HOME") or search.at_home(".codex")
    user = search.named(folder, "config.toml")
    return [search.in_project(".codex", "config.toml"), Candidate(user, "user")]


def copilot(search: Search) -> list[Candidate]:
    """Its servers, and the settings in which they are switched off."""
    folder = search.env.get("COPILOT_HOME") or search.at_home(".copilot")
    return [
        *_shared_file(search, folder),
        search.in_project(".github", "mcp.json"),
        Candidate(search.named(folder, "mcp-config.json"), "user"),
        Candidate(search.named(folder, "settings.json"), "user", has_servers=False),
    ]


def kimi(search: Search) -> list[Candidate]:
    """Its own files, and the project's file that it shares with Claude Code."""
    folder = search.at_home(".kimi-code")
    return [
        search.in_project(".kimi-code", "mcp.json"),
        *_shared_file(search, folder),
        Candidate(search.named(folder, "mcp.json"), "user"),
    ]


def opencode(search: Search) -> list[Candidate]:
    """Every one of its files counts, and OPENCODE_CONFIG names one more."""
    names = ("opencode.json", "opencode.jsonc")
    user = (f"{{xdg}}/opencode/{name}" for name in ("config.json", *names))
    found = [*map(search.in_project, names), *(Candidate(search.path(path), "user") for path in user)]
    named = search.env.get("OPENCODE_CONFIG")
    return [*found, Candidate(search.named(named), "user")] if named else found


def _shared_file(search: Search, folder: str) -> list[Candidate]:
    """Claude Code's file in a project, if the other program that reads it is used here at all."""
    return [search.in_project(".mcp.json")] if os.path.isdir(folder) else []
