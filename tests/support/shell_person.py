"""A person at a shell, with keyrack as a command and a keychain."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

APP = str(Path(__file__).parents[2] / "app")
TOKEN = "sk-hidden-1"  # may stand in what a command prints, but in no message


class ShellPerson:
    """A home folder, a shell in which `keyrack` is a command, and a keychain."""

    def __init__(self, home: Path, keychain: dict[str, str]) -> None:
        self.home = home
        folder = home / "bin"
        folder.mkdir()
        command = folder / "keyrack"
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m keyrack "$@"\n')
        command.chmod(0o755)
        path = f"{folder}{os.pathsep}{os.environ['PATH']}"
        self.env = {**keychain, "HOME": str(home), "PATH": path, "LANG": "C.UTF-8", "PYTHONPATH": APP}

    def types(self, line: str, **env: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["sh", "-c", line], env=self.env | env, cwd=self.home, capture_output=True, text=True, timeout=60
        )
        assert TOKEN not in done.stderr
        return done
