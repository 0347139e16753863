"""Desktop notifications."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from keyrack.domain.text import plain

if TYPE_CHECKING:
    from keyrack.system.bus import Bus

PATH, NAME = "/org/freedesktop/Notifications", "org.freedesktop.Notifications"
BUS = "org.freedesktop.DBus"
DISMISSED = 2  # the reason of NotificationClosed if the user closed it
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


def ask(title: str, question: str, seconds: float, platform: str = sys.platform) -> bool | None:
    """Ask by a notification with “Allow” and “Refuse”. None if there is no desktop that shows buttons, or no
    answer within so many seconds. Blocks; it never raises."""
    if platform in ("darwin", "win32"):
        return None  # their notifications have no buttons without a program of their own
    try:
        return _answer(
            plain(f"{APP}: {title}", LONGEST), plain(question, LONGEST), time.monotonic() + seconds
        )
    except Exception:
        return None


def _answer(title: str, body: str, deadline: float) -> bool | None:
    from jeepney import MatchRule, message_bus

    bus, address = _connected()
    try:
        capabilities = _capabilities(bus, address)
        if "actions" not in capabilities:
            return None
        (owner,) = bus.ask(message_bus.GetNameOwner(NAME), SECONDS)
        for signal in ("ActionInvoked", "NotificationClosed"):
            rule = MatchRule(type="signal", sender=NAME, interface=NAME, member=signal, path=PATH)
            bus.ask(message_bus.AddMatch(rule), SECONDS)
        rule = MatchRule(type="signal", sender=BUS, interface=BUS, member="NameOwnerChanged")
        rule.add_arg_condition(0, NAME)
        bus.ask(message_bus.AddMatch(rule), SECONDS)
        actions = ["allow", "Allow once", "refuse", "Refuse"]
        hints = {"urgency": ("y", 2), "transient": ("b", True)}
        ident = _show(bus, address, title, body, capabilities, actions, hints, deadline)
        try:
            return _first_answer(bus, ident, owner, deadline)
        finally:
            _close(bus, address, ident)
    finally:
        bus.close()


def _first_answer(bus: Bus, ident: int, owner: str, deadline: float) -> bool | None:
    """Signals of others than the notification's own service don't count. None also if that service ends."""
    from jeepney import HeaderFields, MessageType

    while True:
        message = bus.receive(deadline)
        fields = message.header.fields
        if message.header.message_type is not MessageType.signal:
            continue
        sender, member = fields.get(HeaderFields.sender), fields.get(HeaderFields.member)
        if (sender, member) == (BUS, "NameOwnerChanged") and message.body[:2] == (NAME, owner):
            return None
        if sender != owner:
            continue
        if fields.get(HeaderFields.interface) != NAME or not message.body or message.body[0] != ident:
            continue
        if member == "ActionInvoked":
            return message.body[1] == "allow"
        if member == "NotificationClosed":
            return False if message.body[1] == DISMISSED else None


def _close(bus: Bus, address: Any, ident: int) -> None:
    from jeepney import new_method_call

    with suppress(Exception):
        bus.ask(new_method_call(address, "CloseNotification", "u", (ident,)), SECONDS)


def _by_bus(title: str, body: str) -> bool:
    """By the Desktop Notifications Specification."""
    bus, address = _connected()
    try:
        _show(bus, address, title, body, _capabilities(bus, address))
        return True
    finally:
        bus.close()


def _connected() -> tuple[Bus, Any]:
    from jeepney import DBusAddress

    from keyrack.system.bus import Bus
    from keyrack.system.session_bus import set_address

    set_address()
    return Bus(SECONDS), DBusAddress(PATH, NAME, NAME)


def _capabilities(bus: Bus, address: Any) -> list[str]:
    from jeepney import new_method_call

    (found,) = bus.ask(new_method_call(address, "GetCapabilities"), SECONDS)
    return found


def _show(
    bus: Bus,
    address: Any,
    title: str,
    body: str,
    capabilities: list[str],
    actions: Sequence[str] = (),
    hints: Mapping[str, Any] = {},
    deadline: float | None = None,
) -> int:
    """The notification's number."""
    from jeepney import new_method_call

    if "body-markup" in capabilities:
        body = body.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    left = -1 if deadline is None else max(int((deadline - time.monotonic()) * 1000), 1)
    content = (APP, 0, "", title, body, list(actions), dict(hints), left)
    (ident,) = bus.ask(new_method_call(address, "Notify", "susssasa{sv}i", content), SECONDS)
    return ident
