"""Programs that use MCP servers, run for real, without an account and without a network.

A `Lab` is a process in a network of its own (inside.py). A `Home` in it is what one program sees: a new
home folder, a bare environment, and a browser at which someone signs in.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from support.authserver import need_oidc, node
from support.clients.running import Ended, Screen
from support.heard import Heard
from support.keychain import need_keychain
from support.require import need

FOLDER = Path(__file__).parent
TESTS = FOLDER.parents[1]
OPENERS = ("xdg-open", "open", "sensible-browser", "www-browser", "x-www-browser", "wslview")
QUIET = {
    "DO_NOT_TRACK": "1",
    "NO_UPDATE_NOTIFIER": "1",
    "DISABLE_TELEMETRY": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "MCP_USE_ANONYMIZED_TELEMETRY": "false",
}
PATIENCE = 90.0  # seconds for a program
LEAVE = 10.0  # seconds for the servers to end


class Lab:
    """A network with the servers in it. One order at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        started = self._answer()
        self.url: str = started["url"]
        self.issuer: str = started["issuer"]
        self.model: str = started["model"]
        self.keychain: dict[str, str] = started["keychain"]

    def run(self, argv: Sequence[str], **how: Any) -> Ended:
        return Ended(**self._order({"do": "run", "argv": list(argv), **how}))

    def heard(self) -> list[Heard]:
        """What the MCP server was asked since the last time."""
        return [Heard(**each) for each in self._order({"do": "heard"})]

    def _order(self, order: Mapping[str, Any]) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the lab has ended; what it said is above"
        return json.loads(line)


def unshared() -> list[str]:
    """The command that runs another in a network and among processes of its own."""
    command = ["unshare", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"]
    return command if os.geteuid() == 0 else [*command, "--map-root-user"]


def need_lab() -> None:
    """Skip (or fail, where all is required) where no such network can be had."""
    need_oidc()
    need_keychain()
    if shutil.which("unshare") is None:
        need("unshare is not installed (apt-get install util-linux)")
    tried = subprocess.run([*unshared(), "true"], capture_output=True, text=True, check=False)
    need(f"there is no network of our own to be had: {tried.stderr.strip()}", tried.returncode == 0)


@contextmanager
def running_lab(token_seconds: int | None = None, *, once: bool = False) -> Iterator[Lab]:
    """`token_seconds`: the life of an access token, where it is not an hour. `once`: the MCP server forgets a
    token after one call of a tool."""
    need_lab()
    env = {**os.environ, "PYTHONPATH": str(TESTS)}
    if token_seconds is not None:
        env["LAB_TOKEN_SECONDS"] = str(token_seconds)
    if once:
        env["LAB_ONCE"] = "yes"
    command = [*unshared(), sys.executable, "-m", "support.clients.inside"]
    process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None and process.stdout is not None
    try:
        yield Lab(process)
    finally:
        process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(LEAVE)
        process.kill()
        process.wait()
        process.stdout.close()


class Home:
    """One program's home, and keyrack's."""

    def __init__(self, lab: Lab, folder: Path, *, keychain: bool = False) -> None:
        self.lab = lab
        self.folder = folder
        self.project = folder / "project"
        self.browsed = folder / "browsed"  # a line for each URL that was opened
        programs = folder / "programs"
        for each in (
            ".config",
            ".local/share",
            ".local/state",
            ".cache",
            ".run",
            ".tmp",
            "project",
            "programs",
        ):
            (folder / each).mkdir(parents=True)
        (folder / ".run").chmod(0o700)
        browser = programs / "browser"
        browser.write_text(
            f'#!/bin/sh\nexec "{sys.executable}" "{FOLDER / "browser.py"}" "{self.browsed}" "$@"\n'
        )
        browser.chmod(0o755)
        for name in OPENERS:
            (programs / name).symlink_to(browser)
        path = [str(programs), os.path.dirname(node() or ""), os.environ["PATH"]]
        self.env = QUIET | {
            "PATH": os.pathsep.join(path),
            "HOME": str(folder),
            "TMPDIR": str(folder / ".tmp"),
            "USER": "alice",
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "SHELL": "/bin/sh",
            "BROWSER": str(browser),
            "XDG_CONFIG_HOME": str(folder / ".config"),
            "XDG_DATA_HOME": str(folder / ".local/share"),
            "XDG_STATE_HOME": str(folder / ".local/state"),
            "XDG_CACHE_HOME": str(folder / ".cache"),
            "XDG_RUNTIME_DIR": str(folder / ".run"),
        }
        self._bus = {"DBUS_SESSION_BUS_ADDRESS": lab.keychain["DBUS_SESSION_BUS_ADDRESS"]}
        if keychain:
            self.env |= self._bus

    def run(
        self,
        *argv: str,
        env: Mapping[str, str] | None = None,
        seconds: float = PATIENCE,
        screen: Screen | None = None,
        **how: Any,
    ) -> Ended:
        """Run it in the project's folder, with `env` on top of the home's."""
        env = {**self.env, **(env or {})}
        if screen is not None:
            how["screen"] = screen._asdict()
        return self.lab.run(argv, env=env, cwd=str(self.project), seconds=seconds, **how)

    def keyrack(self, *words: str) -> Ended:
        """keyrack, which always has a keychain."""
        return self.run(sys.executable, "-m", "keyrack", *words, env=self._bus)

    def keyrack_json(self, *words: str) -> Any:
        """What it prints to its standard output alone."""
        command = (sys.executable, "-m", "keyrack", *words)
        ended = self.run("sh", "-c", 'exec "$0" "$@" 2>errors', *command, env=self._bus)
        assert ended.code == 0, (ended, (self.project / "errors").read_text())
        return json.loads(ended.text)

    def stdio(self, *words: str) -> Ended:
        return self.run(sys.executable, str(FOLDER / "stdio.py"), *words)

    def opens_browser(self, *argv: str, **how: Any) -> bool:
        """Does the program open the browser, at which nobody is?"""
        away = self.browsed.with_name("browsed.away")
        self.browsed.unlink(missing_ok=True)
        away.touch()
        self.run(*argv, until=str(self.browsed), **how)
        away.unlink()
        return self.browsed.exists()
