"""Sends one message by streamable HTTP, and passes on what comes back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from keyrack.domain.errors import KeyrackError, Temporary
from keyrack.oauth.http import BrokenOff, Response
from keyrack.operations.ports import StreamReply
from keyrack.operations.relay.handshake import Handshake
from keyrack.operations.relay.link import LARGEST, Link, body_of, whole
from keyrack.operations.relay.running import Exchange
from keyrack.relay.events import EventReader, TooLong
from keyrack.relay.headers import Paths, argument_headers_of, headers_of
from keyrack.relay.message import Message, NotAMessage, line_of, read
from keyrack.relay.pauses import pause_after
from keyrack.relay.replies import is_forgotten, may_be_older, meaning_of, own_errors, refusal

ONE_WAY = 60.0  # seconds for the acknowledgement of a message that gets no response
RESUMES = 120.0  # seconds for which a stream that was cut is tried again
LONGEST_PAUSE = 10.0  # seconds between the tries


class Older(Exception):
    """The server may be one with the transport of 2024-11-05. `reply` is its answer to `initialize`."""

    def __init__(self, reply: Response) -> None:
        super().__init__()
        self.reply = reply


class Sender:
    """Safe to use from any thread."""

    def __init__(
        self, link: Link, handshake: Handshake, pass_on: Callable[[bytes], Any], ended: threading.Event
    ) -> None:
        self._link, self._handshake, self._pass_on, self._ended = link, handshake, pass_on, ended
        self._tools: dict[str, Paths] = {}  # arguments that go into headers, by the tool

    def send(self, exchange: Exchange) -> None:
        """Send the message, and pass on everything up to its response.

        Raises KeyrackError if there is none, and Older.
        """
        generation = self._handshake.generation
        try:
            self._send(exchange)
        except _Forgotten:
            self._handshake.repeat(generation)
            try:
                self._send(exchange)
            except _Forgotten:
                raise Temporary("The server forgets its sessions at once.") from None

    def _send(self, exchange: Exchange) -> None:
        message, handshake = exchange.message, self._handshake
        session = "" if message.version or message.method == "initialize" else handshake.session
        headers = headers_of(message, session=session, version=handshake.version, tools=self._tools)
        reply = self._link.send(
            "POST",
            headers,
            exchange.interrupt,
            content=message.raw,
            seconds=None if message.ids else ONE_WAY,
            repeatable=message.method != "tools/call",
        )
        meaning = meaning_of(reply.status, reply.header("content-type"), message)
        if meaning == "failed":
            self._refused(whole(reply), exchange, session)
        elif meaning == "taken":
            reply.close()
            if message.ids:
                raise KeyrackError("The server acknowledged the request and gave no response.")
        elif meaning == "json":
            self._json(reply, exchange)
        else:
            self._stream(reply, exchange)

    def _refused(self, reply: Response, exchange: Exchange, session: str) -> None:
        message = exchange.message
        if is_forgotten(reply, session):
            raise _Forgotten
        if may_be_older(reply.status, message):
            raise Older(reply)
        lines = own_errors(reply, message.ids)
        if not lines:
            raise KeyrackError(refusal(reply))
        exchange.answer(message.ids)
        for line in lines if message.ids else ():
            self._pass_on(line)

    def _json(self, reply: StreamReply, exchange: Exchange) -> None:
        session = reply.header("mcp-session-id")
        try:
            body = body_of(reply)
            answer = read(body)
        except BrokenOff as error:
            raise Temporary(str(error)) from None
        except NotAMessage:
            raise KeyrackError("The server's response is not JSON-RPC.") from None
        if not exchange.owed <= set(answer.answers):
            raise KeyrackError("The server's response is for another request.")
        self._learn(exchange.message, answer, session)
        exchange.answer(answer.answers)
        self._pass_on(line_of(body))

    def _stream(self, reply: StreamReply, exchange: Exchange) -> None:
        """Pass on the stream's messages. If it is cut, resume it after its last event."""
        position = _Position()
        session = reply.header("mcp-session-id")
        broken = ""
        while True:
            try:
                self._events(reply, exchange, position, session)
            except (BrokenOff, TooLong) as error:
                broken = str(error) or "The server sent a message that is too large."
            finally:
                reply.close()
            if not exchange.owed or exchange.is_cancelled or self._ended.is_set():
                return
            if position.id is None or exchange.message.version:
                raise Temporary(broken or "The server ended the stream without a response.")
            reply = self._resumed(exchange, position)

    def _events(
        self, reply: StreamReply, exchange: Exchange, position: _Position, session: str | None
    ) -> None:
        events = EventReader(LARGEST)
        for piece in reply.pieces():
            for event in events.feed(piece):
                if event.id is not None:
                    position.id = event.id or None
                if event.retry is not None:
                    position.pause = event.retry
                if not event.data or event.name != "message":
                    continue
                try:
                    message = read(event.data)
                except NotAMessage as error:
                    self._link.tell(f"The server sent something that is no message. {error}")
                    continue
                position.resumed = 0
                self._learn(exchange.message, message, session)
                exchange.answer(message.answers)
                self._pass_on(line_of(event.data))

    def _resumed(self, exchange: Exchange, position: _Position) -> StreamReply:
        """The rest of the stream (Last-Event-ID). Raises KeyrackError."""
        pause, waited = pause_after(position.pause, position.resumed), 0.0
        position.resumed += 1
        while True:
            if self._ended.wait(pause):
                raise Temporary("The bridge has ended.")
            waited += pause
            headers = {
                "Accept": "text/event-stream",
                "Last-Event-ID": position.id or "",
                **self._handshake.headers(),
            }
            try:
                reply = self._link.send("GET", headers, exchange.interrupt)
            except Temporary:
                if waited > RESUMES or exchange.interrupt.is_set:
                    raise
            else:
                if reply.status == 200:
                    return reply
                answered = whole(reply)
                if answered.status < 500 or waited > RESUMES:
                    raise Temporary(
                        f"The server does not resume the stream of this request. {refusal(answered)}"
                    )
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def _learn(self, message: Message, answer: Message, session: str | None) -> None:
        if answer.answers != message.ids or not isinstance(answer.result, dict):
            return
        if message.method == "initialize":
            self._handshake.agree(session, answer)
        elif message.method == "tools/list" and message.version:
            self._learn_tools(answer.result)

    def _learn_tools(self, result: Mapping[str, Any]) -> None:
        tools = result.get("tools")
        for tool in tools if isinstance(tools, list) else ():
            if isinstance(tool, dict) and isinstance(tool.get("name"), str):
                self._tools[tool["name"]] = argument_headers_of(tool.get("inputSchema"))


class _Forgotten(Exception):
    """The server does not know the session any more."""


class _Position:
    """Where to resume a stream."""

    def __init__(self) -> None:
        self.id: str | None = None
        self.pause: float | None = None  # that the server has named
        self.resumed = 0  # how often since the last message
