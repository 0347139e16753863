"""What a login needs from the outside world besides HTTP, mostly from the user, and the results.

Discovery, registration and the token endpoint do not use these effects: they only send (`oauth.http`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Literal, TypeAlias, TypeVar
from urllib.parse import urlsplit

from keyrack.domain.model import Registration, TokenSet
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret
from keyrack.oauth.authorization_server import AuthorizationServer
from keyrack.oauth.http import Send

T = TypeVar("T")
StepState = Literal["ahead", "running", "done", "failed"]


class BindCallback(NamedTuple):
    """Open the loopback listener. The result is its redirect URI (str).

    It is bound before any URL is built, so that the port is known. `port` None means 8085-8099, then any
    free one.
    """

    port: int | None = None
    host: str = "127.0.0.1"  # the host in the URI; the socket is on loopback in any case
    path: str = "/callback"


class DeviceRequest(NamedTuple):
    """The inputs of a device authorization, which runs in parallel to the browser sign-in."""

    server: AuthorizationServer
    registration: Registration
    scopes: tuple[str, ...]
    resource: str | None
    server_url: str
    now: Callable[[], float]  # Unix seconds


class SignIn(NamedTuple):
    """Show where to sign in, open the browser, and wait for the response.

    The result is the callback's parameters, a mapping of str to Secret ("code", "state", "iss",
    "error", …). Only a callback with this `state` ends the wait. With `device`, a device code can be used
    instead; then the result is its TokenSet. The user can also request RegisterAgain.
    """

    url: str
    origin: str  # of the sign-in page, to show
    redirect_uri: str
    state: Secret
    needs_issuer: bool = False  # the issuer promises `iss` (RFC 9207), so a code alone is not enough
    device: DeviceRequest | None = None  # if the issuer offers device codes (RFC 8628)
    earlier_client: str = ""  # the client ID, if an earlier login registered it dynamically
    server: AuthorizationServer | None = None  # the server that responds

    @property
    def may_be_localhost(self) -> bool:
        """Can the redirect URI use localhost instead? Some sign-in pages refuse 127.0.0.1."""
        return urlsplit(self.redirect_uri).hostname == "127.0.0.1"


class RegisterAgain(NamedTuple):
    """A result of SignIn: start the sign-in again with a new registration.

    A sign-in page that does not know the client or its redirect URI must not redirect (RFC 6749,
    section 4.1.2.1), so only the user can tell.
    """

    host: str = ""  # the new host of the redirect URI; "" to keep it


class ShowCode(NamedTuple):
    """Show the code to enter on another device. The result is None."""

    user_code: str
    verification_uri: str
    verification_uri_complete: str | None  # contains the code; for a QR code
    expires_at: float  # Unix seconds


class Pause(NamedTuple):
    """Wait before the next poll. The result is None."""

    seconds: float


class Step(NamedTuple):
    """A line on the login screen. The result is None."""

    key: str  # stable: "probe", "discover", "register", "sign-in", "exchange", "save", "try"
    title: str
    state: StepState
    detail: str = ""  # can contain a server's words; the front end escapes it
    seconds: float = 0.0


Effect: TypeAlias = Send | BindCallback | SignIn | ShowCode | Pause | Step
Flow: TypeAlias = Generator[Effect, object, T]  # like oauth.http.Sending, but with the user involved


def bind_callback(effect: BindCallback) -> Flow[str]:
    """Open the listener, and return its redirect URI."""
    redirect_uri = yield effect
    assert isinstance(redirect_uri, str)
    return redirect_uri


def await_sign_in(effect: SignIn) -> Flow[Mapping[str, Secret] | TokenSet | RegisterAgain]:
    """Have the user sign in, and return the result."""
    answer = yield effect
    assert isinstance(answer, Mapping | TokenSet | RegisterAgain)
    return answer
