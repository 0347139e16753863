"""The systemd unit and the launchd agent of `keyrack watch`."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.system.service_files import install, plist, unit
from support.require import need

ODD = ["/opt/a b/py$thon", "-m", "keyrack", 'q"uo\\te', "100%", "ü", "line\nbreak"]


def verify(path: Path, tmp_path: Path) -> str:
    """What systemd says of the unit; "" if it is right."""
    need("systemd-analyze is not installed", shutil.which("systemd-analyze") is not None)
    (tmp_path / "run").mkdir(mode=0o700, exist_ok=True)
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run")}
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", str(path)],
        env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.stderr + (f"exit code {done.returncode}" if done.returncode else "")


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "XDG_DATA_HOME": "/data of mine/100%", "KEYRACK_VAULT_PASSPHRASE": "secret"}
    path, commands = install(env, "linux", [sys.executable, "-P", "-m", "keyrack", "watch"])
    assert path == str(tmp_path / ".config/systemd/user/keyrack-watch.service")
    text = Path(path).read_text()
    assert 'Environment="XDG_DATA_HOME=/data of mine/100%%"\n' in text
    assert "secret" not in text
    assert verify(Path(path), tmp_path) == ""
    assert commands[0].endswith("systemctl --user enable --now keyrack-watch.service")
    broken = tmp_path / "broken.service"
    broken.write_text(text.replace("ExecStart=", "ExecStrat="))
    assert verify(broken, tmp_path) != ""


def test_systemd_reads_each_word_as_it_was(tmp_path: Path) -> None:
    line = next(line for line in unit(ODD, {}).splitlines() if line.startswith("ExecStart="))
    assert line == (
        'ExecStart="/opt/a b/py$$thon" "-m" "keyrack" "q\\x22uo\\x5cte" "100%%" "ü" "line\\x0abreak"'
    )
    path = tmp_path / "odd.service"
    path.write_text(unit(["/bin/echo", *ODD], {"A": 'b "c" $d\\'}))
    assert verify(path, tmp_path) == ""


def test_the_launch_agent_is_a_property_list(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": "/c", "TOKEN": "secret"}
    path, commands = install(env, "darwin", ODD)
    agent = plistlib.loads(Path(path).read_bytes())
    assert agent["ProgramArguments"] == ODD
    assert agent["Label"] == Path(path).stem == "keyrack.watch"
    assert agent["EnvironmentVariables"] == {"XDG_CONFIG_HOME": "/c"}
    assert (agent["RunAtLoad"], agent["KeepAlive"]) == (True, {"SuccessfulExit": False})
    assert path.endswith("/Library/LaunchAgents/keyrack.watch.plist")
    assert commands[0].startswith("launchctl bootstrap gui/")
    assert Path(path).read_text().startswith('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist')


@pytest.mark.parametrize("text", [unit, plist])
def test_nothing_of_the_environment_is_written_that_was_not_chosen(text: object) -> None:
    assert callable(text)
    assert "PATH" not in str(text(["/bin/true"], {}))


def test_it_is_written_again_but_not_over_a_file_of_others(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path)}
    path = Path(install(env, "linux", ["/bin/one"])[0])
    install(env, "linux", ["/bin/two"])
    assert "/bin/two" in path.read_text()
    path.write_text("[Service]\nExecStart=/bin/mine\n")
    with pytest.raises(KeyrackError, match="was not written by keyrack"):
        install(env, "linux", ["/bin/three"])
    assert path.read_text() == "[Service]\nExecStart=/bin/mine\n"


def test_there_is_none_for_windows(tmp_path: Path) -> None:
    with pytest.raises(KeyrackError, match="systemd and launchd"):
        install({"HOME": str(tmp_path)}, "win32", ["keyrack"])
