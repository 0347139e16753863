"""Servers whose tokens consist of several fields, in addition to the demo's."""

from __future__ import annotations

from keyrack.domain.model import Server, Source
from keyrack.operations.ports import Adapters
from support.demo_rows import DemoClock, demo_parts, demo_reading

_URLS = {
    "jira": "https://mcp.atlassian.com/v1/mcp",
    "datadog": "https://mcp.datadoghq.eu/api/mcp",
    "honeycomb": "https://mcp.eu1.honeycomb.io/mcp",
    "pagerduty": "https://mcp.pagerduty.com/mcp",
    "gitlab": "https://gitlab.com/api/v4/mcp",
}


def token_parts(clock: DemoClock | None = None) -> Adapters:
    """The demo's, with these services' servers."""
    reading = demo_reading()
    source = Source("VS Code", "~/.config/Code/User/mcp.json", "")
    more = tuple(
        Server(name=name, url=url, sources=(source._replace(name=name),)) for name, url in _URLS.items()
    )
    return demo_parts(reading._replace(servers=reading.servers + more), clock=clock)
