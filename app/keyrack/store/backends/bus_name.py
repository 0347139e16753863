"""A lock among all who are on one session bus: a name that one connection owns at a time.

Data folders, and the locks in them, can be as many as there are containers or values of
XDG_DATA_HOME; the bus on which the keychain is, is one. The bus takes a name back when its
owner's connection ends, and gives it to the next in the queue.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager, suppress

from jeepney import HeaderFields, MessageType, message_bus

from keyrack.store.backends.bus import Bus
from keyrack.system.forks import reset_in_child
from keyrack.system.locks import busy

PREFIX = "io.github.keyrack.lock._"  # no element of a bus name begins with a digit
ANSWER = 2.0  # seconds for the bus to answer, which itself waits for nobody
DO_NOT_QUEUE = 4
OWNED, QUEUED, OTHERS = 1, 2, 3  # replies to RequestName (D-Bus specification, "Bus names")


class BusName:
    """A name on the session bus, owned from `take` to `give_back`."""

    def __init__(self, name: str) -> None:
        self._name = PREFIX + name
        self._bus: Bus | None = None

    def take(self, *, timeout: float) -> bool:
        """Own it; Temporary where somebody else does for `timeout` seconds.

        False where there is no bus, or it does not answer, or lets nobody own such a name.
        """
        deadline = time.monotonic() + timeout
        try:
            reset_in_child(self)
            bus = self._bus = Bus(ANSWER)
            flags = 0 if timeout > 0 else DO_NOT_QUEUE
            (answer,) = bus.ask(message_bus.RequestName(self._name, flags), ANSWER)
            owned = answer == OWNED or (answer == QUEUED and self._was_given(bus, deadline))
        except Exception:  # whatever it is: the data folder's own lock is held all the same
            self._close()
            return False
        except BaseException:
            self._close()
            raise
        if not owned:
            self._close()
            raise busy()
        return True

    def give_back(self) -> None:
        """Also where the connection is lost, or a forked child has left it to its parent."""
        if self._bus is None:
            return
        with suppress(Exception):
            # The end of the connection alone would be noticed a moment later.
            self._bus.ask(message_bus.ReleaseName(self._name), ANSWER)
        self._close()

    def reset_after_fork(self) -> None:
        """In a forked child: the name is its parent's, and not given back by it."""
        self._close()

    def _was_given(self, bus: Bus, deadline: float) -> bool:
        """Wait in the queue."""
        while True:
            try:
                message = bus.receive(deadline)
            except TimeoutError:
                return False
            fields = message.header.fields
            if (
                message.header.message_type is MessageType.signal
                and fields.get(HeaderFields.member) == "NameAcquired"
                and fields.get(HeaderFields.sender) == "org.freedesktop.DBus"
                and message.body == (self._name,)
            ):
                return True

    def _close(self) -> None:
        bus, self._bus = self._bus, None
        if bus is not None:
            bus.close()


@contextmanager
def held(name: str, *, timeout: float) -> Generator[None]:
    """Own the name as long as it lasts. Raises Temporary."""
    owned = BusName(name)
    owned.take(timeout=timeout)
    try:
        yield
    finally:
        owned.give_back()
