"""The files in which programs store the tokens of MCP servers, and their folders, for each platform."""

from collections.abc import Callable, Sequence

from keyrack.sources.locations import Search
from keyrack.sources.tokens.folder import Folder
from keyrack.system.paths import config_home, is_absolute, join

Paths = Callable[[Search], Sequence[str]]


def at_home(path: str) -> Paths:
    """A path below the home folder, the same on every system; its steps are joined by "/"."""
    return lambda search: [search.at_home(*path.split("/"))]


def moved_by(variable: str, path: str, *inside: str) -> Paths:
    """What is `inside` the folder that `variable` names, or else inside this path below the home folder."""

    def paths(search: Search) -> Sequence[str]:
        folder = search.env.get(variable)
        return [search.named(folder, *inside) if folder else search.at_home(*path.split("/"), *inside)]

    return paths


def in_data(*path: str) -> Paths:
    """A path in `XDG_DATA_HOME`, or else in `~/.local/share` on every system."""

    def paths(search: Search) -> Sequence[str]:
        return [join(search.platform, _xdg_data_home(search), *path)]

    return paths


def every_file(folders: Paths, suffix: str) -> Paths:
    """The files in these folders with this end of their names."""
    return lambda search: [
        join(search.platform, folder, name)
        for folder in folders(search)
        for name in Folder(folder).names(suffix)
    ]


def crush(search: Search) -> Sequence[str]:
    """The file of what it changes itself."""
    if search.env.get("CRUSH_GLOBAL_DATA"):
        return [search.named(search.env["CRUSH_GLOBAL_DATA"], "crush.json")]
    if search.platform == "win32" and search.env.get("LOCALAPPDATA"):
        return [join(search.platform, search.env["LOCALAPPDATA"], "crush", "crush.json")]
    return in_data("crush", "crush.json")(search)


def mcp(search: Search) -> Sequence[str]:
    """`~/.config/mcp` on every system."""
    path = search.env.get("MCP_AUTH_PATH")
    return [search.named(path) if path else search.at_home(".config", "mcp", "auth.json")]


def together(*each: Paths) -> Paths:
    """All of them."""
    return lambda search: [path for paths in each for path in paths(search)]


def cline(search: Search) -> Sequence[str]:
    """The file of its CLI, and those of the extension, which older versions use."""
    extension = ("User", "globalStorage", "saoudrizwan.claude-dev", "settings", "cline_mcp_settings.json")
    config = config_home(search.env, search.platform)
    return [
        search.at_home(".cline", "data", "settings", "cline_mcp_settings.json"),
        *(join(search.platform, config, edition, *extension) for edition in ("Code", "Code - Insiders")),
    ]


def antigravity(search: Search) -> Sequence[str]:
    """The editor's file, and that of its CLI."""
    return [
        search.at_home(".gemini", folder, "mcp_oauth_tokens.json")
        for folder in ("antigravity", "antigravity-cli")
    ]


def mcp_remote(search: Search) -> Sequence[str]:
    """Before 0.1.38 each version had a folder of its own."""
    return _below(search, moved_by("MCP_REMOTE_CONFIG_DIR", ".mcp-auth")(search))


def mcp_use(search: Search) -> Sequence[str]:
    """A folder for each URL; in version 2, below one for each server."""
    root = search.at_home(".mcp-use")
    servers = _below(search, [join(search.platform, root, "client", "credentials")])
    roots = [root, *servers]
    return _below(search, [join(search.platform, each, "oauth") for each in roots])


def _below(search: Search, folders: Sequence[str]) -> list[str]:
    return [join(search.platform, folder, name) for folder in folders for name in search.folders(folder)]


def _xdg_data_home(search: Search) -> str:
    folder = search.env.get("XDG_DATA_HOME", "")
    return folder if is_absolute(search.platform, folder) else search.at_home(".local", "share")
