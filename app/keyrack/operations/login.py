"""Log in: perform the flow's effects, pass its steps on, store at the very end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from keyrack.domain.model import Credential, Server
from keyrack.domain.secret import Secret
from keyrack.oauth.effects import SignIn, Step
from keyrack.operations.parts import Parts


class LoginOptions(NamedTuple):
    scopes: tuple[str, ...] = ()  # asked for on top of what discovery says
    client_id: str | None = None
    client_secret: Secret | None = None
    client_metadata_url: str | None = None
    callback_port: int | None = None
    open_browser: bool = True
    wait: float = 300.0  # seconds for the person in the browser


class LoginControl:
    """The front end's hand on a running login. Safe from any thread."""

    def paste(self, text: str) -> str | None:
        """A pasted redirect URL (or bare code). None when taken, else a sentence why not."""
        raise NotImplementedError

    def reopen(self) -> None:
        """Open the browser again."""
        raise NotImplementedError

    def cancel(self) -> None:
        """Stop; `login` raises Cancelled, and everything is as it was."""
        raise NotImplementedError


Event = Step | SignIn


def login(
    parts: Parts,
    server: Server,
    options: LoginOptions = LoginOptions(),
    *,
    control: LoginControl | None = None,
    on_event: Callable[[Event], Any] = lambda event: None,
) -> Credential:
    """Log in and return the stored credential's facts. Blocks; run it off the screen's thread.

    `on_event` gets each Step as it happens (same `key`: the same line, updated) and the
    SignIn before the browser opens. Raises KeyrackError with a sentence; StoreAbsent
    before anything is sent when this machine has no keychain (`parts.keep_in_memory()`
    is the way on, once the user agreed); Cancelled.
    """
    raise NotImplementedError
