"""Build hook: the wheel installs the man pages, so that pip and pipx offer them to `man`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ManPages(BuildHookInterface):
    """Adds them to the wheel's data files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        make = [sys.executable, str(Path(self.root) / "tools/man_pages.py"), self._folder.name]
        for page in subprocess.run(make, check=True, capture_output=True, text=True).stdout.splitlines():
            build_data["shared_data"][page] = f"share/man/man1/{Path(page).name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        self._folder.cleanup()
