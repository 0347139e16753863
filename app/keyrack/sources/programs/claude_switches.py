"""Which servers Claude Code has switched off for a project. It ignores `disabled` in an entry.

Names in `disabledMcpServers` of the project in `.claude.json` are off, whichever file has the server. Names
in `disabledMcpjsonServers`, there or in settings, are servers of the project's `.mcp.json` that the user
rejected (2.1.197).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from keyrack.domain.model import Server, Source
from keyrack.domain.named_tuple import NamedTuple


class Switches(NamedTuple):
    """The names that are switched off in one project."""

    servers: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()  # in its .mcp.json

    def __or__(self, other: object) -> Switches:
        if not isinstance(other, Switches):
            return NotImplemented
        return Switches(self.servers | other.servers, self.refused | other.refused)


NONE = Switches()


def switches_of(data: Any) -> Switches:
    """The switches in an object of `projects`, or in a settings file."""
    if not isinstance(data, dict):
        return NONE
    return Switches(_names(data.get("disabledMcpServers")), refused_in(data))


def refused_in(settings: Mapping[str, Any]) -> frozenset[str]:
    """The servers of a project's `.mcp.json` that the user rejected."""
    return _names(settings.get("disabledMcpjsonServers"))


def switched_off(servers: Iterable[Server], switches: Switches, cwd: str) -> list[Server]:
    """The servers as used in `cwd`. Those of other projects are unchanged."""
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
