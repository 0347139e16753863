"""What to add to a program's configuration so that it takes its token from keyrack."""

from __future__ import annotations

import json

from keyrack.domain.model import Server
from keyrack.wording.commands import command_line


def entry_for(client: str, server: Server) -> tuple[str, str] | None:
    """The file and the entry, for a program that runs a command to get its headers; None for others.

    Both run it when they connect and after a 401. The token goes to standard output, and nowhere else.
    """
    command = command_line("token", server)
    if client == "Claude Code":
        printf = f'printf \'{{"Authorization":"Bearer %s"}}\' "$({command})"'
        entry = {"type": "http", "url": server.url, "headersHelper": printf}
        return "~/.claude.json, mcpServers", f"{json.dumps(server.name)}: {json.dumps(entry)}"
    if client == "Codex" and "'''" not in command:
        printf = f'printf \'{{"Authorization":"Bearer %s"}}\' "$({command})"'
        name = (
            server.name
            if server.name.replace("-", "").replace("_", "").isalnum()
            else json.dumps(server.name)
        )
        lines = (
            f"[mcp_servers.{name}]",
            f"url = {json.dumps(server.url)}",
            f"http_headers_helper = '''{printf}'''",
        )
        return "~/.codex/config.toml", "\n".join(lines)
    return None
