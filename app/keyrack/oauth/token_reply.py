"""Token endpoint responses (RFC 6749, sections 5 and 6), including the variants that real servers send.

A usable response in an unusual form is accepted: refusing it would lose the refresh token that it
replaced.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urljoin

from keyrack.domain.errors import (
    BadUrl,
    ClientRefused,
    KeyrackError,
    LoginNeeded,
    Temporary,
    UnusableTokenResponse,
)
from keyrack.domain.model import TokenSet
from keyrack.domain.resource import origin
from keyrack.domain.secret import Secret
from keyrack.oauth.document import MAX_ITEMS, BadDocument, number, read_object, said, text, texts
from keyrack.oauth.http import Failed, Response
from keyrack.oauth.jwt import LONGEST_LIFE, end_of
from keyrack.oauth.label import label_of
from keyrack.oauth.refusal import setting_for
from keyrack.oauth.retry_after import asks_to_wait, retry_after

LONGEST_TOKEN = 65_536  # characters
NOT_NOW = (407, 408, 425, 429)  # proxy logins, timeouts and rate limits
# Token types that need a key or a signature from the client (RFC 9449 and its predecessors), or that are
# not access tokens (RFC 8693, section 2.2.1). Any other type is treated as Bearer: Slack says "user" and
# "bot", and the server decides whether it accepts the token.
OTHER_TYPES = frozenset(("dpop", "mac", "pop", "hoba", "n_a"))
CLIENT_FAULTS = {
    *("invalid_client", "unauthorized_client"),  # RFC 6749, section 5.2
    *("incorrect_client_credentials", "invalid_client_id", "bad_client_secret"),  # GitHub, Slack
    *("deleted_client", "disabled_client"),  # Google
}
PASSING = {
    *("temporarily_unavailable", "server_error"),  # RFC 6749, section 4.1.2.1
    "slow_down",  # RFC 8628, section 3.5
    *("ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"),  # Slack
}
PORTAL = "Your network may require a sign-in of its own. Open any page in a browser, then try again."


def read_tokens(
    reply: Response | Failed,
    url: str,
    *,
    now: float,
    asked_scopes: tuple[str, ...],
    old_refresh: Secret | None = None,
    renewing: bool = False,
) -> TokenSet:
    """The tokens of a response: any 2xx with a usable access token and no error, as JSON or a form.

    `scope` missing means as asked; a missing refresh token keeps the old one; without a lifetime, the
    end that the token itself tells. `renewing`: what was asked for is a renewal.

    Raises LoginNeeded (the grant is gone; of a renewal, any refusal that is not for another reason),
    ClientRefused, Temporary (network, 5xx, 407, 408, 425, 429, and what no authorization server
    answers), UnusableTokenResponse, KeyrackError (anything else), with the server's words shortened.
    """
    where = origin(url)
    if isinstance(reply, Failed):
        kind = KeyrackError if reply.refused else Temporary
        raise kind(
            f"{where} could not be asked for a token: {reply.reason}",
            hint="Try again later.",
            setting=reply.setting,
        )
    if reply.status >= 500 or reply.status in NOT_NOW:
        raise _later(where, f"answered {reply.status} when asked for a token", reply)
    if 300 <= reply.status < 400:
        raise Temporary(f"{where} redirects{_target(reply, url)} when asked for a token.", hint=PORTAL)
    document = read_reply(reply.body)
    if 200 <= reply.status < 300 and not error_of(document):
        if document is None:
            raise Temporary(f"{where} answered {reply.status}, but not like a token endpoint.", hint=PORTAL)
        return _tokens(document, where, now, asked_scopes, old_refresh)
    raise _refusal(reply, document or {}, where, renewing=renewing)


def read_reply(body: bytes) -> dict[str, Any] | None:
    """The fields of a JSON or form response (RFC 6749, section 5.1 requires JSON); None for anything else.

    The content type is ignored: it is often wrong.
    """
    for content in (body, body.decode("latin-1").encode()):  # a name in Latin-1 must not lose the token
        try:
            return read_object(content)
        except BadDocument:
            pass
    try:
        form = dict(parse_qsl(body.decode("ascii").strip(), max_num_fields=MAX_ITEMS))
    except ValueError:
        return None
    return form if "access_token" in form or "error" in form else None


def error_of(document: Mapping[str, Any] | None) -> str:
    """The error in a response; "" if there is none, however that is expressed.

    An error that is an object or a number has no name.
    """
    error = (document or {}).get("error")
    if isinstance(error, str):
        return error.strip()
    return "error" if error else ""


def _refusal(reply: Response, document: Mapping[str, Any], where: str, *, renewing: bool) -> KeyrackError:
    error, words = error_of(document), said(document) or f"status {reply.status}"
    if error in PASSING or (not error and reply.header("Retry-After")):
        return _later(where, f"can't answer now: {words}", reply)
    if error in CLIENT_FAULTS:
        hint = "Log in again. If you use your own client, check its ID and secret."
        return ClientRefused(f"{where} refused: {words}.", hint=hint)
    setting = setting_for(error, words)
    if renewing or error == "invalid_grant":
        return LoginNeeded(f"{where} refused: {words}.", hint="Log in again.", setting=setting)
    return KeyrackError(f"{where} refused: {words}.", setting=setting)


def _tokens(
    document: Mapping[str, Any],
    where: str,
    now: float,
    asked_scopes: tuple[str, ...],
    old_refresh: Secret | None,
) -> TokenSet:
    place = _place(document)
    access, renewed = _token(place, "access_token"), _token(place, "refresh_token")
    refresh = Secret(renewed) if renewed else None
    if access is None:
        raise UnusableTokenResponse(f"{where} answered without a usable access token.", refresh)
    if (text(place, "token_type") or "").lower() in OTHER_TYPES:
        sentence = f"{where} issued a token that is not a Bearer token, which MCP requires."
        raise UnusableTokenResponse(sentence, refresh)
    lifetime = number(place, "expires_in")
    # Nobody issues an expired token: some use 0 or less for "unknown" or "never".
    told = lifetime is not None and 0 < lifetime <= LONGEST_LIFE
    return TokenSet(
        Secret(access),
        refresh or old_refresh,
        "Bearer",
        now + lifetime if lifetime is not None and told else end_of(access, now),
        _scopes(place) or asked_scopes,
        label_of(document),
    )


def _place(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object with the tokens: Slack puts a user's one level down, if it issued none for a bot."""
    inner = document.get("authed_user")
    if _token(document, "access_token") is None and isinstance(inner, dict):
        return {**document, **inner}
    return document


def _scopes(document: Mapping[str, Any]) -> tuple[str, ...]:
    """A list separated by spaces (RFC 6749, section 3.3), by commas (GitHub, Slack), or in JSON."""
    listed = texts(document, "scope")
    if listed is not None:
        return tuple(word for item in listed for word in item.split())
    words = (text(document, "scope") or "").replace(", ", " ").split()
    return tuple(words[0].replace(",", " ").split() if len(words) == 1 else words)


def _token(document: Mapping[str, Any], key: str) -> str | None:
    """A token: printable ASCII (RFC 6749, appendix A.12), short enough for a header and a keychain."""
    value = document.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TOKEN:
        return None
    return value if value.isascii() and value.isprintable() and " " not in value else None


def _later(where: str, what: str, reply: Response) -> Temporary:
    seconds = retry_after(reply)
    if seconds is None:
        return Temporary(f"{where} {what}{asks_to_wait(reply)}.", hint="Try again later.")
    return Temporary(f"{where} {what}.", hint=f"Try again in {math.ceil(seconds)} s.")


def _target(reply: Response, url: str) -> str:
    try:
        return f" to {origin(urljoin(url, reply.header('Location') or ''))}"
    except (BadUrl, ValueError):
        return ""
