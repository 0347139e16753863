"""A connection to the session bus on which every call has a time limit.

jeepney encodes and decodes. Its own connection waits without a limit for the bus's reply to Hello.
"""

from __future__ import annotations

import socket
import time
from itertools import count
from typing import Any

from jeepney import HeaderFields, Message, MessageType, Parser, message_bus
from jeepney.bus import get_bus
from jeepney.io.blocking import prep_socket


class Bus:
    """Methods raise OSError (TimeoutError), ValueError, and whatever a peer that is no bus causes."""

    def __init__(self, timeout: float) -> None:
        self._socket: socket.socket | None = prep_socket(get_bus("SESSION"), timeout=timeout)
        self._parser = Parser()
        self._serials = count(1)
        try:
            self.ask(message_bus.Hello(), timeout)
        except BaseException:
            self.close()
            raise

    def ask(self, call: Message, timeout: float) -> tuple[Any, ...]:
        """The content of the reply. Raises ValueError if that is an error."""
        reply = self.reply(call, timeout)
        if reply.header.message_type is not MessageType.method_return:
            raise ValueError("refused")
        return reply.body

    def reply(self, call: Message, timeout: float) -> Message:
        """The reply, which may be an error."""
        deadline, serial = time.monotonic() + timeout, next(self._serials)
        connection = self._open()
        connection.settimeout(timeout)
        connection.sendall(call.serialise(serial=serial))
        while True:
            message = self.receive(deadline)
            if message.header.fields.get(HeaderFields.reply_serial) == serial:
                return message

    def receive(self, deadline: float) -> Message:
        """The next message. Raises TimeoutError after `deadline`, a time of the monotonic clock."""
        while (message := self._parser.get_next_message()) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            connection = self._open()
            connection.settimeout(left)
            data = connection.recv(4096)
            if not data:
                raise ConnectionResetError
            self._parser.add_data(data)
        return message

    def close(self) -> None:
        connection, self._socket = self._socket, None
        if connection is not None:
            connection.close()

    def _open(self) -> socket.socket:
        if self._socket is None:
            raise ConnectionResetError
        return self._socket
