"""The files by which systemd and launchd start a command when its user logs in."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence

from keyrack.domain.errors import KeyrackError
from keyrack.system import files, paths, writing
from keyrack.system.paths import Env

UNIT = "keyrack-watch.service"
LABEL = "keyrack.watch"
MARK = "Written by keyrack watch"
# What decides where keyrack's files and stores are. Never a secret.
LOCATIONS = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "KEYRACK_VAULT_IDENTITY_FILE")


def install(env: Env, platform: str, command: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Write the file for this system. Returns its path, and the commands that start and stop it.

    Raises KeyrackError if there is such a file that keyrack did not write, or on another system.
    """
    given = {name: env[name] for name in LOCATIONS if env.get(name)}
    if platform == "win32":
        raise KeyrackError(
            "keyrack watch --install is for systemd and launchd.",
            hint="On Windows, add “keyrack watch” to the Task Scheduler.",
        )
    if platform == "darwin":
        path = paths.join(platform, paths.home(env, platform), "Library", "LaunchAgents", f"{LABEL}.plist")
        _write(path, plist(command, given))
        domain = f"gui/{_uid()}"
        return path, (
            f"launchctl bootstrap {domain} {shlex.quote(path)}",
            f"launchctl bootout {domain}/{LABEL}",
        )
    path = paths.join(platform, paths.config_home(env, platform), "systemd", "user", UNIT)
    _write(path, unit(command, given))
    start, stop = f"systemctl --user enable --now {UNIT}", f"systemctl --user disable --now {UNIT}"
    return path, (f"systemctl --user daemon-reload && {start}", stop)


def unit(command: Sequence[str], env: Mapping[str, str]) -> str:
    """A user unit (systemd.service(5))."""
    lines = [
        f"# {MARK} --install. Run that again to renew it.",
        "[Unit]",
        "Description=Refresh the credentials of MCP servers before they expire",
        "StartLimitIntervalSec=0",
        "",
        "[Service]",
        f"ExecStart={' '.join(map(_word, command))}",
        *(f"Environment={_quoted(f'{name}={value}')}" for name, value in env.items()),
        "ExecReload=/bin/kill -HUP $MAINPID",
        "Restart=on-failure",
        "RestartSec=30",
        "# A refresh that has started is finished first.",
        "TimeoutStopSec=90",
        "KillMode=mixed",
        "",
        "[Install]",
        "WantedBy=default.target",
    ]
    return "\n".join(lines) + "\n"


def plist(command: Sequence[str], env: Mapping[str, str]) -> str:
    """A launch agent (launchd.plist(5))."""
    import plistlib

    agent: dict[str, object] = {
        "Label": LABEL,
        "ProgramArguments": list(command),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 30,
        "ExitTimeOut": 90,  # a refresh that has started is finished first
        "ProcessType": "Background",
    }
    if env:
        agent["EnvironmentVariables"] = dict(env)
    text = plistlib.dumps(agent, sort_keys=False).decode()
    head, _, rest = text.partition("<plist")
    return f"{head}<!-- {MARK} -->\n<plist{rest}"


def _write(path: str, text: str) -> None:
    try:
        there = files.read_text(path)
    except files.NoFile:
        there = MARK
    except files.BadFile as error:
        raise KeyrackError(f"{path}: {error} Nothing was changed.") from None
    if MARK not in there:
        raise KeyrackError(
            f"{path} was not written by keyrack. Nothing was changed.", hint="Move it away, then try again."
        )
    writing.write_atomically(path, text)


def _word(word: str) -> str:
    # A $ stands for a variable in a command line, but not in Environment=.
    return _quoted(word).replace("$", "$$")


def _quoted(text: str) -> str:
    """In double quotes (systemd.syntax(7)), with specifiers escaped."""
    escaped = "".join(
        char
        if char.isprintable() and char not in '\\"'
        else "".join(f"\\x{byte:02x}" for byte in char.encode())
        for char in text
    )
    return f'"{escaped.replace("%", "%%")}"'


def _uid() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0
