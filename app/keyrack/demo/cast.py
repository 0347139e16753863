"""The demo's servers: one for each state that a new user will see."""

from __future__ import annotations

from typing import Literal

from keyrack.domain.named_tuple import NamedTuple

Part = Literal["valid", "expiring", "refreshable", "refused", "bare", "open", "down", "header", "empty"]


class Role(NamedTuple):
    """One HTTP server of the demo, and the state that it starts in."""

    name: str
    part: Part
    tool: str
    client: str  # the program whose configuration names it
    scopes: tuple[str, ...] = ()


CAST = (
    Role("notes", "valid", "search_notes", "Claude Code", ("notes:read", "notes:write")),
    Role("calendar", "expiring", "next_event", "Claude Code", ("calendar:read",)),
    Role("issues", "refreshable", "list_issues", "Cursor", ("issues:read", "issues:write")),
    Role("analytics", "refused", "run_report", "Cursor", ("reports:read",)),
    Role("drive", "bare", "find_file", "Claude Code", ("files:read",)),
    Role("docs", "open", "look_up", "Cursor"),
    Role("warehouse", "down", "count_stock", "Claude Code"),
    Role("search", "header", "search_web", "Cursor"),
    Role("weather", "empty", "forecast", "Cursor", ("weather:read",)),
)
ALL_SCOPES = sorted({scope for role in CAST for scope in role.scopes})
HEADERS = {"search": "Bearer ${env:DEMO_SEARCH_TOKEN}", "weather": "Bearer ${env:DEMO_WEATHER_KEY}"}
