"""Which servers Claude Code has switched off for a project. It ignores `disabled` in an entry.

Names under `disabledMcpServers` of the project in `.claude.json` are off, whatever file has them; names
under `disabledMcpjsonServers`, there or in settings, are servers of the project's `.mcp.json` that its
user did not want (2.1.197).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from keyrack.domain.model import Server, Source


class Switches(NamedTuple):
    """Names that are off in one project."""

    servers: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()  # of its .mcp.json

    def __or__(self, other: object) -> Switches:
        if not isinstance(other, Switches):
            return NotImplemented
        return Switches(self.servers | other.servers, self.refused | other.refused)


NONE = Switches()


def switches_of(data: Any) -> Switches:
    """What an object of `projects`, or a file of settings, says."""
    if not isinstance(data, dict):
        return NONE
    return Switches(_names(data.get("disabledMcpServers")), refused_in(data))


def refused_in(settings: Mapping[str, Any]) -> frozenset[str]:
    """The servers of a project's `.mcp.json` that its user did not want."""
    return _names(settings.get("disabledMcpjsonServers"))


def switched_off(servers: Iterable[Server], switches: Switches, cwd: str) -> list[Server]:
    """The servers as they are used in `cwd`. Those of other projects stay as they are."""
    if switches == NONE:
        return list(servers)
    return [
        server._replace(sources=tuple(_switched(source, switches, cwd) for source in server.sources))
        for server in servers
    ]


def _switched(source: Source, switches: Switches, cwd: str) -> Source:
    if source.scope.startswith("project ") and source.scope.split(", plugin ")[0] != f"project {cwd}":
        return source
    name = source.name
    plugin = source.scope.rpartition("plugin ")[2] if "plugin " in source.scope else ""
    if plugin:
        name = f"plugin:{plugin.partition('@')[0]}:{name}"
    is_off = name in switches.servers or (source.path.endswith(".mcp.json") and name in switches.refused)
    return source._replace(disabled=True) if is_off else source


def _names(value: Any) -> frozenset[str]:
    names = value if isinstance(value, list) else []
    return frozenset(name for name in names if isinstance(name, str))
