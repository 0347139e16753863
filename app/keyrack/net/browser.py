"""Open the sign-in page in the user's browser.

The standard library's `webbrowser` finds the browser (and honours BROWSER), but it
waits for some of them and lets others write on the terminal. So it runs in a
process of its own, with no terminal, and its end is not waited for.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping

from keyrack.domain.errors import BadUrl
from keyrack.domain.resource import inert

QUICK = 1.5  # seconds in which a browser that can't start says so
# These take the terminal, where the screen is; so they are no browser here, not even
# by BROWSER. The person opens the shown address instead.
TEXT_BROWSERS = {"browsh", "carbonyl", "elinks", "links", "links2", "lynx", "w3m", "www-browser"}
OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"


def open_browser(url: str) -> bool:
    """True when a browser was started or is still starting; False when there is none,
    or when the URL is nothing to open (the authorization endpoint is a server's string).
    """
    try:
        safe = inert(url)
    except BadUrl:
        return False
    env = _environment(os.environ)
    if env is None:
        return False
    nothing = subprocess.DEVNULL
    try:
        # -I: no module of the current folder is taken for webbrowser.
        process = subprocess.Popen([sys.executable, "-I", "-c", OPEN, safe], env=env, stdin=nothing,
                                   stdout=nothing, stderr=nothing, start_new_session=True)
    except OSError:
        return False
    try:
        return process.wait(QUICK) == 0
    except subprocess.TimeoutExpired:
        threading.Thread(target=process.wait, name="keyrack-browser", daemon=True).start()
        return True


def _environment(env: Mapping[str, str]) -> dict[str, str] | None:
    """The environment for `webbrowser`; None when it could find no browser that has a window."""
    # Without TERM no lynx is found; keyrack's own variables may be secrets.
    clean = {
        key: value
        for key, value in env.items()
        if key not in ("BROWSER", "TERM") and not key.startswith("KEYRACK_")
    }
    chosen = os.pathsep.join(each for each in env.get("BROWSER", "").split(os.pathsep) if _has_window(each))
    if chosen:
        clean["BROWSER"] = chosen
    display = sys.platform in ("darwin", "win32") or env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")
    return clean if chosen or display else None


def _has_window(command: str) -> bool:
    words = command.split()
    return bool(words) and words[0].replace("\\", "/").rsplit("/", 1)[-1] not in TEXT_BROWSERS
