"""Fetching a document from a well-known URL.

Many of these URLs are guesses: a proxy's start page, a sign-in page, a bot filter or an error says
nothing about the next one. Only a real document ends the search.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from keyrack.domain.errors import KeyrackError
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import origin
from keyrack.oauth.document import BadDocument, read_object
from keyrack.oauth.http import Failed, Request, Response, Sending, send
from keyrack.oauth.retry_after import asks_to_wait

AS_WELL_KNOWN = "/.well-known/oauth-authorization-server"
OIDC_WELL_KNOWN = "/.well-known/openid-configuration"
ENOUGH = 2  # URLs of one search without any response: the others will not respond either


class NotHere(NamedTuple):
    """A URL without the document."""

    where: str  # its origin
    reason: str = ""  # what it does instead, to continue a sentence about `where`; "" for a plain 404
    temporary: bool = False  # it may be there later
    silent: bool = False  # there was no response
    sent_to: str = ""  # the target of a redirect to another origin
    forbidden: bool = False  # keyrack refused to contact it; `reason` says why
    setting: str = ""  # the setting in keyrack's own file that may help, as in KeyrackError

    def __str__(self) -> str:
        return f"{self.where} {self.reason or 'has none'}"


def look(
    url: str, signs: Iterable[str], headers: Mapping[str, str] | None = None
) -> Sending[dict[str, Any] | NotHere]:
    """The JSON object at a URL, or NotHere. A document of this kind has one of the fields in `signs`.

    Raises KeyrackError if keyrack refuses to contact it.
    """
    reply = yield from send(Request("GET", url, {"Accept": "application/json", **(headers or {})}))
    where = origin(url)
    if isinstance(reply, Failed):
        return _failed(reply, where)
    if not 200 <= reply.status < 300:
        return _status(reply, where)
    try:
        document = read_object(reply.body)
    except BadDocument as problem:
        return NotHere(where, f"has a document that {problem}")
    if not any(sign in document for sign in signs):
        return NotHere(where, "has another kind of document")
    return document


def is_hopeless(places: Iterable[NotHere]) -> bool:
    """Is it useless to try more URLs?"""
    return sum(place.silent for place in places) >= ENOUGH


def all_temporary(places: Iterable[NotHere]) -> bool:
    """Did every URL fail in a way that may be temporary?"""
    found = list(places)
    return bool(found) and (is_hopeless(found) or all(place.temporary for place in found))


def why(places: Iterable[NotHere]) -> str:
    """The first reason other than that there is nothing, as `: it …`, or ""."""
    reason = next((place.reason for place in places if place.reason), "")
    return f": it {reason}" if reason else ""


def setting_of(places: Iterable[NotHere]) -> str:
    """The first setting that may help, or ""."""
    return next((place.setting for place in places if place.setting), "")


def issuer_at(url: str) -> str | None:
    """The issuer whose metadata is at this well-known URL (RFC 8414, section 3); None for any other URL."""
    base = origin(url)
    path = url.removeprefix(base)
    if "?" in path:
        return None
    for place in (AS_WELL_KNOWN, OIDC_WELL_KNOWN):
        if path == place or path.startswith(place + "/"):
            return base + path.removeprefix(place)
    return base + path.removesuffix(OIDC_WELL_KNOWN) if path.endswith(OIDC_WELL_KNOWN) else None


def _failed(reply: Failed, where: str) -> NotHere:
    if reply.sent_to is None:
        if reply.refused:
            raise KeyrackError(f"keyrack won't contact {where}: {reply.reason}")
        if reply.answered:
            return NotHere(where, f"gave no usable answer: {reply.reason.rstrip('.')}")
        reason = f"could not be reached: {reply.reason.rstrip('.')}"
        return NotHere(where, reason, temporary=True, silent=True, setting=reply.setting)
    if not reply.sent_to:
        return NotHere(where, "redirects to something that is not a web URL")
    there = origin(reply.sent_to)
    if there == where:
        return NotHere(where, "redirects too many times")
    return NotHere(where, f"redirects to {there}", sent_to=reply.sent_to)


def _status(reply: Response, where: str) -> NotHere:
    if reply.status in (404, 410):
        return NotHere(where)
    temporary = reply.status >= 500 or reply.status == 429
    reason = f"answered {reply.status} where its metadata should be{asks_to_wait(reply)}"
    return NotHere(where, reason, temporary=temporary)
