"""What keyrack tells the user in a line above the footer. One message is shown at a time."""

from __future__ import annotations

from collections.abc import Callable

from keyrack.domain.named_tuple import NamedTuple
from keyrack.tui.host import Severity

SHORTEST = 5.0  # seconds that a message is shown at least
READ_IN_A_SECOND = 10  # characters, by a user who was looking elsewhere


class Message(NamedTuple):
    sentence: str
    severity: Severity
    unread: bool  # kept until the user dismisses it, also where a newer one is shown meanwhile

    @property
    def stays(self) -> bool:
        """Whether it stays until it is dismissed or replaced."""
        return self.unread or self.severity != "information"

    @property
    def seconds(self) -> float:
        """How long one that does not stay is shown."""
        return max(SHORTEST, len(self.sentence) / READ_IN_A_SECOND)


class Messages:
    """The newest message, and those under it that nobody has dismissed yet.

    An error, and a result that asks for something to be done, must be read: it waits below a newer message.
    A warning answers a key, and the next message replaces it. Anything else goes after its time.
    """

    def __init__(
        self, changed: Callable[[], object], later: Callable[[float, Callable[[], object]], object]
    ) -> None:
        """`changed` is called after each change; `later(seconds, call)` calls back."""
        self._changed, self._later = changed, later
        self._messages: list[Message] = []

    @property
    def newest(self) -> Message | None:
        return self._messages[-1] if self._messages else None

    @property
    def shown(self) -> tuple[Message, ...]:
        """All of them, the newest last."""
        return tuple(self._messages)

    @property
    def more(self) -> int:
        """How many wait below the newest."""
        return max(len(self._messages) - 1, 0)

    def add(self, sentence: str, severity: Severity, *, stays: bool) -> None:
        """Show a message from now on. One that says the same replaces the earlier one."""
        message = Message(sentence, severity, stays or severity == "error")
        self._messages = [each for each in self._messages if each.unread and each.sentence != sentence]
        self._messages.append(message)
        self._changed()
        if not message.stays:
            self._later(message.seconds, lambda: self._expire(message))

    def dismiss(self) -> bool:
        """Remove the newest message if it stays; False if there is none that does."""
        if self.newest is None or not self.newest.stays:
            return False
        self.drop()
        return True

    def drop(self) -> None:
        """Remove the newest message."""
        del self._messages[-1:]
        self._changed()

    def _expire(self, message: Message) -> None:
        if any(each is message for each in self._messages):
            self._messages = [each for each in self._messages if each is not message]
            self._changed()
