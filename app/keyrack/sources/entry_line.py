"""Finds the line of a server's entry in the file that configures it."""

from __future__ import annotations

import re

from keyrack.domain.model import Source
from keyrack.sources.rewriting import json_members
from keyrack.system import files

ROOTS = ("mcpServers", "servers", "mcp", "context_servers", "amp.mcpServers", "extensions", "sessions")
TABLES = "mcp_servers|servers"


def line_of_entry(source: Source) -> int | None:
    """From 1; None if the file can't be read or is too large, or the entry is written in another way."""
    try:
        text = files.read_text(source.path)
    except (files.NoFile, files.BadFile):
        return None
    if source.path.endswith(".toml"):
        key = re.escape(source.name)
        name = rf"(?:{key}|\"{key}\"|'{key}')\s*"
        return (
            _line(text, rf"\s*\[\s*(?:{TABLES})\s*\.\s*{name}\]")
            or _line(text, rf'\s*name\s*=\s*["\']{key}["\']')
            or _line(text, rf"\s*\[?\s*(?:(?:{TABLES})\s*\.\s*)?{name}[.=]")  # dotted, or an inline table
        )
    if source.path.endswith((".yaml", ".yml")):
        name = rf'["\']?{re.escape(source.name)}["\']?'
        return _line(text, rf"\s*-?\s*name:\s*{name}\s*$") or _line(text, rf"\s+{name}:\s*$")
    outer = ("projects", source.scope.removeprefix("project ")) if source.scope.startswith("project ") else ()
    for start in (outer, ()) if outer else ((),):
        for root in ROOTS:
            line = json_members.line_of(text, (*start, root, source.name))
            if line is not None:
                return line
    return None


def _line(text: str, pattern: str) -> int | None:
    match = re.search(f"^{pattern}", text, re.MULTILINE)
    return None if match is None else text.count("\n", 0, match.end()) + 1
