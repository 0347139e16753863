"""Opens the sign-in page in the user's browser.

The standard library's `webbrowser` finds the browser (and respects BROWSER), but it
waits for some browsers and lets others write to the terminal. So it runs in a
separate process without a terminal, and keyrack does not wait for it to end.
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

QUICK = 1.5  # seconds within which a browser that can't start fails
# They would take over the terminal from the screen, so they are not used, even if BROWSER
# names one. The user opens the shown URL instead.
TEXT_BROWSERS = {"browsh", "carbonyl", "elinks", "links", "links2", "lynx", "w3m", "www-browser"}
OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"


def open_browser(url: str) -> bool:
    """True if a browser was started or is still starting.

    False if there is none, or if the URL must not be opened: it comes from a server.
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
        # -I: no module in the current folder is imported as webbrowser.
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
    """The environment for `webbrowser`; None if it could not find a graphical browser."""
    # Without TERM, no text browser is found; keyrack's own variables may be secrets.
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
    """The path of a program in quotes or with escaped spaces, as `webbrowser` needs it."""
    if sys.platform == "win32" or not set(command) & set("\"'\\"):
        return command
    try:
        words = shlex.split(command)
    except ValueError:
        return command
    return words[0] if len(words) == 1 else command


def _has_window(command: str) -> bool:
    """False for an empty command and for text browsers, also with a quoted path or one with spaces."""
    words = command.split()
    if not words:
        return False
    programs = (words[0], command, command.removesuffix("%s").strip().strip("\"'"))
    names = {program.strip("\"'").replace("\\", "/").rsplit("/", 1)[-1] for program in programs}
    return not names & TEXT_BROWSERS
