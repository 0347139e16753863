"""A lock shared by everyone on one session bus: a bus name, which one connection can own at a time.

There can be several data folders with locks of their own, one for each container or value of
XDG_DATA_HOME, but the keychain is on a single bus. When the owner's connection ends, the bus
gives the name to the next one in the queue.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager, suppress

from jeepney import HeaderFields, MessageType, message_bus

from keyrack.system.bus import Bus
from keyrack.system.forks import reset_in_child
from keyrack.system.locks import busy

PREFIX = "io.github.keyrack.lock._"  # no element of a bus name may begin with a digit
ANSWER = 2.0  # seconds for the bus to reply; it waits for nobody
DO_NOT_QUEUE = 4
OWNED, QUEUED, OTHERS = 1, 2, 3  # replies to RequestName (D-Bus specification, "Bus names")


class BusName:
    """A name on the session bus, owned from `take` to `give_back`."""

    def __init__(self, name: str) -> None:
        self._name = PREFIX + name
        self._bus: Bus | None = None

    def take(self, *, timeout: float) -> bool:
        """Own the name. Raises Temporary if somebody else owns it for `timeout` seconds.

        False if there is no bus, it does not reply, or it does not allow the name.
        """
        deadline = time.monotonic() + timeout
        try:
            reset_in_child(self)
            bus = self._bus = Bus(ANSWER)
            flags = 0 if timeout > 0 else DO_NOT_QUEUE
            (answer,) = bus.ask(message_bus.RequestName(self._name, flags), ANSWER)
            owned = answer == OWNED or (answer == QUEUED and self._was_given(bus, deadline))
        except Exception:  # whatever it is: the data folder's own lock is held anyway
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
        """Release the name. The connection may be lost, or left to the parent by a forked child."""
        if self._bus is None:
            return
        with suppress(Exception):
            # The bus would notice the end of the connection only a moment later.
            self._bus.ask(message_bus.ReleaseName(self._name), ANSWER)
        self._close()

    def reset_after_fork(self) -> None:
        """In a forked child: the name belongs to the parent, so it is not released."""
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
    """Own the name inside the block. Raises Temporary."""
    owned = BusName(name)
    owned.take(timeout=timeout)
    try:
        yield
    finally:
        owned.give_back()
