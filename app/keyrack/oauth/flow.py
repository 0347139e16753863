"""The whole login as a generator that yields effects and steps (checklist 1-23)."""

from __future__ import annotations

from keyrack.domain.errors import ClientNeeded, KeyrackError, Temporary
from keyrack.domain.model import Endpoints, Registration, Server, TokenSet
from keyrack.domain.secret import MASK
from keyrack.oauth.authorize import choose_scopes, resource_to_send
from keyrack.oauth.challenge import Challenge
from keyrack.oauth.discovery import Discovered, How, discover
from keyrack.oauth.effects import Flow, Step
from keyrack.oauth.http import send
from keyrack.oauth.login_request import LoginRequest, LoginResult
from keyrack.oauth.probe import Probed, probe
from keyrack.oauth.registration import known
from keyrack.oauth.sign_in import shown, sign_in
from keyrack.oauth.token import client_credentials_request
from keyrack.oauth.token_reply import read_tokens
from keyrack.wording.commands import command_line

# How the step says in what way the authorization server was found.
FOUND: dict[How, str] = {
    "named": "Found the authorization server",
    "configured metadata": "Using the authorization server from the configuration",
    "configured issuer": "Using the issuer from the configuration",
    "referred": "The server refers to an authorization server",
    "own metadata": "Found metadata at the server itself; using the 2025-03-26 revision of MCP",
    "no metadata": "Found no metadata; using the 2025-03-26 revision of MCP",
}


def login_flow(login_request: LoginRequest) -> Flow[LoginResult]:
    """Log in. Returns LoggedIn; raises KeyrackError and its subclasses."""
    probed = None if login_request.challenge else (yield from _ask(login_request))
    challenge = login_request.challenge or (probed and probed.challenge)
    certain = probed is None or probed.verdict in ("required", "optional", "unknown")
    yield Step("discover", "Find the authorization server", "running")
    found = yield from discover(login_request, challenge, certain=certain)
    if found is None:
        raise _nothing(probed)
    yield _found(found)
    server = found.server
    settings = login_request.settings
    if settings.grant_type == "client_credentials":
        return (yield from _for_machine(login_request, found, challenge, probed))
    yield Step("register", "Choose the OAuth client", "running")
    vendor = login_request.vendor_of(server.issuer)
    scopes = _scopes(login_request, found, challenge, offline=vendor.offline_scope)
    found = _sending(login_request, found, scopes)
    registration, tokens = yield from sign_in(login_request, found, scopes)
    return _logged_in(found, registration, tokens, probed)


def _found(found: Discovered) -> Step:
    unsure = ", PKCE support could not be verified" if found.how in ("own metadata", "no metadata") else ""
    return Step("discover", FOUND[found.how], "done", f"{shown(found.server.issuer)}{unsure}")


def _scopes(
    login_request: LoginRequest, found: Discovered, challenge: Challenge | None, *, offline: bool
) -> tuple[str, ...]:
    return choose_scopes(
        challenge,
        found.protected,
        found.server,
        login_request.settings.scopes,
        login_request.added_scopes,
        dropped=login_request.dropped_scopes,
        offline=offline,
    )


def _for_machine(
    login_request: LoginRequest, found: Discovered, challenge: Challenge | None, probed: Probed | None
) -> Flow[LoginResult]:
    """The client credentials grant, without a user (MCP's extension; RFC 6749, section 4.4)."""
    server, settings = found.server, login_request.settings
    yield Step("register", "Choose the OAuth client", "running")
    scopes = _scopes(login_request, found, challenge, offline=False)
    found = _sending(login_request, found, scopes)
    registration = known(server, settings, login_request.stored, None, login_request.now())
    # A certificate authenticates the client, as a secret does (RFC 8705, section 2).
    if registration is None or (registration.auth_method == "none" and not settings.tls.client_cert):
        missing = "secret or key" if registration else "client ID"
        raise ClientNeeded(
            f"This is a machine login, and its client has no {missing}.",
            issuer=server.issuer,
            redirect_uri="",
            client_id=registration.client_id if registration else None,
        )
    yield Step("register", "Using the configured client", "done", registration.client_id)
    yield Step("exchange", "Request a token for the client itself", "running")
    endpoint = server.token_endpoint
    request = client_credentials_request(endpoint, registration, scopes=scopes, resource=found.resource)
    tokens = read_tokens((yield from send(request)), endpoint, now=login_request.now(), asked_scopes=scopes)
    yield Step("exchange", "Got a token for the client itself", "done", registration.auth_method)
    # Section 4.4.3: there should be no refresh token, and it is not needed.
    return _logged_in(found, registration, tokens._replace(refresh_token=None), probed)


def _sending(login_request: LoginRequest, found: Discovered, scopes: tuple[str, ...]) -> Discovered:
    """Add the resource to send, now and with each refresh."""
    vendor = login_request.vendor_of(found.server.issuer)
    resource = resource_to_send(found.resource, login_request.settings, vendor, found.server, scopes)
    return found._replace(resource=resource)


def _logged_in(
    found: Discovered, registration: Registration, tokens: TokenSet, probed: Probed | None
) -> LoginResult:
    endpoints = Endpoints(found.server.token_endpoint, found.server.revocation_endpoint)
    return LoginResult(tokens, registration, endpoints, found.resource, probed)


def _nothing(probed: Probed | None) -> KeyrackError:
    """Why there is nothing to log in to."""
    if probed is None or probed.verdict == "open":
        return KeyrackError("The server does not need a login.")
    kind = KeyrackError if probed.refused else Temporary
    sentence = f"Can't log in to the server right now: {probed.reason}"
    hint = "" if probed.setting else "Check the address, or try again later."
    if probed.sent_to and MASK not in probed.sent_to:
        hint = f"If the server has moved there: {command_line('login', Server(probed.sent_to))}"
    return kind(sentence, hint=hint, setting=probed.setting)


def _ask(login_request: LoginRequest) -> Flow[Probed]:
    """Probe anonymously. Returns Probed; raises if the server can't be reached."""
    yield Step("probe", "Ask the server", "running", shown(login_request.url))
    probed = yield from probe(login_request.url, others=login_request.headers)
    if probed.verdict == "unreachable" and probed.revision is None:
        raise _nothing(probed)
    title = {
        "required": "The server requires authorization",
        "optional": "The server requires authorization for some of its methods",
        "open": "The server answers without a credential",
    }.get(probed.verdict, "The server does not say whether it needs a login")
    told = probed.reason if probed.verdict in ("unknown", "unreachable") else ""
    yield Step("probe", title, "done", told)
    return probed
