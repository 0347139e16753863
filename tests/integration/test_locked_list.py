"""A keychain that is locked: the lists tell it beside each state, and only what needs a secret fails."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from keyrack.store.backends.bus import secret_service_is_locked
from support.keychain import private_bus, private_keychain
from support.odd_server import odd_server

KEYRACK = str(Path(sys.executable).with_name("keyrack"))


def test_a_locked_keychain_keeps_the_states_in_the_lists(own_home: Path) -> None:
    config = own_home / ".config/keyrack"
    config.mkdir(parents=True)

    def keyrack(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(own_home), **keychain}
        return subprocess.run(
            [KEYRACK, *words], env=env, input=typed, capture_output=True, text=True, check=False
        )

    with odd_server() as server, private_keychain() as keychain:
        (config / "config.toml").write_text(f'[servers.one]\nurl = "{server.url}"\n')
        server.tokens.add("secret-1")
        assert keyrack("set", "one", "--expires", "90d", typed="secret-1\n").returncode == 0
        [row] = json.loads(keyrack("list", "--json").stdout)
        assert (row["state"], row["locked"], row["next"]) == ("valid", False, None)
    with private_keychain(locked=True) as keychain:
        [row] = json.loads(keyrack("list", "--json").stdout)
        assert (row["state"], row["locked"], row["next"]) == ("valid", True, "keyrack doctor")
        short = keyrack("status", "--short")
        assert (short.returncode, short.stdout) == (1, "1 locked\n")
        done = keyrack("token", "one")
        assert (done.returncode, done.stdout) == (5, "")
        assert keyrack("header", "one").returncode == 5


def test_a_service_that_is_not_there_or_says_nothing_is_not_called_locked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with private_bus() as bus:
        for name, value in bus.items():
            monkeypatch.setenv(name, value)
        assert not secret_service_is_locked(5)
    silent = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(silent))
        listener.listen()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={silent}")
        assert not secret_service_is_locked(0.2)
    assert not secret_service_is_locked(0.2)  # nobody listens any more
