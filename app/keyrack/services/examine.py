"""What is wrong with a card beyond its types: hosts that are too wide, templates that speak of nothing."""

from __future__ import annotations

import re
from typing import get_args

from keyrack.domain.errors import BadUrl, KeyrackError
from keyrack.domain.resource import is_loopback, parse_url
from keyrack.domain.service import AuthKind, Card
from keyrack.domain.service.template import names_in, names_within

_HOST = re.compile(r"\.?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])(-\d\d)?")


def examine(card: Card) -> None:
    """Raises KeyrackError with one sentence on the first thing that is wrong."""
    if not _ID.fullmatch(card.id):
        raise KeyrackError("“id” must be lower-case letters, digits and hyphens")
    if wrong := [host for host in card.hosts if not _HOST.fullmatch(host)]:
        raise KeyrackError(f"“{wrong[0]}” is not a host in lower case (or a “.suffix”)")
    # ".com" would hand the card, and with it the token, to half of the internet.
    if wrong := [host for host in card.hosts if host.startswith(".") and host.count(".") < 2]:
        raise KeyrackError(f"“{wrong[0]}” is too broad for a suffix")
    if wrong := [kind for kind in card.auth if kind not in get_args(AuthKind)]:
        kinds = ", ".join(get_args(AuthKind))
        raise KeyrackError(f"“{wrong[0]}” is not a kind of authentication; use one of {kinds}")
    if card.confidence not in ("", "H", "M", "L"):
        raise KeyrackError("“confidence” must be H, M or L")
    if card.verified and not _MONTH.fullmatch(card.verified):
        raise KeyrackError("“verified” must be a month like 2026-11")
    if card.takes_token and not (card.fields and card.headers):
        raise KeyrackError("a card whose “auth” has “token” needs “fields” and “headers”")
    _examine_templates(card)
    for url in (card.page, *(region.page for region in card.regions)):
        _examine_url(url)
    for call in (card.check, card.revoke):
        if call is not None:
            _examine_url(call.url)
            if not re.fullmatch(r"[A-Z]+", call.method):
                raise KeyrackError("a method must be in capitals, like GET")


def _examine_templates(card: Card) -> None:
    known = {field.key for field in card.fields}
    if len(known) != len(card.fields):
        raise KeyrackError("two of “fields” have the same key")
    if strangers := names_in(card.basic) - known:
        raise KeyrackError(f"“basic” uses {{{min(strangers)}}}, which is not a field")
    if card.basic:
        known.add("basic")
    known.add("token")  # one secret for a whole credential: what standard input gives
    headers = [card.headers, *(variant.headers for variant in card.variants)]
    headers += [call.headers for call in (card.check, card.revoke) if call is not None]
    for name, template in (item for table in headers for item in table.items()):
        if not _HEADER.fullmatch(name):
            raise KeyrackError(f"“{name}” is not the name of a header")
        if strangers := names_in(template) - known:
            raise KeyrackError(f"the header {name} uses {{{min(strangers)}}}, which is not a field")
    if card.revoke is not None and (strangers := names_within(card.revoke.json) - known):
        raise KeyrackError(f"“revoke.json” uses {{{min(strangers)}}}, which is not a field")


def _examine_url(url: str) -> None:
    if not url:
        return
    if names_in(url) - {"site"}:
        raise KeyrackError("a URL can use {site} and nothing else")
    try:
        parsed = parse_url(url.replace("{site}", "site.example"))
    except BadUrl as error:
        raise KeyrackError(f"“{url}” is not a URL: {error}") from None
    if not parsed.startswith("https://") and not is_loopback(parsed):
        raise KeyrackError(f"“{url}” must be https")
