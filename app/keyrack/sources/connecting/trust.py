"""Whether a program runs the commands of a project's file: only once its user has trusted the project."""

from __future__ import annotations

import os

from keyrack.domain.connection import Connection, Method
from keyrack.domain.errors import KeyrackError
from keyrack.sources.locations import Search, claude
from keyrack.sources.parsing import json_parts
from keyrack.system import files

SHAPE: json_parts.Shape = {"projects": {json_parts.ANY: {"hasTrustDialogAccepted": None}}}


def distrusted(search: Search, connection: Connection) -> str:
    """Why the program does not run the command yet, as a sentence; "" if it does, as far as is known."""
    folder = os.path.dirname(connection.path)
    is_projects = connection.program == "Claude Code" and os.path.basename(connection.path) == ".mcp.json"
    if not is_projects or connection.method is not Method.HELPER or _is_trusted(search, folder):
        return ""
    return f"Claude Code runs keyrack only once you have trusted the project: run claude in {folder}."


def _is_trusted(search: Search, folder: str) -> bool:
    """Of the folder, or of one around it."""
    try:
        user = next(each for each in claude.claude_code(search) if each.is_large)
        data = json_parts.pick(files.read_large(user.path), SHAPE).data
    except (KeyrackError, files.NoFile, files.BadFile, files.Malformed):
        return False
    projects = data.get("projects") if isinstance(data, dict) else None
    while isinstance(projects, dict):
        entry = projects.get(folder)
        if isinstance(entry, dict) and entry.get("hasTrustDialogAccepted") is True:
            return True
        parent = os.path.dirname(folder)
        if parent == folder:
            break
        folder = parent
    return False
