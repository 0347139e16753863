"""The terminal UI in a real terminal: press a key, sign in, read the new state off the screen."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from support import browser
from support.authserver import AuthServer
from support.keychain import private_keychain
from support.screen import screen

KEYRACK = str(Path(sys.executable).with_name("keyrack"))


def test_l_logs_in_and_the_list_says_so(oidc_server: AuthServer, own_home: Path, tmp_path: Path) -> None:
    browser.need_browser()
    program, _ = browser.command(tmp_path)
    entry = {"type": "http", "url": oidc_server.mcp_url}
    (own_home / ".claude.json").write_text(json.dumps({"mcpServers": {"guarded": entry}}))
    with private_keychain() as keychain:
        env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(own_home), **keychain}
        with screen([KEYRACK], {**env, "BROWSER": program}) as terminal:
            terminal.until(lambda text: "guarded" in text and "not logged in" in text)
            terminal.press("l")
            terminal.until(oidc_server.issuer)
            terminal.until("stored in Secret Service")
            terminal.press("Enter")
            terminal.until(lambda text: "guarded" in text and "valid" in text and "Log in" not in text)
            terminal.press("C-q")
            assert terminal.until_ended() == 0
