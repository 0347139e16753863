"""Checks of a service's file beyond its types: hosts too wide, templates that name unknown fields."""

from __future__ import annotations

import re
from typing import get_args

from keyrack.domain.errors import BadUrl, KeyrackError
from keyrack.domain.resource import is_loopback, parse_url
from keyrack.domain.service import AuthKind, Service
from keyrack.domain.service.template import names_in, names_within

_HOST = re.compile(r"\.?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])(-\d\d)?")


def examine(service: Service) -> None:
    """Raises KeyrackError with one sentence about the first mistake."""
    if not _ID.fullmatch(service.id):
        raise KeyrackError("“id” must be lower-case letters, digits and hyphens")
    if wrong := [host for host in service.hosts if not _HOST.fullmatch(host)]:
        raise KeyrackError(f"“{wrong[0]}” is not a host in lower case (or a “.suffix”)")
    # ".com" would let half of the internet get the token.
    if wrong := [host for host in service.hosts if host.startswith(".") and host.count(".") < 2]:
        raise KeyrackError(f"“{wrong[0]}” is too broad for a suffix")
    if wrong := [kind for kind in service.auth if kind not in get_args(AuthKind)]:
        kinds = ", ".join(get_args(AuthKind))
        raise KeyrackError(f"“{wrong[0]}” is not a kind of authentication; use one of {kinds}")
    if service.confidence not in ("", "H", "M", "L"):
        raise KeyrackError("“confidence” must be H, M or L")
    if service.verified and not _MONTH.fullmatch(service.verified):
        raise KeyrackError("“verified” must be a month like 2026-11")
    if service.takes_token and not (service.fields and service.headers):
        raise KeyrackError("a service whose “auth” has “token” needs “fields” and “headers”")
    _examine_templates(service)
    for url in (service.page, *(region.page for region in service.regions)):
        _examine_url(url)
    for call in (service.check, service.revoke):
        if call is not None:
            _examine_url(call.url)
            if not re.fullmatch(r"[A-Z]+", call.method):
                raise KeyrackError("a method must be in capitals, like GET")


def _examine_templates(service: Service) -> None:
    known = {field.key for field in service.fields}
    if len(known) != len(service.fields):
        raise KeyrackError("two of “fields” have the same key")
    if strangers := names_in(service.basic) - known:
        raise KeyrackError(f"“basic” uses {{{min(strangers)}}}, which is not a field")
    if service.basic:
        known.add("basic")
    known.add("token")  # a single secret, as read from standard input
    headers = [service.headers, *(variant.headers for variant in service.variants)]
    headers += [call.headers for call in (service.check, service.revoke) if call is not None]
    for name, template in (item for table in headers for item in table.items()):
        if not _HEADER.fullmatch(name):
            raise KeyrackError(f"“{name}” is not the name of a header")
        if strangers := names_in(template) - known:
            raise KeyrackError(f"the header {name} uses {{{min(strangers)}}}, which is not a field")
    if service.revoke is not None and (strangers := names_within(service.revoke.json) - known):
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
