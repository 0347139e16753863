"""Open the sign-in page in the user's browser.

The standard library's `webbrowser` finds the browser (and honours BROWSER), but it
waits for some of them and lets others write on the terminal. So it runs in a
process of its own, with no terminal, and its end is not waited for.
"""

from __future__ import annotations

import os
import shlex
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
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", OPEN, safe],
            env=env,
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            start_new_session=True,
        )
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
    named = map(_unquoted, env.get("BROWSER", "").split(os.pathsep))
    chosen = os.pathsep.join(each for each in named if _has_window(each))
    if chosen:
        clean["BROWSER"] = chosen
    display = sys.platform in ("darwin", "win32") or env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")
    return clean if chosen or display else None


def _unquoted(command: str) -> str:
    """A program in quotes, or with its blanks escaped, by its path alone: `webbrowser` wants it so."""
    if sys.platform == "win32" or not set(command) & set("\"'\\"):
        return command
    try:
        words = shlex.split(command)
    except ValueError:
        return command
    return words[0] if len(words) == 1 else command


def _has_window(command: str) -> bool:
    """False for nothing, and for a text browser, also in a folder with blanks or in quotes."""
    words = command.split()
    if not words:
        return False
    programs = (words[0], command, command.removesuffix("%s").strip().strip("\"'"))
    names = {program.strip("\"'").replace("\\", "/").rsplit("/", 1)[-1] for program in programs}
    return not names & TEXT_BROWSERS
