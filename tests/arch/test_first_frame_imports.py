"""What must not be imported before the first frame. Checks sets of modules, not milliseconds."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import asyncio, json, sys
from textual.screen import Screen
from keyrack.tui.app import KeyrackApp

def kinds(base):
    for kind in base.__subclasses__():
        yield from kinds(kind)
        if kind.__module__.startswith("keyrack."):
            yield kind

def factory():
    raise SystemExit("the adapters were built before the first frame")

seen, screens = [], []

display = KeyrackApp._display

def watched(self, screen, renderable):
    if not seen:
        seen.extend(sorted(sys.modules))
        screens.extend(sorted(kind.__module__ for kind in kinds(Screen)))
        self.exit()
    display(self, screen, renderable)

KeyrackApp._display = watched

async def main():
    async with KeyrackApp(factory).run_test() as pilot:
        await pilot.pause()

asyncio.run(main())
print(json.dumps((seen, screens)))
"""

HEAVY = (
    "httpx",
    "keyring",
    "pyrage",
    "textual.widgets._markdown",
    "markdown_it",
    "tomli_w",
    "tomlkit",
    "http.server",
)


def test_neither_network_nor_keychain_nor_markdown_is_imported_before_the_first_frame() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    modules, screens = json.loads(run.stdout)
    modules = set(modules)
    assert "keyrack.tui.servers.main" in modules
    assert modules & set(HEAVY) == set()
    loaded = {name for name in modules if name.startswith("keyrack.")}
    late = (
        "keyrack.net.",
        "keyrack.store.",
        "keyrack.sources.",
        "keyrack.services.",
        "keyrack.config.",
        "keyrack.wiring",
        "keyrack.cli.",
    )
    assert not {name for name in loaded if name.startswith(late)}
    assert screens == ["keyrack.tui.servers.main", "keyrack.tui.servers.overview_screen"]
