"""Desktop notifications."""

from __future__ import annotations

import subprocess
import sys

from keyrack.domain.text import plain

SECONDS = 2.0  # for each call to the session bus
APP = "keyrack"
LONGEST = 300  # characters of a title or a body, in which a server's words can be


def notify(title: str, body: str, platform: str = sys.platform) -> bool:
    """Show a notification. False if there is no desktop that does; it never raises or asks anybody.

    Control characters are removed, and nothing in the texts is taken for markup.
    """
    title, body = plain(f"{APP}: {title}", LONGEST), plain(body, LONGEST)
    try:
        if platform == "darwin":
            return _by_applescript(title, body)
        return platform != "win32" and _by_bus(title, body)
    except Exception:  # no bus, no desktop, or one that answers nonsense
        return False


def _by_applescript(title: str, body: str) -> bool:
    """The texts are arguments, not parts of the script. The title starts with a letter, so is no option."""
    script = ("on run argv", "display notification (item 2 of argv) with title (item 1 of argv)", "end run")
    lines = [word for line in script for word in ("-e", line)]
    nothing = subprocess.DEVNULL
    command = ["/usr/bin/osascript", *lines, title, body]
    done = subprocess.run(command, stdin=nothing, stdout=nothing, stderr=nothing, timeout=10, check=False)
    return done.returncode == 0


def _by_bus(title: str, body: str) -> bool:
    """By the Desktop Notifications Specification."""
    from jeepney import DBusAddress, new_method_call

    from keyrack.system.bus import Bus
    from keyrack.system.session_bus import set_address

    set_address()
    path, name = "/org/freedesktop/Notifications", "org.freedesktop.Notifications"
    address = DBusAddress(path, name, name)
    bus = Bus(SECONDS)
    try:
        (capabilities,) = bus.ask(new_method_call(address, "GetCapabilities"), SECONDS)
        if "body-markup" in capabilities:
            body = body.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        content = (APP, 0, "", title, body, [], {}, -1)
        bus.ask(new_method_call(address, "Notify", "susssasa{sv}i", content), SECONDS)
        return True
    finally:
        bus.close()
