"""What a login asks of the outside world beside HTTP, and what it gets back: the person's part of it.

Discovery, registration and the token endpoint know nothing of these: they only send (`oauth.http`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from keyrack.domain.model import Registration
from keyrack.domain.secret import Secret
from keyrack.oauth.authorization_server import AuthorizationServer
from keyrack.oauth.http import Send

StepState = Literal["ahead", "running", "done", "failed"]


class BindCallback(NamedTuple):
    """Open the loopback listener. Answered with its redirect URI (str).

    Bound before any URL is built, so that the port is certain. `port` None: 8085-8099,
    then any free one.
    """

    port: int | None = None
    host: str = "127.0.0.1"  # what stands in the URI; the socket is on loopback either way
    path: str = "/callback"


class DeviceRequest(NamedTuple):
    """What a device authorization takes; ready to be played beside the browser's way."""

    server: AuthorizationServer
    registration: Registration
    scopes: tuple[str, ...]
    resource: str | None
    server_url: str
    now: Callable[[], float]  # Unix seconds


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
Flow = Generator[Effect, Any, Any]
