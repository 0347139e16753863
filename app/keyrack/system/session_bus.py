"""Finds the D-Bus session bus where a program was started without its address."""

from __future__ import annotations

import os
import stat
from collections.abc import MutableMapping

ADDRESS = "DBUS_SESSION_BUS_ADDRESS"


def set_address(env: MutableMapping[str, str] | None = None, folder: str = "/run/user") -> None:
    """Set the address in the environment, unless it is set, to the bus of systemd and its like.

    Programs such as Codex start their helpers with a few variables only. Another user's socket is not used.
    """
    env = os.environ if env is None else env
    if env.get(ADDRESS) or not hasattr(os, "getuid"):
        return
    path = os.path.join(env.get("XDG_RUNTIME_DIR") or os.path.join(folder, str(os.getuid())), "bus")
    try:
        status = os.stat(path)
    except OSError:
        return
    if stat.S_ISSOCK(status.st_mode) and status.st_uid == os.getuid():
        # jeepney and keyring read the environment itself.
        env[ADDRESS] = f"unix:path={path}"
