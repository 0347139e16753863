"""Reads a server's table that is not in keyrack's own file yet, as if it were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyrack.domain.model import Server
from keyrack.domain.reading import Problem
from keyrack.sources.own_tables import OWN
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.programs import keyrack_own
from keyrack.system.paths import Env, config_file


def as_read(
    name: str, table: Mapping[str, Any], env: Env, platform: str
) -> tuple[Server, tuple[Problem, ...]]:
    """The server, and what is wrong with the table."""
    import tomli_w

    path = config_file(env, platform)
    collector = Collector(OWN, path, env, style=keyrack_own.STYLE, platform=platform)
    keyrack_own.read(tomli_w.dumps({"servers": {name: table}}), collector)
    server = collector.servers[0] if collector.servers else Server(name)
    return server, tuple(collector.problems)
