"""The interface of the application that screens use."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, cast

from textual.message_pump import MessagePump
from textual.screen import Screen

if TYPE_CHECKING:
    from keyrack.operations.ports import Adapters

Severity = Literal["information", "warning", "error"]
Answer = TypeVar("Answer")


class Host(Protocol):
    """The application, as its screens and actions see it."""

    sign_in_note: str  # shown below where a login's sign-in is

    def adapters(self) -> Adapters:
        """What the operations work with. It may block, as may all that is in it: not for the UI thread."""
        ...

    def now(self) -> float:
        """Unix seconds, by the clock that the operations use."""
        ...

    def say(self, sentence: str, *, severity: Severity = "information") -> None:
        """A notification in place of the last one."""
        ...

    def say_error(self, error: BaseException) -> None:
        """Show an error and what to do."""
        ...

    def copy(self, text: str) -> None:
        """To the terminal's clipboard."""
        ...

    def look_again(self) -> None:
        """Read the list of servers again after a change."""
        ...

    def push_screen(
        self, screen: Screen[Answer], callback: Callable[[Answer | None], Any] | None = None
    ) -> Any:
        """Open a screen; `callback` gets its result."""
        ...

    def call_later(self, callback: Callable[..., Any], *args: Any) -> bool:
        """Call back on the UI thread. From any thread."""
        ...


def host_of(node: MessagePump) -> Host:
    """The application that a screen or a widget runs in."""
    return cast(Host, node.app)
