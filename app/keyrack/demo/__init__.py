"""`keyrack demo`: a sandbox for a newcomer. Nothing of the user's is touched."""

from __future__ import annotations

import sys

from keyrack.domain.errors import KeyrackError

NEEDED = ("mcp", "uvicorn")
INSTALL = f"{sys.executable} -m pip install 'keyrack[demo]'"


def run_demo() -> int:
    """Start the sandbox and the screen on it; ends both. Raises KeyrackError with what is missing."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise KeyrackError("The demo needs a terminal.", hint="Run it in one: keyrack demo")
    from importlib.util import find_spec

    if not all(find_spec(name) for name in NEEDED):
        raise KeyrackError("The demo's servers are not installed.", hint=f"Install them: {INSTALL}")
    print("Starting the demo's servers …", flush=True)
    from keyrack.demo.browser import NOTE, approving
    from keyrack.demo.sandbox import sandbox
    from keyrack.net.browser import open_browser
    from keyrack.tui import run_tui

    with sandbox(lambda url: open_browser(url) or approving(url)) as world:
        return run_tui(lambda: world.parts, banner="demo", sign_in_note=NOTE)

