"""The requests and responses for a bug report: every secret masked, and only relevant fields.

The fields are an allowlist: a field that nobody thought of is left out, and a Secret is
always masked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from keyrack.domain import redaction
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.redaction import forms_of, hide, shown_pairs
from keyrack.domain.secret import MASK, Secret
from keyrack.oauth.document import MAX_TEXT
from keyrack.oauth.http import Failed, Request, Response
from keyrack.oauth.token_reply import read_reply

LONGEST = 300  # characters of one value
FIELDS = 40  # fields of one message


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Request headers and form fields whose values are not secret.
_HEADERS = ("MCP-Protocol-Version", "Mcp-Method")
_FORM = _words_of(
    """grant_type client_id redirect_uri resource scope token_type_hint client_assertion_type response_type
    code_challenge_method prompt"""
)
# Response fields that affect the flow.
_REPLY = _words_of(
    """issuer authorization_endpoint token_endpoint registration_endpoint revocation_endpoint
    device_authorization_endpoint pushed_authorization_request_endpoint require_pushed_authorization_requests
    scopes_supported grant_types_supported code_challenge_methods_supported
    token_endpoint_auth_methods_supported token_endpoint_auth_signing_alg_values_supported
    authorization_response_iss_parameter_supported client_id_metadata_document_supported
    resource authorization_servers bearer_methods_supported
    client_id redirect_uris grant_types token_endpoint_auth_method client_secret_expires_at
    token_type expires_in scope interval verification_uri
    error error_description error_uri"""
)
# Fields whose presence is shown, but not their value.
_HIDDEN = _words_of(
    """access_token refresh_token id_token client_secret registration_access_token device_code user_code
    request_uri verification_uri_complete"""
)
_PLAIN_QUERY = _FORM | {"code_challenge", "iss", "error", "error_description", "error_uri"}


class Exchange(NamedTuple):
    """One request and its result, masked. The strings can contain a server's words: escape them."""

    method: str
    url: str
    status: int | None  # None: no reply
    sent: tuple[tuple[str, str], ...] = ()
    got: tuple[tuple[str, str], ...] = ()
    problem: str = ""  # why there is no reply


def exchange(request: Request, reply: Response | Failed) -> Exchange:
    """A request and its reply, masked."""
    forms = forms_of(request.secrets)
    sent, got = _sent(request), iter(())
    if isinstance(reply, Failed):
        status, problem = None, reply.reason
    else:
        status, problem, got = reply.status, "", _got(reply)
    return Exchange(
        request.method,
        shown_url(request.url),
        status,
        _tidy(sent, forms),
        _tidy(got, forms),
        hide(problem, forms)[:LONGEST],
    )


def browsing(url: str) -> Exchange:
    """The authorization request that the browser makes."""
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    bare = urlunsplit(urlsplit(url)._replace(query=""))
    return Exchange("browser", shown_url(bare), None, _tidy(shown_pairs(pairs, _PLAIN_QUERY), ()))


def came_back(redirect_uri: str, answer: Mapping[str, Secret]) -> Exchange:
    """The authorization response from the browser or a paste.

    It has not been checked yet, so only its issuer is shown: an error from the wrong
    issuer must not be (RFC 9207, section 2.4).
    """
    fields = ((key, value.reveal() if key == "iss" else MASK) for key, value in answer.items())
    return Exchange("callback", redirect_uri, None, (), _tidy(fields, ()))


def shown_url(url: str) -> str:
    """A URL without what may be a secret: values of parameters that OAuth does not know, keys in the path."""
    return redaction.shown_url(url[:MAX_TEXT], _PLAIN_QUERY)


def as_text(exchanges: Iterable[Exchange]) -> str:
    """The whole trace as plain text."""
    return "\n".join(line for each in exchanges for line in lines(each)) + "\n"


def lines(each: Exchange) -> list[str]:
    """The lines for one exchange: the request, what was sent, and what was received."""
    outcome = f" → {each.status}" if each.status is not None else f" → {each.problem}" if each.problem else ""
    rows = [f"{each.method} {each.url}{outcome}"]
    rows += [f"    > {key}: {value}" for key, value in each.sent]
    return rows + [f"    < {key}: {value}" for key, value in each.got]


def _sent(request: Request) -> Iterator[tuple[str, str]]:
    for name, value in request.headers.items():
        if name in _HEADERS:
            yield name, _plain(value)
        elif name.lower() == "authorization":
            scheme = value.reveal().partition(" ")[0] if isinstance(value, Secret) else ""
            yield name, f"{scheme if scheme in ('Basic', 'Bearer') else ''} {MASK}".strip()
    for name, value in (request.form or {}).items():
        yield name, _url_or_text(_plain(value)) if name in _FORM else MASK
    body = request.json
    if isinstance(body, dict):
        if "jsonrpc" in body:
            yield "method", str(body.get("method"))
        else:  # a registration, which is keyrack's own words
            yield from ((key, _words(value)) for key, value in body.items())


def _got(reply: Response) -> Iterator[tuple[str, str]]:
    for name in ("WWW-Authenticate", "Location", "Retry-After"):
        for value in reply.all(name):
            yield name, shown_url(value) if name == "Location" else value
    document = read_reply(reply.body)
    if document is None:
        kind = (reply.header("Content-Type") or "").split(";")[0]
        if reply.body:
            yield "body", f"{len(reply.body)} bytes of {kind or 'no stated type'}"
        return
    for key, value in document.items():
        if key in _HIDDEN:
            yield key, MASK
        elif key in _REPLY and not ("jsonrpc" in document and key == "error"):
            yield key, _url_or_text(_words(value))
    error = document.get("error")
    if "jsonrpc" in document:
        if isinstance(error, dict):
            yield "error", f"{error.get('code')} {error.get('message')}"
        elif isinstance(document.get("result"), dict):
            yield "result", ", ".join(map(str, document["result"]))


def _url_or_text(value: str) -> str:
    return redaction.shown_value(value[:MAX_TEXT], _PLAIN_QUERY)


def _words(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value[:FIELDS]))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(value: str | Secret) -> str:
    return MASK if isinstance(value, Secret) else value


def _tidy(pairs: Iterable[tuple[str, str]], forms: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    rows = ((key[:60], hide(value[: LONGEST * 4], forms)[:LONGEST]) for key, value in pairs)
    return tuple(row for row, _ in zip(rows, range(FIELDS), strict=False))
