"""Encodes a Request for sending. Secrets are revealed to be sent only here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from keyrack.domain import resource
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret
from keyrack.oauth.http import Failed, Request
from keyrack.version import __version__

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")  # RFC 9110, section 5.5


class Outgoing(NamedTuple):
    headers: list[tuple[bytes, bytes]]
    content: bytes


def prepare(request: Request) -> Outgoing | Failed:
    """Headers and body as bytes, or Failed. Its sentence quotes no value."""
    if TOKEN.fullmatch(request.method) is None:
        return Failed("The request's method is not an HTTP method.", refused=True)
    if _carries_secret(request) and not _is_private_way(request.url):
        return Failed(
            f"keyrack does not send a credential to {resource.host(request.url)}, because its address is "
            "plain http: anyone on the network could read it.",
            refused=True,
        )
    headers = {
        "host": resource.origin(request.url).split("://", 1)[1],
        "user-agent": f"keyrack/{__version__}",
        "accept": "application/json",
        "accept-encoding": "identity",
    }
    content = request.content or b""
    if request.form is not None:
        headers["content-type"] = "application/x-www-form-urlencoded"
        try:
            content = _form(request.form.items())
        except UnicodeError:  # a lone surrogate
            return Failed("A form field contains characters that can't be sent.", refused=True)
    elif request.json is not None:
        import json

        headers["content-type"] = "application/json"
        content = json.dumps(request.json, default=_plain).encode()
    if content or request.method in ("POST", "PUT", "PATCH"):
        headers["content-length"] = str(len(content))
    spelled: dict[str, str] = {}  # with their case: some servers only know one spelling
    for name, value in request.headers.items():
        plain = _plain(value)
        if TOKEN.fullmatch(name) is None:
            return Failed("A header's name contains characters that HTTP does not allow.", refused=True)
        if VALUE.fullmatch(plain) is None:
            return Failed(
                f"The value of the {name} header contains characters that HTTP does not allow.", refused=True
            )
        headers[name.lower()] = plain.strip(" \t")
        spelled[name.lower()] = name
    lines = [
        (spelled.get(name, name).encode("ascii"), value.encode("latin-1")) for name, value in headers.items()
    ]
    return Outgoing(lines, content)


def _carries_secret(request: Request) -> bool:
    values = [*request.headers.values(), *(request.form or {}).values(), *_leaves(request.json)]
    return any(isinstance(value, Secret) for value in values) or any(
        name.lower() in ("authorization", "cookie") for name in request.headers
    )


def _leaves(value: Any) -> Iterator[Any]:
    """The leaves of a JSON value, at any depth."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    else:
        yield value


def _is_private_way(url: str) -> bool:
    return url.lower().startswith("https:") or resource.is_loopback(url)


def _plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _form(fields: Iterable[tuple[str, str | Secret]]) -> bytes:
    from urllib.parse import urlencode

    return urlencode([(key, _plain(value)) for key, value in fields]).encode("ascii")
