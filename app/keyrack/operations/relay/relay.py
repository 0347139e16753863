"""A bridge: takes a program's messages, sends them to the server, and passes on what the server sends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from keyrack.domain.errors import KeyrackError, NoSseTransport
from keyrack.domain.model import Server
from keyrack.operations.ports import Adapters
from keyrack.operations.relay.handshake import Handshake
from keyrack.operations.relay.link import Link, told
from keyrack.operations.relay.listen import Listener
from keyrack.operations.relay.old_sse import OldSse
from keyrack.operations.relay.post import Older, Sender
from keyrack.operations.relay.running import Exchange, Running
from keyrack.relay.message import BROKEN, Message, NotAMessage, error_line, read
from keyrack.relay.replies import own_errors, refusal
from keyrack.system.interrupt import Interrupt
from keyrack.system.workers import Workers

SIDE_BY_SIDE = 256  # requests
BACKLOG = 1024  # requests that wait for one of them to end; then no more are read
ANNOUNCED = 10.0  # seconds that requests wait for `notifications/initialized` to be acknowledged
LISTENED = 0.5  # seconds that they wait for the stream of the server's own messages to be open
FAREWELL = 1.0  # seconds for the end of the session


class Relay:
    """`write` takes each line for the program, and may block: then less is read from the server.

    `accept` is called with each line of the program, by one thread.
    """

    def __init__(
        self,
        adapters: Adapters,
        server: Server,
        write: Callable[[bytes], Any],
        tell: Callable[[str], Any],
        *,
        interactive: bool = False,
    ) -> None:
        """Raises KeyrackError for a server that it can't connect to at all."""
        self.ended = threading.Event()
        self._write, self._tell = write, tell
        self._link = Link(adapters, server, tell, interactive=interactive)
        self._handshake = Handshake(self._link, write)
        self._running = Running()
        self._sender = Sender(self._link, self._handshake, write, self.ended)
        self._listener = Listener(self._link, self._handshake, write, self.ended)
        self._old = OldSse(self._link, self._running, write)
        self._is_old = server.transport == "sse"
        self._requests = Workers(SIDE_BY_SIDE, BACKLOG)
        self._one_way = Workers(1, BACKLOG)  # notifications and responses, in their order
        self._modern = False

    def accept(self, line: bytes) -> None:
        """A line from the program."""
        line = line.strip()
        if not line:
            return
        try:
            message = read(line)
        except NotAMessage as error:
            self._write(error_line(None, f"keyrack can't pass this on. {error}", BROKEN))
            return
        if message.method == "notifications/cancelled" and self._cancel(message):
            return
        exchange = Exchange(message)
        if message.ids:
            self._modern = bool(message.version)
            self._running.add(exchange)
            self._requests.add(lambda: self._request(exchange))
        else:
            if message.method == "notifications/initialized":
                self._handshake.is_announced.clear()
            self._one_way.add(lambda: self._send_one_way(exchange))

    def finish(self, seconds: float) -> None:
        """Wait until all requests are answered, `seconds` at most."""
        self._running.wait_until_answered(seconds)

    def tick(self) -> None:
        """To be called about every second."""
        self._running.end_lingering()

    def close(self) -> None:
        """End everything, and the session."""
        self.ended.set()
        for exchange in self._running.all():
            exchange.is_cancelled = True
            exchange.interrupt.set()
        self._listener.stop()
        self._old.stop()
        if self._handshake.session and not self._is_old:
            farewell = threading.Thread(target=self._say_farewell, daemon=True)
            farewell.start()
            farewell.join(FAREWELL)
        self._link.close()

    def _say_farewell(self) -> None:
        try:
            self._link.send("DELETE", self._handshake.headers(), Interrupt(), seconds=FAREWELL).close()
        except Exception:  # it was a courtesy
            return

    def _cancel(self, message: Message) -> bool:
        """Cancel a request. Is that all, so that the notification is not sent?

        Since 2026-07-28, a request is cancelled over HTTP by ending its stream.
        """
        exchange = self._running.of(message.params.get("requestId"))
        if exchange is None:
            return self._modern
        exchange.is_cancelled = True
        if exchange.message.version or not exchange.is_started:
            exchange.interrupt.set()
            return True
        return False

    def _request(self, exchange: Exchange) -> None:
        message = exchange.message
        if message.method != "initialize" and not message.version:
            self._handshake.is_announced.wait(ANNOUNCED)
        is_over = True
        try:
            if not exchange.is_cancelled:
                exchange.is_started = True
                is_over = self._send(exchange)
        except KeyrackError as error:
            self._fail(exchange, told(error))
        except Exception as error:  # a bug, but only this request's
            self._fail(exchange, f"Something went wrong inside keyrack ({type(error).__name__}).")
        finally:
            if is_over:
                self._running.remove(exchange)

    def _send(self, exchange: Exchange) -> bool:
        """Send a message. Has everything that belongs to it arrived?"""
        message = exchange.message
        if not self._is_old:
            if message.method == "initialize":
                self._handshake.begin(message)
            try:
                self._sender.send(exchange)
                return True
            except Older as older:
                self._is_old = True
                try:
                    self._old.send(exchange)
                except NoSseTransport as error:
                    self._is_old = False
                    lines = own_errors(older.reply, message.ids)
                    if not lines:
                        at_all = str(error) if older.reply.status == 405 else refusal(older.reply)
                        raise KeyrackError(at_all, hint=error.hint) from None
                    exchange.answer(message.ids)
                    for line in lines:
                        self._write(line)
                    return True
                return not exchange.owed
        self._old.send(exchange)
        return not exchange.owed

    def _send_one_way(self, exchange: Exchange) -> None:
        is_announcement = exchange.message.method == "notifications/initialized"
        try:
            self._send(exchange)
        except KeyrackError as error:
            self._tell(f"A message was not delivered. {told(error)}")
        except Exception as error:
            self._tell(f"Something went wrong inside keyrack ({type(error).__name__}).")
        finally:
            if is_announcement:
                self._listen()
                self._handshake.is_announced.set()

    def _listen(self) -> None:
        """Open the stream of the server's own messages before anything is asked of it: what it would send
        there earlier, such as a question in the course of a call, is lost."""
        if not self._is_old:
            self._listener.start().wait(LISTENED)

    def _fail(self, exchange: Exchange, sentence: str) -> None:
        if exchange.is_cancelled:
            return
        owed = tuple(exchange.owed)
        exchange.answer(owed)
        for id in owed:
            self._write(error_line(id, sentence))
