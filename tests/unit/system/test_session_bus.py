"""The session bus is found at its usual place if the environment lacks its address."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from keyrack.system.session_bus import ADDRESS, set_address

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has no D-Bus")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Stands for /run/user, with a bus of this user's."""
    mine = tmp_path / str(os.getuid())
    mine.mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(mine / "bus"))
    return tmp_path


def test_the_bus_at_its_usual_place_is_used(folder: Path) -> None:
    env: dict[str, str] = {}
    set_address(env, str(folder))
    assert env == {ADDRESS: f"unix:path={folder}/{os.getuid()}/bus"}


def test_an_address_that_is_set_stays(folder: Path) -> None:
    env = {ADDRESS: "unix:path=/another"}
    set_address(env, str(folder))
    assert env == {ADDRESS: "unix:path=/another"}


def test_a_runtime_folder_that_is_set_is_looked_in_and_no_other(folder: Path, tmp_path: Path) -> None:
    env = {"XDG_RUNTIME_DIR": str(tmp_path / "elsewhere")}
    set_address(env, str(folder))
    assert ADDRESS not in env
    env = {"XDG_RUNTIME_DIR": str(folder / str(os.getuid()))}
    set_address(env, "/nowhere")
    assert env[ADDRESS] == f"unix:path={folder}/{os.getuid()}/bus"


def test_neither_a_file_nor_another_users_socket_is_a_bus(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env: dict[str, str] = {}
    me = os.getuid()
    (folder / str(me + 1)).mkdir()
    os.link(folder / str(me) / "bus", folder / str(me + 1) / "bus")
    monkeypatch.setattr(os, "getuid", lambda: me + 1)
    set_address(env, str(folder))
    monkeypatch.setattr(os, "getuid", lambda: me)
    bus = folder / str(me) / "bus"
    bus.unlink()
    bus.touch()
    set_address(env, str(folder))
    assert env == {}
