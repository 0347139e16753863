"""What the first frame may not wait for. Import sets, not milliseconds."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import asyncio, json, sys
from keyrack.tui.app import KeyrackApp

def factory():
    raise SystemExit("the parts were built before the first frame")

seen = []

display = KeyrackApp._display

def watched(self, screen, renderable):
    if not seen:
        seen.extend(sorted(sys.modules))
        self.exit()
    display(self, screen, renderable)

KeyrackApp._display = watched

async def main():
    async with KeyrackApp(factory).run_test() as pilot:
        await pilot.pause()

asyncio.run(main())
print(json.dumps(seen))
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
    modules = set(json.loads(run.stdout))
    assert "keyrack.tui.screens.main" in modules
    assert modules & set(HEAVY) == set()
    loaded = {name for name in modules if name.startswith("keyrack.")}
    late = (
        "keyrack.net.",
        "keyrack.store.",
        "keyrack.clients.",
        "keyrack.cards.",
        "keyrack.wiring",
        "keyrack.cli.",
    )
    assert not {name for name in loaded if name.startswith(late)}
    assert not {name for name in loaded if name.startswith("keyrack.tui.screens.")} - {
        "keyrack.tui.screens.main"
    }
