"""Where keyrack itself and tools for MCP keep their files, if the paths depend on more than the system."""

from keyrack.sources.locations.candidates import Candidate, Search
from keyrack.system.paths import config_file


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


def mcporter(search: Search) -> list[Candidate]:
    """MCPORTER_CONFIG names the only file; otherwise the project's and the user's both count."""
    if search.env.get("MCPORTER_CONFIG"):
        return [Candidate(search.named(search.env["MCPORTER_CONFIG"]), "user")]
    names = ("mcporter.json", "mcporter.jsonc")
    return [
        *(search.in_project("config", name) for name in names),
        *(Candidate(search.at_home(".mcporter", name), "user") for name in names),
    ]
