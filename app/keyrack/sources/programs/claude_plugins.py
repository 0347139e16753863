"""Claude Code's list of installed plugins and their folders, `plugins/installed_plugins.json`.

A plugin that is installed for all projects is on if `enabledPlugins` in the user's `settings.json` has it;
one that is installed for a project is on in that project. A project's own settings can't switch plugins
on, because anyone may have written them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from keyrack.domain.named_tuple import NamedTuple
from keyrack.sources.edit import NotMovable
from keyrack.sources.locations import Candidate, Search
from keyrack.sources.parsing import jsonc
from keyrack.sources.parsing.collector import Collector, Fields, name_of
from keyrack.system import files, paths

STYLE = ""
EDIT = NotMovable("it names no servers")
MANIFEST = (".claude-plugin", "plugin.json")
MOST = 200  # plugins examined


class Plugin(NamedTuple):
    ident: str  # "chat@official"
    root: str  # its folder
    project: str = ""  # the project that it is installed for; "": all


def read(text: str, collector: Collector) -> tuple[Plugin, ...]:
    document = jsonc.parse(text)
    found: list[Plugin] = []
    for ident, installed in collector.table(document.data, "plugins").items():
        # Version 1 of the file has an object here, version 2 a list.
        for each in installed if isinstance(installed, list) else [installed]:
            if not isinstance(each, dict):
                collector.problem("The plugin's entry should be an object.", entry=name_of(ident))
                continue
            fields = Fields(each, collector, name_of(ident))
            root = fields.text("installPath")
            project = fields.text("projectPath") if each.get("scope") in ("project", "local") else None
            if root and paths.is_absolute(collector.platform, root):
                found.append(Plugin(name_of(ident), root, project or ""))
    return tuple(found[:MOST])


def sorted_by_use(plugins: Sequence[Plugin], enabled: Mapping[str, Any]) -> list[tuple[Plugin, bool]]:
    """Each plugin with whether Claude Code starts it, those first. `enabled` is from the user's settings."""
    found = [(plugin, bool(plugin.project) or enabled.get(plugin.ident) not in (None, False))
             for plugin in plugins]  # fmt: skip
    return sorted(found, key=lambda each: not each[1])


def candidates(plugin: Plugin, search: Search) -> list[Candidate]:
    """The files of a plugin with servers: the manifest, the files that it names, and .mcp.json.

    If two servers have the same name, the first one counts.
    """
    scope = f"plugin {plugin.ident}"
    if plugin.project:
        scope = f"project {plugin.project}, {scope}"
    env = {"CLAUDE_PLUGIN_ROOT": plugin.root, "CLAUDE_PROJECT_DIR": search.cwd}
    manifest = paths.join(search.platform, plugin.root, *MANIFEST)
    named, is_list = _named_by(manifest)
    found = [manifest] if is_list else []
    found += [path for name in named if (path := _inside(search.platform, plugin.root, name))]
    own = paths.join(search.platform, plugin.root, ".mcp.json")
    if os.path.lexists(own):  # most plugins have no server
        found.append(own)
    return [Candidate(path, scope, env=env) for path in dict.fromkeys(found)]


def _named_by(manifest: str) -> tuple[list[str], bool]:
    """The files that a manifest names, and whether to read the manifest itself, for its servers or to report
    a problem.
    """
    try:
        data = jsonc.parse(files.read_text(manifest)).data
    except files.NoFile:
        return [], False
    except (files.BadFile, files.Malformed):
        return [], True
    servers = data.get("mcpServers") if isinstance(data, dict) else None
    parts = servers if isinstance(servers, list) else [servers]
    return [part for part in parts if isinstance(part, str)], any(isinstance(part, dict) for part in parts)


def _inside(platform: str, root: str, name: str) -> str | None:
    """The path of a file in the plugin's folder; None if it leads out of the folder, as in Claude Code."""
    parts = name.replace("\\", "/").removeprefix("./").split("/")
    if name.startswith("/") or ":" in name or any(part in ("", ".", "..") for part in parts):
        return None
    return paths.join(platform, root, *parts)
