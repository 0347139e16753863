"""The requests of the program that the server has not answered yet."""

from __future__ import annotations

import threading
import time

from keyrack.relay.message import Id, Message
from keyrack.system.interrupt import Interrupt

LINGER = 5.0  # seconds for which a stream may stay open after its response


class Exchange:
    """One request on its way, or a batch."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.interrupt = Interrupt()
        self.is_cancelled = False
        self.is_started = False
        self.owed = set(message.ids)
        self.answered_at: float | None = None

    def answer(self, ids: tuple[Id, ...]) -> None:
        self.owed.difference_update(ids)
        if not self.owed and self.answered_at is None:
            self.answered_at = time.monotonic()


class Running:
    """Safe to use from any thread."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._exchanges: set[Exchange] = set()

    def add(self, exchange: Exchange) -> None:
        with self._change:
            self._exchanges.add(exchange)

    def remove(self, exchange: Exchange) -> None:
        with self._change:
            self._exchanges.discard(exchange)
            self._change.notify_all()

    def of(self, id: Id) -> Exchange | None:
        """The exchange in which a request waits for its response."""
        with self._change:
            return next((each for each in self._exchanges if id in each.owed), None)

    def all(self) -> list[Exchange]:
        with self._change:
            return list(self._exchanges)

    def wait_until_answered(self, seconds: float) -> None:
        """Wait until no request is owed a response."""
        with self._change:
            self._change.wait_for(lambda: not any(each.owed for each in self._exchanges), seconds)

    def end_lingering(self) -> None:
        """End streams that the server keeps open after the response."""
        now = time.monotonic()
        for each in self.all():
            if each.answered_at is not None and now - each.answered_at > LINGER:
                each.interrupt.set()
