"""Port forwarding for a login over ssh, where the browser is on the user's own machine."""

from __future__ import annotations

from collections.abc import Mapping


def over_ssh(env: Mapping[str, str]) -> bool:
    """Does this process belong to an ssh session?"""
    return any(env.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))


def ssh_line(env: Mapping[str, str], port: int) -> str:
    """The command that forwards the callback's port from the user's own machine.

    SSH_CONNECTION is "client port server port" (sshd(8)); without it, the user must fill in
    HOST.
    """
    import shlex

    words = env.get("SSH_CONNECTION", "").split()
    host, ssh_port = (words[2], words[3]) if len(words) == 4 else ("HOST", "22")
    user = env.get("USER") or env.get("LOGNAME")
    where = shlex.quote(f"{user}@{host}" if user else host)
    other_port = "" if ssh_port == "22" else f" -p {shlex.quote(ssh_port)}"
    return f"ssh -N -L {port}:127.0.0.1:{port}{other_port} {where}"
