"""Claude Code: `~/.claude.json` (the user's and every project's servers) and a project's `.mcp.json`.

Only servers are read from the first: it also contains the user's own login.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from keyrack.domain.kinds import kind
from keyrack.domain.model import Server
from keyrack.sources.connect import Connect
from keyrack.sources.edit import EditJson
from keyrack.sources.parsing import entries, json_parts, jsonc, oauth_client
from keyrack.sources.parsing.collector import Collector, Fields
from keyrack.sources.parsing.interpolate import BRACES_OR_DEFAULT
from keyrack.sources.programs.claude_switches import NONE, Switches, switches_of

STYLE = BRACES_OR_DEFAULT
EDIT = EditJson("mcpServers")
CONNECT = Connect(
    process={"type": "stdio"},
    helper="headersHelper",
    remote={"type": "http"},
    reference="${NAME}",
    names="[A-Za-z0-9_-]+",
)


# The parts of the user's file that are read: not the histories that make it large.
SHAPE: json_parts.Shape = {
    "mcpServers": None,
    "projects": {
        json_parts.ANY: {"mcpServers": None, "disabledMcpServers": None, "disabledMcpjsonServers": None}
    },
}


def read(content: str | bytes, collector: Collector) -> Mapping[str, Switches]:
    """Read the user's file as bytes, or a project's as text. Returns what is switched off, by project."""
    document = jsonc.parse(content) if isinstance(content, str) else json_parts.pick(content, SHAPE)
    collector.repeated(document.repeated)
    user = collector.scope
    switches: dict[str, Switches] = {}
    if isinstance(document.data, dict):
        projects = document.data.get("projects")
        if projects is not None and not isinstance(projects, dict):
            collector.problem(f"“projects” should be an object, but is {kind(projects)}.")
            projects = None
        for path, project in (projects or {}).items():
            off = switches_of(project)
            if off != NONE:
                switches[path] = off
            if isinstance(project, dict) and project.get("mcpServers"):
                collector.scope, collector.off = f"project {path}", off.servers
                add_all(collector, collector.table(project, "mcpServers"))
    collector.scope, collector.off = user, ()
    add_all(collector, collector.table(document.data, "mcpServers"))
    return switches


def by_precedence(servers: Sequence[Server], cwd: str) -> list[Server]:
    """Local before user, as the program itself resolves a name in `cwd`; then those of other projects."""

    def rank(server: Server) -> int:
        scope = server.sources[0].scope
        if scope == f"project {cwd}":
            return 0
        return 2 if scope.startswith("project ") else 1

    return sorted(servers, key=rank)


def add_all(collector: Collector, table: Mapping[str, Any]) -> None:
    """Add the servers in an `mcpServers` object."""
    for name, entry in collector.entries(table):
        client = None
        if "oauth" in entry:
            client = oauth_client.settings_of(Fields(entry, collector, name).sub("oauth"))
            client = oauth_client.registered_with(client, "localhost")
        entries.add(collector, name, entry, client=client, helper_key="headersHelper")
