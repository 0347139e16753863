"""Makes real_login.svg: a login at a real authorization server, as the screen showed it.

    python screenshots/real_login.py

Needs Node (see tests/support/oidc). The ports and times differ from run to run, so
`make screenshots` leaves this picture alone.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from make import HERE, without_fonts

from keyrack.store.credential_store import memory_credential_store
from keyrack.tui.app import KeyrackApp
from keyrack.wiring import adapters
from support.authserver import oidc
from support.signing_in import Person

PATIENCE = 30.0  # seconds


async def log_in(app: KeyrackApp) -> str:
    """Press the keys, wait for the end, and take the picture."""
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot, lambda: app.screen.rows)
        await pilot.press("l")
        await until(
            pilot, lambda: "expires in" in (text := app.export_screenshot()) or "expires&#160;in" in text
        )
        return without_fonts(app.export_screenshot(title="keyrack"), "real-login")


async def until(pilot, holds) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            sys.exit("The login did not come to its end.")
        await pilot.pause(0.1)


def main() -> None:
    with tempfile.TemporaryDirectory() as home, oidc() as server:
        config = Path(home, ".cursor", "mcp.json")
        config.parent.mkdir()
        config.write_text(json.dumps({"mcpServers": {"notes": {"url": server.mcp_url}}}))
        credentials = memory_credential_store(time.time)
        built = adapters(env={"HOME": home}, cwd=home, credentials=credentials, browse=Person())
        (HERE / "real_login.svg").write_text(asyncio.run(log_in(KeyrackApp(lambda: built))), encoding="utf-8")


if __name__ == "__main__":
    main()
