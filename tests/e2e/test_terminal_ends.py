"""keyrack ends with its terminal and on SIGTERM, whoever started it and whatever it is doing."""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.authserver import AuthServer
from support.keychain import private_keychain
from support.processes import children, runs, until_gone
from support.require import need
from support.screen import Screen, screen

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
SOON = 5.0  # seconds within which it has to end
LOADED = 5.0  # seconds that a busy machine may add
ONE = '[servers.one]\nurl = "https://one.example/mcp"\n'


@pytest.fixture
def env(own_home: Path, tmp_path: Path) -> dict[str, str]:
    config = own_home / ".config" / "keyrack"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(ONE)
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(own_home), "TMPDIR": str(tmp_path)}


def command(starter: str, words: list[str], folder: Path) -> list[str]:
    """keyrack as the terminal's own command, or as make's, or as that of a script that waits for it."""
    if starter == "make":
        need("make (apt-get install make)", shutil.which("make") is not None)
        (folder / "Makefile").write_text(f"run:\n\t@{KEYRACK} {' '.join(words)}\n")
        return ["make", "-C", str(folder), "run"]
    if starter == "a script":
        # One that outlives the hang-up, as make does.
        return ["sh", "-c", 'trap "" HUP; (trap - HUP; exec "$@"); wait', "sh", KEYRACK, *words]
    return [KEYRACK, *words]


@contextmanager
def running(
    starter: str, words: list[str], env: dict[str, str], folder: Path, shown: str = ""
) -> Iterator[tuple[Screen, int]]:
    """With the id of keyrack's own process, once it shows its list, or what is `shown`."""
    with screen(command(starter, words, folder), env, alone=True) as terminal:
        terminal.until(shown or ("drive" if words else "one"))
        leader = int(terminal.leader())
        process = (children(leader) or [leader])[-1]
        try:
            yield terminal, process
        finally:
            if runs(process):
                os.kill(process, signal.SIGKILL)


def demo_folders(env: dict[str, str]) -> list[Path]:
    return list(Path(env["TMPDIR"]).glob("keyrack-demo-*"))


@pytest.mark.parametrize("words", [[], ["demo"]], ids=["keyrack", "demo"])
@pytest.mark.parametrize("starter", ["the terminal", "make", "a script"])
def test_a_terminal_that_is_killed_takes_keyrack_along(
    starter: str, words: list[str], env: dict[str, str], tmp_path: Path
) -> None:
    with running(starter, words, env, tmp_path) as (terminal, process):
        terminal.kill()
        until_gone(process, SOON + LOADED)
    assert demo_folders(env) == []


@pytest.mark.parametrize("words", [[], ["demo"]], ids=["keyrack", "demo"])
def test_a_terminal_that_dies_while_much_is_drawn_takes_keyrack_along(
    words: list[str], env: dict[str, str], tmp_path: Path
) -> None:
    with running("make", words, env, tmp_path) as (terminal, process):
        for _ in range(20):
            terminal.press("?", "Down", "Down", "Escape", "?", "j", "j", "j", "Escape", "s")
        terminal.kill()
        until_gone(process, SOON + LOADED)
    assert demo_folders(env) == []


@pytest.mark.parametrize("words", [[], ["demo"]], ids=["keyrack", "demo"])
def test_sigterm_ends_it_in_five_seconds(words: list[str], env: dict[str, str], tmp_path: Path) -> None:
    with running("make", words, env, tmp_path) as (_, process):
        os.kill(process, signal.SIGTERM)
        until_gone(process, SOON + LOADED)
    assert demo_folders(env) == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP], ids=["SIGTERM", "SIGHUP"])
def test_a_terminal_that_takes_no_output_holds_nothing_up(how: signal.Signals, env: dict[str, str]) -> None:
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [KEYRACK, "demo"], env={**env, "TERM": "xterm"}, stdin=slave, stdout=slave, stderr=slave,
        start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    try:
        seen = b""
        while b"drive" not in seen:
            seen += os.read(master, 65536)
        # From now on nobody reads. It draws until it is stuck.
        same, before = 0, -1
        while same < 10:
            os.write(master, b"?\x1b[B\x1b[27u" * 40)
            time.sleep(0.05)
            waiting = unread(master)
            same, before = (same + 1 if waiting == before else 0), waiting
        process.send_signal(how)
        assert process.wait(SOON + LOADED) == 128 + how
    finally:
        process.kill()
        process.wait()
        os.close(master)
    assert demo_folders(env) == []


def unread(descriptor: int) -> int:
    """The bytes that can be read there."""
    return int.from_bytes(fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)), sys.byteorder)


def test_what_a_killed_demo_left_goes_with_the_next_one(env: dict[str, str], tmp_path: Path) -> None:
    with running("the terminal", ["demo"], env, tmp_path) as (_, process):
        [left] = demo_folders(env)
        os.kill(process, signal.SIGKILL)
        until_gone(process)
    assert left.exists()
    (tmp_path / "keyrack-demo-by-hand").mkdir()  # no demo's: it has no lock
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "demo.lock").touch()
    (tmp_path / "keyrack-demo-link").symlink_to(elsewhere)

    with running("the terminal", ["demo"], env, tmp_path) as (terminal, _):
        assert not left.exists()
        [running_one] = set(demo_folders(env)) - {
            tmp_path / "keyrack-demo-by-hand", tmp_path / "keyrack-demo-link",
        }  # fmt: skip
        with running("the terminal", ["demo"], env, tmp_path) as (second, _):
            assert running_one.exists()  # it runs
            second.press("C-q")
            second.until_closed()
        assert running_one.exists()
        terminal.press("C-q")
        terminal.until_closed()
    assert not running_one.exists()
    assert elsewhere.exists() and (tmp_path / "keyrack-demo-by-hand").exists()


@pytest.mark.parametrize("starter", ["the terminal", "make", "a script"])
def test_a_login_on_the_command_line_ends_with_its_terminal(
    starter: str, oidc_server: AuthServer, env: dict[str, str], tmp_path: Path
) -> None:
    words = ["login", oidc_server.mcp_url, "--no-browser"]
    with (
        private_keychain() as keychain,
        running(starter, words, {**env, **keychain}, tmp_path, "press enter") as (terminal, process),
    ):
        terminal.kill()
        until_gone(process, SOON + LOADED)
