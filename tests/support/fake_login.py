"""A login that goes as far as a test lets it, in the words of the real one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from keyrack.domain.errors import Cancelled
from keyrack.domain.model import Credential, Server
from keyrack.domain.secret import Secret
from keyrack.oauth.effects import SignIn, Step
from keyrack.operations.login import LoginOptions
from keyrack.operations.login_control import LoginControl
from keyrack.operations.parts import Parts

FOUND = (
    Step("probe", "Ask the server", "running", "https://mcp.notion.com"),
    Step("probe", "Server asked for authorization", "done", "", 0.2),
    Step("discover", "Find the authorization server", "running"),
    Step("discover", "Found the authorization server", "done", "https://auth.notion.com", 0.3),
    Step("register", "Register this app", "running", "dynamic"),
    Step("register", "Registered this app", "done", "dynamic", 0.4),
    Step("sign-in", "Wait for you in the browser", "running"),
)
SIGN_IN = SignIn(
    "https://auth.notion.com/authorize?client_id=7f3a&state=s",
    "https://auth.notion.com",
    "http://127.0.0.1:8085/callback",
    Secret("s"),
)
SAVED = (
    Step("sign-in", "Signed in", "done", "", 8.1),
    Step("exchange", "Exchanged the code for tokens", "done", "", 0.3),
    Step("try", "The server accepts the token", "done", "", 0.2),
    Step("save", "Saved to Secret Service and read back", "done", "", 0.1),
)


class FakeLogin:
    """Stands in for `operations.login.login`. It waits in the browser until `answer` or `fail`."""

    def __init__(self, credential: Credential | None = None) -> None:
        self.credential = credential or Credential("oauth", expires_at=None, store="Secret Service")
        self.refuse_first: Exception | None = None  # raised before anything is sent
        self.calls = 0
        self.cancelled = threading.Event()
        self.pasted: list[str] = []
        self.reopened = 0
        self._go = threading.Event()
        self._failure: Exception | None = None

    def answer(self) -> None:
        """The user signed in."""
        self._go.set()

    def fail(self, error: Exception) -> None:
        """It breaks while the user is in the browser."""
        self._failure = error
        self._go.set()

    def __call__(
        self,
        parts: Parts,
        server: Server,
        options: LoginOptions,
        *,
        control: LoginControl,
        on_event: Callable[[Any], Any],
    ) -> Credential:
        self.calls += 1
        if self.refuse_first is not None and parts.rack().state().persistent:
            raise self.refuse_first
        control.paste = self._paste  # type: ignore[method-assign]
        control.reopen = self._reopen  # type: ignore[method-assign]
        control.cancel = self._cancel  # type: ignore[method-assign]
        for step in FOUND:
            on_event(step)
        on_event(SIGN_IN)
        assert self._go.wait(30), "nobody told the fake login to go on"
        self._go.clear()
        if self.cancelled.is_set():
            raise Cancelled("The login was cancelled.")
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        for step in SAVED:
            on_event(step)
        return self.credential

    def _paste(self, text: str) -> str | None:
        if not text.startswith("http"):
            return "That is neither an address nor a code."
        self.pasted.append(text)
        self._go.set()
        return None

    def _reopen(self) -> bool:
        self.reopened += 1
        return True

    def _cancel(self) -> None:
        self.cancelled.set()
        self._go.set()
