"""The authorization request and response (RFC 6749, 7636, 8707, 9207)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from keyrack.domain.errors import ClientRefused, KeyrackError, ScopeRefused
from keyrack.domain.model import ClientSettings
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import inert, origin
from keyrack.domain.secret import Secret
from keyrack.domain.text import plain, verbatim
from keyrack.domain.vendor import UNKNOWN, Vendor
from keyrack.oauth.authorization_server import AuthorizationServer
from keyrack.oauth.challenge import Challenge
from keyrack.oauth.protected_resource import ProtectedResource
from keyrack.oauth.refusal import setting_for
from keyrack.oauth.token_reply import CLIENT_FAULTS

MAX_SCOPES = 4_000  # characters of all scopes together
MOST_SCOPES = 500
# Parameters that an endpoint's own query must not have: they decide where the response goes, and for whom.
OURS = {
    *("response_type", "response_mode", "client_id", "redirect_uri", "state"),
    *("code_challenge", "code_challenge_method", "request", "request_uri"),
}
MAY_COME_TWICE = {"scope", "resource", "prompt"}  # some issuers' endpoints name their own
FOR_REFRESHING = frozenset(("openid", "offline_access"))  # scopes that request a refresh token
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


class Pkce(NamedTuple):
    """RFC 7636, method S256."""

    verifier: Secret
    challenge: str


def new_pkce() -> Pkce:
    """A verifier of 256 random bits and its challenge."""
    verifier = secrets.token_urlsafe(32)
    digest = hashlib.sha256(verifier.encode()).digest()
    return Pkce(Secret(verifier), base64.urlsafe_b64encode(digest).rstrip(b"=").decode())


def new_state() -> Secret:
    return Secret(secrets.token_urlsafe(32))


def choose_scopes(
    challenge: Challenge | None,
    protected: ProtectedResource | None,
    server: AuthorizationServer,
    configured: tuple[str, ...] | None,
    added: tuple[str, ...] = (),
    *,
    dropped: tuple[str, ...] = (),
    offline: bool = True,
) -> tuple[str, ...]:
    """The user's scopes, or the challenge's, or the resource's, or none (checklist 17).

    `added` scopes are added, `dropped` ones removed. If the issuer lists `offline_access`, it is added to get
    a refresh token, together with `openid`, without which OpenID providers ignore it (OpenID Connect Core,
    section 11). With `offline` False it is left out, even if the server names it.
    """
    if configured:
        chosen = configured
    elif challenge and challenge.params.get("scope", "").split():
        chosen = tuple(challenge.params["scope"].split())
    else:
        chosen = (protected.scopes_supported if protected else None) or ()
    if not offline and not configured:
        chosen = tuple(scope for scope in chosen if scope != "offline_access")
    wanted = (*chosen, *added)
    chosen = tuple(scope for scope in wanted if scope not in dropped)
    if wanted and not chosen:
        raise KeyrackError(
            "No scopes would be left to request, and the server would choose them itself.",
            hint="Keep at least one, or request another one: --scope NAME",
        )
    if offline and not configured:
        more = _for_refreshing(chosen, server.scopes_supported or ())
        chosen = (*chosen, *(scope for scope in more if scope not in dropped))
    sound = sound_scopes(chosen)
    if not are_bearable(sound):
        raise KeyrackError(
            f"The server asks for {len(sound)} scopes, more than a sign-in page accepts.",
            hint="Choose the ones you need: --scope NAME",
        )
    return sound


def sound_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """The scopes without duplicates and invalid ones (RFC 6749, section 3.3)."""
    return tuple(scope for scope in dict.fromkeys(scopes) if _SCOPE.fullmatch(scope))


def are_bearable(scopes: tuple[str, ...]) -> bool:
    """Are they short enough for a URL and a record?"""
    return sum(map(len, scopes)) <= MAX_SCOPES and len(scopes) <= MOST_SCOPES


def _for_refreshing(chosen: tuple[str, ...], supported: tuple[str, ...]) -> tuple[str, ...]:
    openid = ("openid",) if "openid" in supported else ()
    # If no scope is requested, a plain OAuth issuer grants its defaults, and offline_access would replace
    # them. An OpenID provider grants nothing without a scope.
    if "offline_access" in chosen or ("offline_access" in supported and (chosen or openid)):
        return (*openid, "offline_access")
    return ()


def resource_to_send(
    resource: str | None,
    settings: ClientSettings,
    vendor: Vendor,
    server: AuthorizationServer,
    scopes: tuple[str, ...],
) -> str | None:
    """The `resource` parameter (RFC 8707) of this login; None if it is not sent."""
    if settings.send_resource is not None:
        return resource if settings.send_resource else None
    mark = vendor.resource_in_scopes
    inside = bool(mark) and mark in urlsplit(server.authorization_endpoint or server.token_endpoint).path
    return None if inside and any("/" in scope for scope in scopes) else resource


def request_parameters(
    *,
    client_id: str,
    redirect_uri: str,
    state: Secret,
    pkce: Pkce,
    scopes: tuple[str, ...],
    resource: str | None,
    scope_name: str = "scope",
    consent: bool = True,
    more: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """The parameters of the authorization request. `state` is revealed here: it is in the URL by design.

    With `consent` False, offline_access is sent without `prompt=consent`. `more` adds parameters and can only
    replace `prompt`; an empty value omits a parameter.
    """
    parameters = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "state": state.reveal(),
        "code_challenge": pkce.challenge,
        "code_challenge_method": "S256",
    }
    if scopes:
        parameters[scope_name] = " ".join(scopes)
    if resource is not None:
        parameters["resource"] = resource
    fixed = {*parameters, *OURS}
    if consent and "offline_access" in scopes:
        parameters["prompt"] = (
            "consent"  # OpenID Connect Core, section 11: otherwise offline_access is ignored
        )
    for name in (name for name in more if name not in fixed):
        if more[name]:
            parameters[name] = more[name]
        else:
            parameters.pop(name, None)
    return parameters


def account_parameters(
    server: AuthorizationServer, vendor: Vendor, prompt: str, *, has_other: bool, hint: str, hint_issuer: str
) -> dict[str, str]:
    """Parameters that let the user choose the account (OpenID Connect Core, section 3.1.2.1).

    With `has_other`, the issuer would silently use the one that the browser is signed in with. Some issuers
    refuse an unknown `prompt`, so it is only sent where it is known to be supported, in addition to `prompt`.
    `hint` goes only to the issuer that it is from.
    """
    found: dict[str, str] = {}
    known = "select_account" in (server.prompts_supported or ())
    if has_other and (known or (server.prompts_supported is None and vendor != UNKNOWN)):
        found["prompt"] = " ".join(filter(None, ("select_account", prompt)))
    if hint and hint_issuer == server.issuer:
        found["login_hint"] = hint
    return found


def authorization_url(endpoint: str, parameters: Mapping[str, str]) -> str:
    """The endpoint with the parameters added to its own query.

    Raises KeyrackError if that query already has one of them: no parameter may appear twice (RFC 6749,
    section 3.1), and the issuer might use the wrong one.
    """
    parts = urlsplit(inert(endpoint))
    once = OURS | (parameters.keys() - MAY_COME_TWICE)
    twice = once & {key for key, _ in parse_qsl(parts.query, keep_blank_values=True)}
    if twice:
        raise KeyrackError(
            f"The URL of the sign-in page at {origin(endpoint)} already contains the parameter {min(twice)}.",
            hint="The server's operator must fix it.",
        )
    query = "&".join(part for part in (parts.query, urlencode(parameters)) if part)
    return urlunsplit(parts._replace(query=query))


def check_answer(answer: Mapping[str, Secret], *, state: Secret, server: AuthorizationServer) -> Secret:
    """Check an authorization response and return its code (RFC 9207, section 2.4).

    Raises KeyrackError. If the issuer is wrong, no other part of the response is shown: it may be an attack.
    """
    given = answer.get("state")
    if given is None or not hmac.compare_digest(given.reveal().encode(), state.reveal().encode()):
        raise KeyrackError(
            "The response belongs to another login (its state does not match), so it was ignored.",
            hint="Log in again.",
        )
    issuer = answer.get("iss")
    if issuer is not None and not server.is_named_by(issuer.reveal()):
        raise KeyrackError(
            f"The response came from another issuer, so it was ignored: it says "
            f"{verbatim(issuer.reveal())}, but keyrack asked {verbatim(server.issuer)}.",
            hint="This may be a mix-up attack. Only log in again if you trust the server.",
        )
    if issuer is None and server.iss_parameter_supported:
        raise KeyrackError(
            "The response does not name its issuer, although the authorization server promises to, "
            "so it was ignored.",
            hint="Log in again.",
        )
    error = answer.get("error")
    if error is not None:
        code, description = plain(error.reveal(), 80), answer.get("error_description")
        if code == "access_denied":
            raise KeyrackError(
                "Access was denied on the sign-in page.", hint="Log in again and approve the request."
            )
        words = f"{code}: {plain(description.reveal(), 200)}" if description else code
        if code == "invalid_scope":
            raise ScopeRefused(f"The authorization server refused the scopes: {words}.", hint="Log in again.")
        if code in CLIENT_FAULTS:
            raise ClientRefused(f"The authorization server refused this app: {words}.", hint="Log in again.")
        raise KeyrackError(
            f"The authorization server refused: {words}.",
            hint="Log in again.",
            setting=setting_for(code, words),
        )
    code_value = answer.get("code")
    if not code_value:
        raise KeyrackError("The response contains no code.", hint="Log in again.")
    return code_value
