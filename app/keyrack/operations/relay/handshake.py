"""What `initialize` agreed on, and doing it again where the server has forgotten it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from keyrack.domain.errors import KeyrackError, Temporary
from keyrack.oauth.http import BrokenOff
from keyrack.operations.ports import StreamReply
from keyrack.operations.relay.link import LARGEST, Link, body_of
from keyrack.relay.events import EventReader, TooLong
from keyrack.relay.headers import headers_of, session_headers
from keyrack.relay.message import Message, NotAMessage, read
from keyrack.relay.replies import meaning_of
from keyrack.system.interrupt import Interrupt

INITIALIZED = b'{"jsonrpc":"2.0","method":"notifications/initialized"}'
ANSWER = 60.0  # seconds for the answer to a repeated `initialize`


class Handshake:
    """The session of the revisions before 2026-07-28. Safe to use from any thread."""

    def __init__(self, link: Link, pass_on: Callable[[bytes], Any]) -> None:
        self._link, self._pass_on = link, pass_on
        self._lock = threading.Lock()
        self.session = ""
        self.version = ""
        self.generation = 0  # counts the repeated handshakes
        self._hello: Message | None = None
        self.is_announced = threading.Event()  # `notifications/initialized` was sent, or none is due
        self.is_announced.set()

    def headers(self) -> dict[str, str]:
        return session_headers(self.session, self.version)

    def begin(self, hello: Message) -> None:
        """The program sends `initialize`."""
        self._hello, self.session, self.version = hello, "", ""

    def agree(self, session: str | None, answer: Message) -> None:
        """The server has answered it."""
        version = answer.result.get("protocolVersion") if isinstance(answer.result, dict) else None
        self.version = version if isinstance(version, str) and version.isprintable() else ""
        self.session = session if session and session.isascii() and session.isprintable() else ""

    def repeat(self, generation: int) -> None:
        """Do it again with the program's own `initialize`, unless that has been done since `generation`.

        Raises KeyrackError.
        """
        with self._lock:
            if self.generation != generation:
                return
            if self._hello is None:
                raise KeyrackError("The server has no session for this request.")
            hello = self._hello
            headers = headers_of(hello, session="", version="", tools={})
            interrupt = Interrupt()
            reply = self._link.send("POST", headers, interrupt, content=hello.raw, seconds=ANSWER)
            session = reply.header("mcp-session-id")
            answer = self._answer(reply, hello)
            if answer is None or answer.result is None:
                raise Temporary("The server has forgotten the session, and does not begin a new one.")
            self.agree(session, answer)
            headers = {"Content-Type": "application/json", **self.headers()}
            headers["Accept"] = "application/json, text/event-stream"
            self._link.send("POST", headers, interrupt, content=INITIALIZED, seconds=ANSWER).close()
            self.generation += 1

    def _answer(self, reply: StreamReply, hello: Message) -> Message | None:
        """The response to `initialize`, which the program has had before; other messages are passed on."""
        meaning = meaning_of(reply.status, reply.header("content-type"), hello)
        try:
            if meaning == "json":
                return read(body_of(reply))
            events = EventReader(LARGEST)
            for piece in reply.pieces() if meaning == "stream" else ():
                for event in events.feed(piece):
                    message = read(event.data) if event.data else None
                    if message is not None and message.answers == hello.ids:
                        return message
                    if message is not None:
                        self._pass_on(event.data)
        except (BrokenOff, NotAMessage, TooLong):
            pass
        finally:
            reply.close()
        return None
