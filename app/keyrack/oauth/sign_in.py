"""The visible part of a login: the client, the sign-in, and the exchange of its code."""

from __future__ import annotations

from urllib.parse import urlsplit

from keyrack.domain.errors import ClientRefused, KeyrackError, RedirectUriRefused, ScopeRefused, Temporary
from keyrack.domain.model import Registration, TokenSet
from keyrack.domain.resource import origin
from keyrack.domain.secret import Secret
from keyrack.domain.vendor import Vendor
from keyrack.oauth.authorization_server import AuthorizationServer
from keyrack.oauth.authorize import (
    Pkce,
    account_parameters,
    authorization_url,
    check_answer,
    new_pkce,
    new_state,
    request_parameters,
)
from keyrack.oauth.discovery import Discovered
from keyrack.oauth.document import BadDocument, read_object, said, text
from keyrack.oauth.effects import (
    BindCallback,
    DeviceRequest,
    Flow,
    RegisterAgain,
    SignIn,
    Step,
    await_sign_in,
    bind_callback,
)
from keyrack.oauth.http import Failed, send
from keyrack.oauth.login_request import LoginRequest
from keyrack.oauth.refusal import setting_for
from keyrack.oauth.registration import known, register
from keyrack.oauth.retry_after import asks_to_wait
from keyrack.oauth.token import authenticated, exchange_request
from keyrack.oauth.token_reply import CLIENT_FAULTS, read_tokens

ADDRESS, LOCALHOST = "127.0.0.1", "localhost"


def sign_in(
    login_request: LoginRequest, found: Discovered, scopes: tuple[str, ...]
) -> Flow[tuple[Registration, TokenSet]]:
    """Run the sign-in. It starts again if the user or the issuer says that the client or its redirect URI
    is unknown there. Returns (Registration, TokenSet)."""
    settings = login_request.settings
    host = settings.redirect_host or ADDRESS
    first: RedirectUriRefused | None = None
    while True:
        bound = BindCallback(settings.callback_port, host, settings.callback_path or "/callback")
        redirect_uri = yield from bind_callback(bound)
        try:
            outcome = yield from _once(login_request, found, redirect_uri, scopes)
        except RedirectUriRefused as refused:
            first = first or refused
            if host != ADDRESS or settings.redirect_host:
                raise first from None
            outcome = RegisterAgain(LOCALHOST)
        if not isinstance(outcome, RegisterAgain):
            registration, tokens = outcome
            kept = registration if host == ADDRESS else registration._replace(redirect_host=host)
            return kept, tokens
        yield Step("sign-in", "Sign in with the browser", "ahead")
        yield Step("register", "Choose the OAuth client", "running")
        host = outcome.host or host
        login_request = login_request._replace(forgotten=True)


def _once(
    login_request: LoginRequest, found: Discovered, redirect_uri: str, scopes: tuple[str, ...]
) -> Flow[tuple[Registration, TokenSet] | RegisterAgain]:
    """Returns (Registration, TokenSet), or RegisterAgain. Raises RedirectUriRefused."""
    registration = yield from _client(login_request, found.server, redirect_uri, scopes)
    answer = yield from _answer(login_request, found, registration, redirect_uri, scopes)
    return answer if isinstance(answer, RegisterAgain) else (registration, answer)


def _client(
    login_request: LoginRequest, server: AuthorizationServer, redirect_uri: str, scopes: tuple[str, ...]
) -> Flow[Registration]:
    stored = login_request.stored
    if login_request.forgotten and stored and stored.kind == "dynamic":
        stored = None
    registration = known(server, login_request.settings, stored, redirect_uri, login_request.now())
    if registration is None:
        how = "dynamic, with localhost" if urlsplit(redirect_uri).hostname == LOCALHOST else "dynamic"
        yield Step("register", "Register this app", "running", how)
        registration = yield from register(server, redirect_uri, scopes, login_request.client_name)
        yield Step("register", "Registered this app", "done", how)
    else:
        title = {
            "pre-registered": "Using the configured client",
            "metadata-document": "Using the client metadata document",
            "dynamic": "Using the registration of an earlier login",
        }[registration.kind]
        yield Step("register", title, "done", registration.client_id)
    return registration


def _answer(
    login_request: LoginRequest,
    found: Discovered,
    registration: Registration,
    redirect_uri: str,
    scopes: tuple[str, ...],
) -> Flow[TokenSet | RegisterAgain]:
    """One authorization request and the exchange of its code. Returns TokenSet, or RegisterAgain.

    If a code was entered on another device in the meantime, returns the tokens of that.
    """
    server, resource = found.server, found.resource
    kept = (
        registration.kind == "dynamic"
        and registration == login_request.stored
        and not login_request.forgotten
    )
    earlier = registration.client_id if kept else ""
    vendor = login_request.vendor_of(server.issuer)
    pkce: Pkce = new_pkce()
    state: Secret = new_state()
    asks = vendor.consent and "offline_access" in scopes
    account = account_parameters(
        server,
        vendor,
        dict(vendor.authorize).get("prompt", "consent" if asks else ""),
        has_other=login_request.has_other_account,
        hint=login_request.login_hint,
        hint_issuer=login_request.hint_issuer,
    )
    parameters = request_parameters(
        client_id=registration.client_id,
        redirect_uri=redirect_uri,
        state=state,
        pkce=pkce,
        scopes=scopes,
        resource=resource,
        scope_name=_scope_name(server, vendor),
        consent=vendor.consent,
        more={**dict(vendor.authorize), **account, **dict(login_request.settings.authorize)},
    )
    where = shown(server.authorization_endpoint)
    if server.require_pushed_authorization_requests:
        yield Step("sign-in", "Push the authorization request", "running", where)
        try:
            parameters = yield from _push(server, registration, parameters)
        except ClientRefused:
            if not earlier:
                raise
            return RegisterAgain()  # the issuer forgot it, before the user was asked for anything
    yield Step("sign-in", "Waiting for you to sign in", "running", where)
    device = DeviceRequest(server, registration, scopes, resource, login_request.url, login_request.now)
    answer = yield from await_sign_in(
        SignIn(
            authorization_url(server.authorization_endpoint, parameters),
            origin(server.authorization_endpoint),
            redirect_uri,
            state,
            server.iss_parameter_supported,
            device if server.device_authorization_endpoint else None,
            earlier,
            server,
        )
    )
    if isinstance(answer, RegisterAgain):
        return answer
    if isinstance(answer, TokenSet):
        yield Step("sign-in", "Signed in with the device code", "done", where)
        return answer
    code = check_answer(answer, state=state, server=server)
    yield Step("sign-in", "Signed in", "done", where)
    yield Step("exchange", "Exchange the code for tokens", "running")
    request = exchange_request(
        server.token_endpoint,
        registration,
        code=code,
        verifier=pkce.verifier,
        redirect_uri=redirect_uri,
        resource=resource,
    )
    reply = yield from send(request)
    tokens = read_tokens(reply, server.token_endpoint, now=login_request.now(), asked_scopes=scopes)
    renewable = "renewable" if tokens.refresh_token else "no refresh token"
    yield Step("exchange", "Exchanged the code for tokens", "done", renewable)
    return tokens


def _scope_name(server: AuthorizationServer, vendor: Vendor) -> str:
    path = urlsplit(server.authorization_endpoint).path
    return "user_scope" if path in vendor.user_scope_at else "scope"


def _push(
    server: AuthorizationServer, registration: Registration, parameters: dict[str, str]
) -> Flow[dict[str, str]]:
    """Pushed authorization request (RFC 9126): the browser then carries only a reference.

    Returns the parameters. Raises ClientRefused, RedirectUriRefused, Temporary, KeyrackError.
    """
    endpoint = server.pushed_authorization_request_endpoint
    if endpoint is None:
        raise KeyrackError(
            f"{origin(server.issuer)} requires pushed authorization requests but names no endpoint for them."
        )
    reply = yield from send(authenticated(endpoint, registration, dict(parameters)))
    if isinstance(reply, Failed):
        kind = KeyrackError if reply.refused else Temporary
        raise kind(f"{origin(endpoint)} could not be reached: {reply.reason}", hint="Try again later.")
    if reply.status >= 500 or reply.status == 429:
        raise Temporary(
            f"{origin(endpoint)} answered {reply.status} to the pushed request{asks_to_wait(reply)}.",
            hint="Try again later.",
        )
    try:
        document = read_object(reply.body)
    except BadDocument:
        document = {}
    reference = text(document, "request_uri")
    if reply.status not in (200, 201) or reference is None:
        words, error = said(document), text(document, "error") or ""
        sentence = f"{origin(endpoint)} refused the pushed request: {words or reply.status}."
        if error in CLIENT_FAULTS:
            raise ClientRefused(sentence, hint="Log in again.")
        if error == "invalid_scope":
            raise ScopeRefused(sentence)
        if "redirect" in words.lower():
            raise RedirectUriRefused(sentence, issuer=server.issuer, redirect_uri=parameters["redirect_uri"])
        raise KeyrackError(sentence, setting=setting_for(error, words))
    return {"client_id": registration.client_id, "request_uri": reference}


def shown(url: str) -> str:
    """A URL's origin as shown in a step, without https."""
    return origin(url).removeprefix("https://")
