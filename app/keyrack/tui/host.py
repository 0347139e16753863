"""The application's interface for its screens."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, cast

from textual.message_pump import MessagePump
from textual.screen import Screen

if TYPE_CHECKING:
    from keyrack.domain.hooks import Hooks
    from keyrack.domain.reading import Problem
    from keyrack.domain.secret import Secret
    from keyrack.operations.ports import Adapters
    from keyrack.tui.remembering import Remembering

Severity = Literal["information", "warning", "error"]
Answer = TypeVar("Answer")


class Host(Protocol):
    """What screens and actions need from the application."""

    sign_in_note: str  # shown below the sign-in address of a login
    remembering: Remembering
    key_problems: tuple[Problem, ...]  # with the user's own keys

    def adapters(self) -> Adapters:
        """The adapters for the operations. This call and theirs can block: not for the UI thread."""
        ...

    def now(self) -> float:
        """The time in Unix seconds, from the clock that the operations use."""
        ...

    def say(self, sentence: str, *, severity: Severity = "information", stays: bool = False) -> None:
        """Show a message above the footer. A warning stays until the next message; an error, and what
        `stays`, until the user dismisses it."""
        ...

    def try_demo(self) -> None:
        """Close, so that the demo can start in this terminal."""
        ...

    def show_messages(self) -> None:
        """Show on every screen what was said, after a screen has made its widgets anew."""
        ...

    def dismiss(self) -> bool:
        """Remove the message that is shown; False if there is none that waits for it."""
        ...

    def alert(self, title: str, text: str, hooks: Hooks) -> None:
        """Draw attention by the terminal, as the settings say. The texts can come from anyone."""
        ...

    def say_error(self, error: BaseException) -> None:
        """Show an error and what to do."""
        ...

    def copy(self, text: str) -> None:
        """Copy to the terminal's clipboard."""
        ...

    def copy_secret(self, secret: Secret) -> None:
        """The same, and remove it after a while, or when keyrack exits."""
        ...

    def choose_theme(self, name: str) -> None:
        """Change the theme, and remember it; "" is keyrack's own, light or dark as the terminal is."""
        ...

    def look_again(self) -> None:
        """Read the list of servers again after a change."""
        ...

    def suspend(self) -> AbstractContextManager[None]:
        """Give the terminal to another program. Raises SuspendNotSupported."""
        ...

    def push_screen(
        self, screen: Screen[Answer], callback: Callable[[Answer | None], Any] | None = None
    ) -> Any:
        """Open a screen; `callback` gets its result."""
        ...

    def call_later(self, callback: Callable[..., Any], *args: Any) -> bool:
        """Call back on the UI thread. Can be called from any thread."""
        ...


def host_of(node: MessagePump) -> Host:
    """The application that a screen or a widget runs in."""
    return cast(Host, node.app)
