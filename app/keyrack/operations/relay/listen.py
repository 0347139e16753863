"""The stream on which a server sends messages of its own (GET, MCP 2025-03-26 to 2025-11-25)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from keyrack.domain.errors import KeyrackError, LoginNeeded
from keyrack.oauth.http import BrokenOff
from keyrack.operations.ports import StreamReply
from keyrack.operations.relay.handshake import Handshake
from keyrack.operations.relay.link import LARGEST, Link
from keyrack.relay.events import EventReader, TooLong
from keyrack.relay.message import NotAMessage, line_of, read
from keyrack.relay.pauses import PAUSE, pause_after
from keyrack.system.interrupt import Interrupt

LONGEST_PAUSE = 30.0  # seconds before it is opened again
GONE = (404, 400)  # the session is not known any more


class Listener:
    """Keeps the stream open in a thread of its own, as long as the server offers it."""

    def __init__(
        self, link: Link, handshake: Handshake, pass_on: Callable[[bytes], Any], ended: threading.Event
    ) -> None:
        self._link, self._handshake, self._pass_on, self._ended = link, handshake, pass_on, ended
        self._lock = threading.Lock()
        self._interrupt: Interrupt | None = None

    def start(self) -> threading.Event:
        """Open the stream of a new session; that of an earlier one ends.

        The event is set when the server has answered, or can't be reached.
        """
        interrupt, is_answered = Interrupt(), threading.Event()
        with self._lock:
            before, self._interrupt = self._interrupt, interrupt
        if before is not None:
            before.set()
        arguments = (interrupt, is_answered)
        threading.Thread(target=self._run, args=arguments, name="listen", daemon=True).start()
        return is_answered

    def stop(self) -> None:
        with self._lock:
            interrupt, self._interrupt = self._interrupt, None
        if interrupt is not None:
            interrupt.set()

    def _run(self, interrupt: Interrupt, is_answered: threading.Event) -> None:
        try:
            self._listen(interrupt, is_answered)
        finally:
            is_answered.set()

    def _listen(self, interrupt: Interrupt, is_answered: threading.Event) -> None:
        last, pause, named, has_worked, idle = "", PAUSE, 0.0, False, 0
        while not interrupt.is_set and not self._ended.is_set():
            generation = self._handshake.generation
            headers = {"Accept": "text/event-stream", **self._handshake.headers()}
            if last:
                headers["Last-Event-ID"] = last
            try:
                reply = self._link.send("GET", headers, interrupt)
                is_answered.set()
                is_stream = reply.status == 200 and "text/event-stream" in (
                    reply.header("content-type") or ""
                )
                if is_stream:
                    has_worked, pause = True, PAUSE
                    last, named, has_message = self._pass_on_events(reply, last, named)
                    idle = 0 if has_message else idle + 1
                reply.close()
                if reply.status in GONE and has_worked and self._handshake.session:
                    self._handshake.repeat(generation)
                    last, has_worked = "", False
                elif not is_stream and reply.status < 500:
                    return  # 405: the server offers none
            except LoginNeeded:
                return  # the next request of the program tells it
            except KeyrackError:
                is_answered.set()  # the network, or a server that is just starting
            if self._ended.wait(pause_after(named, idle) if named else pause):
                return
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def _pass_on_events(self, reply: StreamReply, last: str, named: float) -> tuple[str, float, bool]:
        """Until the stream ends. Returns where to resume, the pause that the server asked for, and whether
        there was a message."""
        events, has_message = EventReader(LARGEST), False
        try:
            for piece in reply.pieces():
                for event in events.feed(piece):
                    last = last if event.id is None else event.id
                    named = named if event.retry is None else event.retry
                    if event.data and event.name == "message":
                        read(event.data)
                        has_message = True
                        self._pass_on(line_of(event.data))
        except (BrokenOff, TooLong, NotAMessage):
            pass
        finally:
            reply.close()
        return last, named, has_message
