"""Where Claude Code keeps its files."""

from keyrack.sources.locations.candidates import Candidate, Search
from keyrack.system.paths import join


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
        Candidate(join(search.platform, plugins, "installed_plugins.json"), "user", has_servers=False),
        Candidate(join(search.platform, own, "settings.json"), "user", has_servers=False),
    )


def claude_project_settings(search: Search) -> tuple[Candidate, Candidate]:
    """The settings of the current project; the second file has the user's own."""
    shared, own = (search.in_project(".claude", name) for name in ("settings.json", "settings.local.json"))
    return shared._replace(has_servers=False), own._replace(has_servers=False)
