"""The transport of MCP 2024-11-05: one stream of events for all messages, and an endpoint that it names."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from keyrack.domain.errors import KeyrackError, NoSseTransport, Temporary
from keyrack.domain.resource import origin, redirect_target
from keyrack.oauth.http import BrokenOff
from keyrack.operations.ports import StreamReply
from keyrack.operations.relay.link import LARGEST, Link, whole
from keyrack.operations.relay.running import Exchange, Running
from keyrack.relay.events import Event, EventReader, TooLong
from keyrack.relay.message import Message, NotAMessage, error_line, line_of, read
from keyrack.relay.replies import refusal
from keyrack.system.interrupt import Interrupt

ANSWER = 30.0  # seconds until the stream has named its endpoint, and for a repeated `initialize`
INITIALIZED = b'{"jsonrpc":"2.0","method":"notifications/initialized"}'


class OldSse:
    """Opens the stream when a message is to be sent, and again after a cut. Safe to use from any thread."""

    def __init__(self, link: Link, running: Running, pass_on: Callable[[bytes], Any]) -> None:
        self._link, self._running, self._pass_on = link, running, pass_on
        self._lock = threading.Lock()
        self._stream: _Stream | None = None
        self._opening: _Stream | None = None  # by a thread that has the lock
        self._is_stopped = False
        self._hello: Message | None = None

    def send(self, exchange: Exchange) -> None:
        """Send the message; its response comes on the stream. Raises KeyrackError if there will be none."""
        message = exchange.message
        if message.method == "initialize":
            self._hello = message
        stream = self._open(is_new=message.method == "initialize")
        reply = self._post(stream, message.raw, exchange.interrupt)
        if reply.status in (400, 404, 410) and not stream.is_fresh:
            reply.close()
            stream.end()
            stream = self._open(is_new=False)
            reply = self._post(stream, message.raw, exchange.interrupt)
        answered = whole(reply)
        if answered.status >= 300:
            raise KeyrackError(refusal(answered))
        stream.is_fresh = False

    def stop(self) -> None:
        self._is_stopped = True
        opening = self._opening
        if opening is not None:
            opening.end()
        with self._lock:
            stream, self._stream = self._stream, None
        if stream is not None:
            stream.end()

    def _post(self, stream: _Stream, content: bytes, interrupt: Interrupt) -> StreamReply:
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        return self._link.send("POST", headers, interrupt, content=content, seconds=60.0, url=stream.endpoint)

    def _open(self, *, is_new: bool) -> _Stream:
        """The open stream, or a new one, on which `initialize` is repeated unless it comes now."""
        with self._lock:
            if self._stream is not None and self._stream.is_open:
                return self._stream
            stream = self._opening = _Stream(self._link, self._message, self._cut)
            try:
                if self._is_stopped:
                    raise Temporary("The bridge has ended.")
                stream.open()
                if not is_new and self._hello is not None:
                    self._greet(stream, self._hello)
            finally:
                self._opening = None
            self._stream = stream
            return stream

    def _greet(self, stream: _Stream, hello: Message) -> None:
        stream.awaits(hello.ids)
        for content in (hello.raw, INITIALIZED):
            whole(self._post(stream, content, stream.greeting))
            if not stream.answered.wait(ANSWER):
                raise Temporary("The server has forgotten the session, and does not begin a new one.")

    def _message(self, data: bytes) -> None:
        try:
            message = read(data)
        except NotAMessage:
            return
        for id in message.answers:
            exchange = self._running.of(id)
            if exchange is not None:
                exchange.answer((id,))
                if not exchange.owed:
                    self._running.remove(exchange)
        self._pass_on(line_of(data))

    def _cut(self, sentence: str) -> None:
        """The stream has ended: no response can come any more."""
        for exchange in self._running.all():
            if exchange.is_started:
                self._running.remove(exchange)
                owed = tuple(exchange.owed)
                exchange.answer(owed)
                for id in owed if not exchange.is_cancelled else ():
                    self._pass_on(error_line(id, sentence))


class _Stream:
    """One stream, read in a thread of its own."""

    def __init__(self, link: Link, on_message: Callable[[bytes], Any], on_cut: Callable[[str], Any]) -> None:
        self.interrupt = Interrupt()
        self.greeting = Interrupt()  # of the repeated `initialize`
        self.endpoint = ""
        self.is_open = True
        self.is_fresh = True
        self.answered = threading.Event()  # the repeated `initialize`
        self._awaited: tuple[Any, ...] | None = None
        self._on_message, self._on_cut = on_message, on_cut
        self._link = link
        self._problem = "The stream ended before it named its endpoint."
        self._named = threading.Event()

    def open(self) -> None:
        """Raises KeyrackError if it can't be opened."""
        reply = self._link.send("GET", {"Accept": "text/event-stream"}, self.interrupt)
        kind = reply.header("content-type") or ""
        if reply.status != 200 or "text/event-stream" not in kind:
            raise NoSseTransport(refusal(whole(reply)))
        threading.Thread(target=self._read, args=(reply,), name="sse", daemon=True).start()
        if not self._named.wait(ANSWER) or not self.endpoint:
            self.end()
            raise NoSseTransport(self._problem)

    def awaits(self, ids: tuple[Any, ...]) -> None:
        """The response to these is not for the program."""
        self._awaited = ids

    def end(self) -> None:
        self.is_open = False
        self.interrupt.set()
        self.greeting.set()

    def _read(self, reply: StreamReply) -> None:
        events = EventReader(LARGEST)
        sentence = "The server ended the stream."
        try:
            for piece in reply.pieces():
                for event in events.feed(piece):
                    self._take(event)
        except (BrokenOff, TooLong, _Foreign) as error:
            sentence = self._problem = str(error) or "The server sent a message that is too large."
        finally:
            reply.close()
            self.is_open = False
            self._named.set()
            self.answered.set()
            self._on_cut(sentence)

    def _take(self, event: Event) -> None:
        if event.name == "endpoint" and not self.endpoint:
            target = redirect_target(self._link.url, event.data.decode("utf-8", "replace"))
            if target is None or origin(target) != origin(self._link.url):
                where = "something that is no web address" if target is None else origin(target)
                raise _Foreign(
                    f"The server names {where} as the endpoint for messages. keyrack sends them, and the "
                    f"credential, only to {origin(self._link.url)}."
                )
            self.endpoint = target
            self._named.set()
        elif event.data and event.name == "message":
            if self._awaited is not None and self._is_awaited(event.data):
                self._awaited = None
                self.answered.set()
            else:
                self._on_message(event.data)

    def _is_awaited(self, data: bytes) -> bool:
        try:
            return read(data).answers == self._awaited
        except NotAMessage:
            return False


class _Foreign(Exception):
    pass
