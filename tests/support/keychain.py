"""A real gnome-keyring on a private bus."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from support.require import need

LEADS_THERE = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")
PATIENCE = 20.0  # seconds for a daemon to come up
# No service directories: nothing is started on demand, so nothing of the machine's own can answer.
BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>{rules}
  </policy>
</busconfig>
"""


def need_keychain() -> None:
    """Skip (or fail, where all is required) without gnome-keyring and D-Bus."""
    there = all(map(shutil.which, ("gnome-keyring-daemon", "dbus-daemon")))
    need("gnome-keyring is not installed (apt-get install gnome-keyring dbus)", there)


@contextmanager
def private_keychain(*, locked: bool = False) -> Iterator[dict[str, str]]:
    """Run a keychain and yield the variables that lead a program to it.

    Everything it needs is in DBUS_SESSION_BUS_ADDRESS; XDG_RUNTIME_DIR comes along for
    tools that insist on one. A test should also take DISPLAY and WAYLAND_DISPLAY away.
    With `locked`, it holds a keyring that is locked, and nobody is there to unlock it.
    """
    need_keychain()
    # A socket's path may have 107 characters, which pytest's own folders can exceed.
    root = Path(tempfile.mkdtemp(prefix="keychain-"))
    started: list[subprocess.Popen[bytes]] = []
    try:
        env = _start_bus(root, started)
        daemon = _start_daemon(root, env, started, unlock=True)
        _wait(lambda: _ask(env, "unlocked"), "the keyring to be open", daemon)
        if locked:
            _end(daemon)
            _wait(lambda: _ask(env, "gone"), "the first daemon to leave", None)
            daemon = _start_daemon(root, env, started, unlock=False)
            _wait(lambda: _ask(env, "locked"), "the locked keyring", daemon)
        yield {name: env[name] for name in LEADS_THERE}
    finally:
        for process in reversed(started):
            _end(process)
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def private_bus(rules: str = "") -> Iterator[dict[str, str]]:
    """A session bus on which there is no keychain; `rules` end its default policy."""
    need_keychain()
    root = Path(tempfile.mkdtemp(prefix="keychain-"))
    started: list[subprocess.Popen[bytes]] = []
    try:
        env = _start_bus(root, started, rules)
        yield {name: env[name] for name in LEADS_THERE}
    finally:
        for process in reversed(started):
            _end(process)
        shutil.rmtree(root, ignore_errors=True)


def _start_bus(root: Path, started: list[subprocess.Popen[bytes]], rules: str = "") -> dict[str, str]:
    for name in ("run", "data", "config", "home"):
        (root / name).mkdir(mode=0o700)
    address, config = root / "run" / "bus", root / "bus.conf"
    config.write_text(BUS_CONFIG.format(socket=address, rules=rules))
    env = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(root / "home"),
        "XDG_RUNTIME_DIR": str(root / "run"),
        "XDG_DATA_HOME": str(root / "data"),
        "XDG_CONFIG_HOME": str(root / "config"),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={address}",
    }
    bus = subprocess.Popen(
        ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile"],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    started.append(bus)
    _wait(lambda: _listens(address), "the bus", bus)
    return env


def _listens(path: Path) -> bool:
    """The file of a socket is there before anybody listens."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def _start_daemon(
    root: Path, env: dict[str, str], started: list[subprocess.Popen[bytes]], *, unlock: bool
) -> subprocess.Popen[bytes]:
    command = ["gnome-keyring-daemon", "--foreground", "--components=secrets"] + ["--unlock"] * unlock
    with open(root / "daemon.log", "ab") as log:
        daemon = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=log, stderr=log)
    started.append(daemon)
    assert daemon.stdin is not None
    if unlock:
        daemon.stdin.write(b"a password of no worth")
    daemon.stdin.close()
    return daemon


def _ask(env: dict[str, str], wanted: str) -> bool:
    """Is the default keyring "unlocked", "locked", or its daemon "gone"?"""
    import secretstorage
    from jeepney.io.blocking import open_dbus_connection
    from secretstorage.exceptions import SecretStorageException

    connection = open_dbus_connection(env["DBUS_SESSION_BUS_ADDRESS"])
    try:
        if not secretstorage.check_service_availability(connection):
            return wanted == "gone"
        collection = secretstorage.get_collection_by_alias(connection, "default")
        return collection.is_locked() == (wanted == "locked") and wanted != "gone"
    except (SecretStorageException, ConnectionError):
        return False
    finally:
        connection.close()


def _wait(ready: Callable[[], bool], what: str, process: subprocess.Popen[bytes] | None) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _quietly(ready):
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended while waiting for {what}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {PATIENCE:g} s for {what}")
        time.sleep(0.02)


def _quietly(ready: Callable[[], bool]) -> bool:
    try:
        return ready()
    except OSError:  # the socket is there and nobody accepts yet
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":  # python -m support.keychain COMMAND…: run it beside a keychain
    with private_keychain() as variables:
        sys.exit(subprocess.run(sys.argv[1:], env=os.environ | variables, check=False).returncode)
