"""In which environment a program runs keyrack, and what keyrack has to be told there."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence

from keyrack.sources.connect import Connect
from keyrack.system import paths
from keyrack.system.own_command import own_path
from keyrack.system.paths import Env

# Where things are. Never a secret: a passphrase or a key is not among them.
FOLDERS = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "APPDATA", "LOCALAPPDATA")
BUS = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")
OTHERS = (
    "KEYRACK_VAULT_IDENTITY_FILE", "PYTHON_KEYRING_BACKEND", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "CODEX_HOME", "CLAUDE_CONFIG_DIR", "COPILOT_HOME", "MCP_CONFIG_PATH", "MCP_CONFIG_DIR", "OPENCODE_CONFIG",
    "MCPORTER_CONFIG",
)  # fmt: skip
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "all_proxy",
           "no_proxy")  # fmt: skip
# They open the vault. An entry may name them, so that the program passes them on, but never contains them.
SECRETS = ("KEYRACK_VAULT_PASSPHRASE", "KEYRACK_VAULT_IDENTITY")
USUAL_BUS = "unix:path=/run/user/{}/bus"


def given(
    env: Env, how: Connect, *, helper: bool, more: Mapping[str, str], passed: Sequence[str]
) -> dict[str, str]:
    """The environment in which the program runs the command: its own, and what the entry adds."""
    names = how.gives_helper if helper else how.gives
    found = {
        name: value
        for name, value in env.items()
        if (names is None or name in names or name in passed)
        and not (how.hides and re.search(how.hides, name) and name not in passed)
    }
    return {**found, **more}


def needed(env: Env, platform: str, how: Connect, *, helper: bool) -> dict[str, str]:
    """The locations that the program does not give, and without which keyrack would look elsewhere."""
    there = given(env, how, helper=helper, more={}, passed=())
    found: dict[str, str] = {}
    for name in (*FOLDERS, *OTHERS, *PROXIES, *BUS):
        value = env.get(name, "")
        if value and there.get(name) != value and _counts(name, value, env, platform):
            found[name] = value
    if "DBUS_SESSION_BUS_ADDRESS" in found or "DBUS_SESSION_BUS_ADDRESS" in env:
        found.pop("XDG_RUNTIME_DIR", None)
    return found


def _counts(name: str, value: str, env: Env, platform: str) -> bool:
    """Would it be somewhere else without the variable?"""
    if name in FOLDERS:
        without = {key: each for key, each in env.items() if key != name}
        place = paths.data_dir if name in ("XDG_DATA_HOME", "LOCALAPPDATA") else paths.config_dir
        return place(env, platform) != place(without, platform)
    if name in PROXIES:
        return "@" not in value  # it may contain a password
    if name in BUS and platform == "linux":
        user = os.getuid() if hasattr(os, "getuid") else 0
        if name == "XDG_RUNTIME_DIR":
            return value.rstrip("/") != f"/run/user/{user}"
        return value.partition(",")[0] != USUAL_BUS.format(user)
    if name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        return not value.startswith(("/etc/ssl/", "/etc/pki/", "/usr/"))  # the system's own
    return name not in BUS


def own_program(env: Env, how: Connect, *, in_project: bool) -> tuple[str, ...]:
    """How the program starts keyrack: by its name where its PATH has this keyrack, otherwise by its path.

    A project's file has the name alone, since the path differs from machine to machine. Raises KeyrackError.
    """
    if in_project:
        return ("keyrack",)
    mine = own_path(env)
    found = shutil.which("keyrack", path=env.get("PATH", ""))
    if not mine:
        # -P: the program runs it in its own folder, which may be a stranger's project.
        return (sys.executable, "-P", "-m", "keyrack")
    if not how.in_window and found is not None and os.path.realpath(found) == os.path.realpath(mine):
        return ("keyrack",)
    return (mine,)
