"""What a flow asks of the outside world, and what it gets back.

A flow is a generator: it yields one of these, and `operations` sends back what
came of it. So a test drives a whole login with canned replies.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from urllib.parse import urlsplit

from keyrack.domain.secret import Secret

if TYPE_CHECKING:
    from keyrack.oauth.authorization_server import AuthorizationServer
    from keyrack.oauth.device import DeviceRequest

StepState = Literal["ahead", "running", "done", "failed"]


class Request(NamedTuple):
    """One HTTP request. Headers and form fields may be Secrets; `net` reveals them."""

    method: str
    url: str
    headers: Mapping[str, str | Secret] = {}
    form: Mapping[str, str | Secret] | None = None
    json: Any = None
    # Ask only for the head of the reply: an event stream never ends.
    stream: bool = False
    # Wait for the reply as long as a send may take: what is asked with works once, so an answer
    # that nobody waits for is lost (a rotating refresh token, an authorization code).
    once: bool = False
    # It may be made again, whatever its method, where its own origin sends it on with 307 or 308.
    repeatable: bool = False
    seconds: float | None = None  # that all of it may take, where that is less than usual

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What it carries, and what a server may repeat in its reply."""
        values = (*self.headers.values(), *(self.form or {}).values())
        return tuple(value for value in values if isinstance(value, Secret))


class Response(NamedTuple):
    """One HTTP reply. `headers` keeps repeated lines (WWW-Authenticate comes in several)."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    url: str = ""

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def all(self, name: str) -> tuple[str, ...]:
        """Every header line of that name."""
        return tuple(value for key, value in self.headers if key.lower() == name.lower())


class Failed(NamedTuple):
    """A request that got no reply: a sentence for a person. Not an exception, so that
    a flow can go on to the next well-known address."""

    reason: str
    refused: bool = False  # keyrack would not send it (a forbidden address, a redirect elsewhere)
    sent_to: str | None = None  # where a redirect that was not followed leads
    answered: bool = False  # there was a reply, which keyrack does not read
    setting: str = ""  # of keyrack's own file, that may help: as in KeyrackError


class Send(NamedTuple):
    """Send a request. Answered with Response or Failed."""

    request: Request


Sending = Generator[Send, Response | Failed, Any]  # a flow that only sends


class BindCallback(NamedTuple):
    """Open the loopback listener. Answered with its redirect URI (str).

    Bound before any URL is built, so that the port is certain. `port` None: 8085-8099,
    then any free one.
    """

    port: int | None = None
    host: str = "127.0.0.1"  # what stands in the URI; the socket is on loopback either way
    path: str = "/callback"


class SignIn(NamedTuple):
    """Show where the user will sign in, open the browser there, wait for the answer.

    Answered with the callback's parameters, a mapping of str to Secret ("code",
    "state", "iss", "error", …). Only a callback with this `state` ends the wait.
    With `device`, the code of a device authorization may be typed instead; then the
    answer is the TokenSet that this brought. The person may also ask for Anew.
    """

    url: str
    origin: str  # the sign-in page's, for people
    redirect_uri: str
    state: Secret
    needs_issuer: bool = False  # the issuer promises `iss` (RFC 9207): a bare code is not enough
    device: DeviceRequest | None = None  # where the issuer offers codes for other devices (RFC 8628)
    earlier_client: str = ""  # the client id, where it was registered dynamically by an earlier login
    server: AuthorizationServer | None = None  # who answers

    @property
    def may_be_localhost(self) -> bool:
        """Could the redirect URI say localhost instead? Some sign-in pages take no address."""
        return urlsplit(self.redirect_uri).hostname == "127.0.0.1"


class Anew(NamedTuple):
    """An answer to SignIn: begin the sign-in again, with a registration made now.

    A sign-in page that does not know the client, or its redirect URI, must not redirect
    (RFC 6749, section 4.1.2.1), so only the person in front of it can tell.
    """

    host: str = ""  # what the redirect URI says from now on; "" as before


class ShowCode(NamedTuple):
    """Show the code that somebody types on another device. Answered with None."""

    user_code: str
    verification_uri: str
    verification_uri_complete: str | None  # with the code in it; for a QR picture
    expires_at: float  # Unix seconds


class Pause(NamedTuple):
    """Wait before the next question. Answered with None."""

    seconds: float


class Step(NamedTuple):
    """A line of the login screen. Answered with None."""

    key: str  # stable: "probe", "discover", "register", "sign-in", "exchange", "save", "try"
    title: str
    state: StepState
    detail: str = ""  # may hold a server's words: the front end escapes it
    seconds: float = 0.0


Effect = Send | BindCallback | SignIn | Step
