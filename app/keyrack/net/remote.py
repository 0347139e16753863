"""keyrack on another machine: how the browser here gets to the callback there."""

from __future__ import annotations

import shlex
from collections.abc import Mapping


def over_ssh(env: Mapping[str, str]) -> bool:
    """Is this terminal at the far end of an SSH connection?"""
    return bool(env.get("SSH_CONNECTION") or env.get("SSH_TTY"))


def ssh_line(env: Mapping[str, str], port: int) -> str:
    """The command that brings the callback's port to the machine with the browser.

    SSH_CONNECTION is "client address, client port, server address, server port".
    "" where it does not say.
    """
    words = env.get("SSH_CONNECTION", "").split()
    if len(words) != 4:
        return ""
    _, _, server, server_port = words
    user = env.get("USER") or env.get("LOGNAME")
    target = f"{user}@{server}" if user else server
    other = "" if server_port == "22" else f"-p {shlex.quote(server_port)} "
    return f"ssh {other}-L {port}:127.0.0.1:{port} {shlex.quote(target)}"
