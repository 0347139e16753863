"""A login that proceeds as far as a test lets it, with the real texts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from keyrack.domain.errors import Cancelled, ClientNeeded
from keyrack.domain.model import CredentialInfo, Server
from keyrack.domain.secret import MASK, Secret
from keyrack.oauth.effects import ShowCode, SignIn, Step
from keyrack.oauth.trace import Exchange
from keyrack.operations.login.control import LoginControl
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.ports import Adapters
from support.demo_rows import NOW
from support.screens import Terminal

FOUND = (
    Step("probe", "Ask the server", "running", "https://mcp.notion.com"),
    Step("probe", "The server requires authorization", "done", "", 0.2),
    Step("discover", "Find the authorization server", "running"),
    Step("discover", "Found the authorization server", "done", "https://auth.notion.com", 0.3),
    Step("register", "Register this app", "running", "dynamic"),
    Step("register", "Registered this app", "done", "dynamic", 0.4),
    Step("sign-in", "Waiting for you to sign in", "running"),
)
SIGN_IN = SignIn(
    "https://auth.notion.com/authorize?client_id=7f3a&state=s",
    "https://auth.notion.com",
    "http://127.0.0.1:8085/callback",
    Secret("s"),
)
DEVICE: Any = object()  # a DeviceWish: the screen only asks whether there is one
CODE = ShowCode(
    "WDJB-MJHT",
    "https://auth.notion.com/device",
    "https://auth.notion.com/device?user_code=WDJB-MJHT",
    NOW + 600,
)
NO_CODE = Step(
    "device",
    "No code for another device",
    "failed",
    "auth.notion.com did not return a device code: slow down.",
)
EXCHANGES = (
    Exchange(
        "POST",
        "https://mcp.notion.com/mcp",
        401,
        (("MCP-Protocol-Version", "2025-11-25"), ("method", "tools/list")),
        (
            (
                "WWW-Authenticate",
                'Bearer resource_metadata="https://mcp.notion.com/.well-known/oauth-protected-resource/mcp"',
            ),
        ),
    ),
    Exchange(
        "GET",
        "https://auth.notion.com/.well-known/oauth-authorization-server",
        200,
        (),
        (("issuer", "https://auth.notion.com"), ("code_challenge_methods_supported", "S256")),
    ),
    Exchange(
        "POST",
        "https://auth.notion.com/register",
        201,
        (("client_name", "keyrack"), ("redirect_uris", "http://127.0.0.1:8085/callback")),
        (("client_id", "7f3a9b54e0d24c21"), ("registration_access_token", MASK)),
    ),
    Exchange(
        "browser",
        "https://auth.notion.com/authorize",
        None,
        (("client_id", "7f3a9b54e0d24c21"), ("scope", "read write"), ("state", MASK)),
    ),
)
CLIENT_NEEDED = ClientNeeded(
    "https://auth.notion.com has no dynamic registration, so you must register an app there.",
    issuer="https://auth.notion.com",
    redirect_uri="http://127.0.0.1:8085/callback",
    hint="Register an app there with the redirect URI http://127.0.0.1:8085/callback.\n"
    "Then log in with its client ID. If it has a secret, add --client-secret-stdin:\n"
    "keyrack login notion --client-id CLIENT_ID --callback-port 8085",
)
SAVED = (
    Step("sign-in", "Signed in", "done", "", 8.1),
    Step("exchange", "Exchanged the code for tokens", "done", "", 0.3),
    Step("try", "The server accepts the token", "done", "", 0.2),
    Step("save", "Saved to Secret Service and verified", "done", "", 0.1),
)


async def begin(t: Terminal, name: str = "notion") -> None:
    """Press what begins the login, and wait until it waits in the browser."""
    await t.select(name)
    await t.press("l")
    await t.sees("Paste callback URL")


class FakeLogin:
    """Stands in for `operations.login.login`. It waits in the browser until `answer` or `fail`.

    With `offers_code` it has codes for other devices, which a test gives by `tell(CODE)`.
    """

    def __init__(self, credential: CredentialInfo | None = None) -> None:
        self.credential = credential or CredentialInfo("oauth", expires_at=None, store="Secret Service")
        self.refuse_first: Exception | None = None  # raised before anything is sent
        self.offers_code = False
        self.needs_client = False  # fails at the registration until a client id comes
        self.options: list[LoginOptions] = []  # of each attempt
        self.server: Server | None = None  # of the last attempt
        self.codes_asked = 0
        self._code_runs = False
        self.calls = 0
        self.cancelled = threading.Event()
        self.pasted: list[str] = []
        self.reopened = 0
        self.anew: list[str] = []  # what was asked for in a sign-in's place
        self.sign_in = SIGN_IN  # of the first wait
        self._go = threading.Event()
        self._failure: Exception | None = None

    def answer(self) -> None:
        """The user signed in."""
        self._go.set()

    def fail(self, error: Exception) -> None:
        """It breaks while the user is in the browser."""
        self._failure = error
        self._go.set()

    def tell(self, *events: Any) -> None:
        """Things happen while the user is in the browser."""
        for event in events:
            self._code_runs = self._code_runs and event != NO_CODE
            self._on_event(event)

    def __call__(
        self,
        adapters: Adapters,
        server: Server,
        options: LoginOptions,
        *,
        control: LoginControl,
        on_event: Callable[[Any], Any],
    ) -> CredentialInfo:
        self.calls += 1
        self.server = server
        self.options.append(options)
        self._on_event = on_event
        if self.refuse_first is not None and adapters.credentials().state().persistent:
            raise self.refuse_first
        control.paste = self._paste  # type: ignore[method-assign]
        control.reopen = self._reopen  # type: ignore[method-assign]
        control.cancel = self._cancel  # type: ignore[method-assign]
        control.ask_for_code = self._ask_for_code  # type: ignore[method-assign]
        control.register_again = lambda: self._start_over("register")  # type: ignore[method-assign]
        control.use_localhost = lambda: self._start_over("localhost")  # type: ignore[method-assign]
        for step in FOUND[:4]:
            on_event(step)
        for exchange in EXCHANGES[:2]:
            on_event(exchange)
        if self.needs_client and options.client_id is None:
            on_event(FOUND[4])
            on_event(FOUND[4]._replace(state="failed", detail=str(CLIENT_NEEDED)))
            raise CLIENT_NEEDED
        for step in FOUND[4:]:
            on_event(step)
        on_event(self.sign_in._replace(device=DEVICE if self.offers_code else None))
        for exchange in EXCHANGES[2:]:
            on_event(exchange)
        assert self._go.wait(30), "nobody told the fake login to go on"
        self._go.clear()
        if self.cancelled.is_set():
            raise Cancelled("The login was canceled.")
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        for step in SAVED:
            on_event(step)
        return self.credential

    def _paste(self, text: str) -> str | None:
        if not text.startswith("http"):
            return "That is not an address or a code."
        self.pasted.append(text)
        self._go.set()
        return None

    def _reopen(self) -> bool:
        self.reopened += 1
        return True

    def _start_over(self, how: str) -> bool:
        """As the flow does: a registration, and another wait."""
        self.anew.append(how)
        uri = SIGN_IN.redirect_uri.replace("127.0.0.1", "localhost")
        changes = {"redirect_uri": uri} if how == "localhost" else {"earlier_client": ""}
        self.sign_in = self.sign_in._replace(**changes)  # type: ignore[arg-type]
        self.tell(Step("sign-in", "Sign in with the browser", "ahead"), *FOUND[4:], self.sign_in)
        return True

    def _ask_for_code(self) -> bool:
        self.codes_asked += 1
        begun, self._code_runs = self.offers_code and not self._code_runs, self.offers_code
        return begun

    def _cancel(self) -> None:
        self.cancelled.set()
        self._go.set()
