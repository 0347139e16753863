"""The requests that a service's file describes, and where its token may go. Nothing is sent here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from keyrack.domain.errors import BadUrl, KeyrackError
from keyrack.domain.resource import host, is_loopback
from keyrack.domain.secret import Secret
from keyrack.domain.service import Call, Check, Revoke, Service, host_matches
from keyrack.domain.service.headers import fill_headers, headers_for
from keyrack.domain.service.template import fill, names_in

_SITE = re.compile(r"[a-z0-9][a-z0-9.-]*(:\d+)?")


def check_call(service: Service, fields: Mapping[str, Secret]) -> Call | None:
    """The request for the service's own check of the token.

    None if there is none, if its site was left empty, or if it refuses good tokens of this kind.

    Raises KeyrackError if a field is missing or the site is not one of the service's.
    """
    check = service.check
    url = _url_of(service, check, fields)
    if check is None or url is None:
        return None
    token = fields.get(service.main_field)
    if token is not None and token.reveal().startswith(check.not_for):
        return None
    headers = fill_headers(service, check.headers, fields) if check.headers else headers_for(service, fields)
    return Call(check.method, url, headers, check.json)


def revoke_call(service: Service, fields: Mapping[str, Secret]) -> Call | None:
    """The request that revokes the token; None if the service has no API for it."""
    revoke = service.revoke
    url = _url_of(service, revoke, fields)
    if revoke is None or url is None:
        return None
    headers = fill_headers(service, revoke.headers, fields)
    return Call(revoke.method, url, headers, _fill_json(revoke.json, fields))


def may_send(service: Service, url: str) -> bool:
    """May the token go to this URL? https, on a host that the service's file names (a redirect's too)."""
    try:
        name = host(url)
        if not url.lower().startswith("https://") and not is_loopback(url):
            return False
    except BadUrl:
        return False
    named = list(service.hosts)
    for call in (service.check, service.revoke):
        if call is not None and "{site}" not in call.url:
            named.append(host(call.url))
    return any(host_matches(name, pattern) for pattern in named)


def _url_of(service: Service, call: Check | Revoke | None, fields: Mapping[str, Secret]) -> str | None:
    if call is None or "{site}" not in call.url:
        return call.url if call else None
    typed = fields.get("site")
    if not typed:
        return None
    site = typed.reveal().strip().lower().removeprefix("https://").split("/")[0]
    url = call.url.replace("{site}", site)
    if not _SITE.fullmatch(site) or not may_send(service, url):
        endings = " or ".join(pattern for pattern in service.hosts if pattern.startswith("."))
        hint = f"One ends in {endings}." if endings else ""
        raise KeyrackError(f"That is not a site of {service.name}.", hint=hint)
    return url


def _fill_json(value: Any, fields: Mapping[str, Secret]) -> Any:
    """The JSON with the fields filled in. Every string that contains one becomes a Secret."""
    if isinstance(value, dict):
        return {key: _fill_json(item, fields) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill_json(item, fields) for item in value]
    if isinstance(value, str) and names_in(value):
        return Secret(fill(value, {key: secret.reveal() for key, secret in fields.items()}))
    return value
