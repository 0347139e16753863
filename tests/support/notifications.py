"""A notification service on a session bus, with a user who does what a test says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from jeepney import DBusAddress, HeaderFields, Message, message_bus, new_error, new_method_return, new_signal
from jeepney.io.blocking import DBusConnection, open_dbus_connection

PATH, NAME = "/org/freedesktop/Notifications", "org.freedesktop.Notifications"
ADDRESS = DBusAddress(PATH, NAME, NAME)


class Service:
    """`user` is called with each notification's number, after the caller has it, and may press a button."""

    def __init__(self, bus: str, capabilities: Sequence[str], user: Callable[[Service, int], Any]) -> None:
        self._connection = open_dbus_connection(bus)
        self._stranger: DBusConnection = open_dbus_connection(bus)
        self._capabilities, self._user = list(capabilities), user
        self.shown: list[tuple[Any, ...]] = []  # what Notify was called with
        self.closed: list[int] = []  # what CloseNotification was called with
        self.is_closed = threading.Event()
        (reply,) = self._connection.send_and_get_reply(message_bus.RequestName(NAME)).body
        assert reply == 1
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def press(self, ident: int, action: str) -> None:
        self._connection.send(new_signal(ADDRESS, "ActionInvoked", "us", (ident, action)))

    def close_by(self, ident: int, reason: int) -> None:
        """1: it expired, 2: the user closed it, 3: a call did."""
        self._connection.send(new_signal(ADDRESS, "NotificationClosed", "uu", (ident, reason)))

    def press_as_another(self, ident: int, action: str) -> None:
        """Another program on the bus says that the button was pressed."""
        self._stranger.send(new_signal(ADDRESS, "ActionInvoked", "us", (ident, action)))

    def die(self) -> None:
        with suppress(OSError):
            self._connection.sock.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        self.die()
        self._thread.join()
        self._connection.close()
        self._stranger.close()

    def _serve(self) -> None:
        try:
            while True:
                call = self._connection.receive()
                if call.header.fields.get(HeaderFields.interface) == NAME:
                    self._answer(call)
        except (OSError, EOFError, ValueError):  # closed
            return

    def _answer(self, call: Message) -> None:
        member = call.header.fields[HeaderFields.member]
        if member == "GetCapabilities":
            self._connection.send(new_method_return(call, "as", (self._capabilities,)))
        elif member == "Notify":
            self.shown.append(call.body)
            ident = len(self.shown) + 6
            self._connection.send(new_method_return(call, "u", (ident,)))
            self._user(self, ident)
        elif member == "CloseNotification":
            self.closed.append(call.body[0])
            self._connection.send(new_method_return(call))
            self.is_closed.set()
        else:
            self._connection.send(new_error(call, "org.freedesktop.DBus.Error.UnknownMethod"))


@contextmanager
def notifications(
    bus: str,
    user: Callable[[Service, int], Any],
    capabilities: Sequence[str] = ("actions", "body", "body-markup"),
) -> Iterator[Service]:
    service = Service(bus, capabilities, user)
    try:
        yield service
    finally:
        service.end()
