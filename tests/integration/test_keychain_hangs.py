"""A keychain that stops responding delays no command beyond its time limit, and does not delay the exit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from secretstorage.util import DBusAddressWrapper

from keyrack.store.backends.calls import LIMIT
from keyrack.store.credential_store import keychain_credential_store
from support.keychain import private_keychain
from support.store_fakes import URL, stored_credential

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
# With a shorter limit, as nobody waits a minute for a test: an unknown keychain might be asking a person.
HURRIED = """
import sys
from keyrack.store.backends.chooser import KeychainBackend
KeychainBackend.__init__.__kwdefaults__.update(limit=0.5, person_limit=0.5)
from keyrack.__main__ import main
sys.exit(main())
"""
BACKEND = """
import pathlib, threading
from keyring.backend import KeyringBackend

class Hangs(KeyringBackend):
    priority = 5
    hangs_at = pathlib.Path(__file__).with_name("hangs_at")
    entries = pathlib.Path(__file__).with_name("entries")

    def _answer(self, what):
        if self.hangs_at.exists() and what in self.hangs_at.read_text():
            threading.Event().wait()

    def get_password(self, service, username):
        self._answer("get")
        path = self.entries / username
        return path.read_text() if path.exists() else None

    def set_password(self, service, username, password):
        self._answer("set")
        self.entries.mkdir(exist_ok=True)
        (self.entries / username).write_text(password)

    def delete_password(self, service, username):
        self._answer("delete")
        (self.entries / username).unlink()
"""


@contextmanager
def stopped(env: dict[str, str]) -> Iterator[None]:
    """The daemon is there and answers nothing."""
    from jeepney.io.blocking import open_dbus_connection

    connection = open_dbus_connection(env["DBUS_SESSION_BUS_ADDRESS"])
    bus = DBusAddressWrapper("/org/freedesktop/DBus", "org.freedesktop.DBus", connection)
    bus.bus_name = "org.freedesktop.DBus"
    (pid,) = bus.call("GetConnectionUnixProcessID", "s", "org.freedesktop.secrets")
    connection.close()
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def run(*command: str, env: dict[str, str], text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=env, input=text, capture_output=True, text=True, timeout=120)


def data_folder() -> str:
    return str(Path(os.environ["HOME"]) / ".local" / "share" / "keyrack")


def test_a_secret_service_that_stops_answering(monkeypatch: pytest.MonkeyPatch) -> None:
    with private_keychain() as keychain:
        for name, value in keychain.items():
            monkeypatch.setenv(name, value)
        keychain_credential_store(data_folder(), time.time).save(stored_credential())
        env = dict(os.environ)
        with stopped(keychain):
            began = time.monotonic()
            done = run(KEYRACK, "token", URL, env=env)
            took = time.monotonic() - began
            listed = run(KEYRACK, "list", env=env)
        assert (done.returncode, done.stdout) == (5, "")
        assert "did not answer in time" in done.stderr
        assert LIMIT <= took < 5 * LIMIT
        assert listed.returncode == 0 and URL.removeprefix("https://") in listed.stdout


@pytest.fixture
def hanging(tmp_path: Path) -> dict[str, str]:
    """An environment in which keyring uses a backend that hangs where the file `hangs_at` says."""
    (tmp_path / "hangs.py").write_text(BACKEND)
    return dict(os.environ) | {"PYTHONPATH": str(tmp_path), "PYTHON_KEYRING_BACKEND": "hangs.Hangs"}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("get", ["token", URL]),
        ("set", ["set", URL, "--no-check"]),
        ("delete", ["clear", URL, "--yes"]),
        ("get", ["clear", URL, "--yes"]),
        ("get", ["doctor"]),
    ],
    ids=["get for token", "set for set", "delete for clear", "get for clear", "get for doctor"],
)
def test_a_backend_that_hangs_ends_a_command_with_5(
    call: str, words: list[str], hanging: dict[str, str], tmp_path: Path
) -> None:
    assert run(KEYRACK, "set", URL, "--no-check", env=hanging, text="the-old-token").returncode == 0
    (tmp_path / "hangs_at").write_text(call)
    done = run(sys.executable, "-c", HURRIED, *words, env=hanging, text="the-new-token")
    assert done.returncode == 5, done.stderr
    assert "did not answer in time" in done.stdout + done.stderr
    (tmp_path / "hangs_at").unlink()
    token = run(KEYRACK, "token", URL, env=hanging)
    assert (token.returncode, token.stdout) == (0, "the-old-token\n"), token.stderr
