"""The redirect URI of a login, always on this machine (RFC 8252, section 7.3)."""

from __future__ import annotations

import re

from keyrack.domain.errors import BadUrl
from keyrack.domain.named_tuple import NamedTuple

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
# RFC 3986, section 3.3. No query: that is for the response's parameters.
PATH = r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*"
UP = r"(?i:/(?:\.|%2e){1,2}(?:/|$))"  # browsers remove such a segment


class Redirect(NamedTuple):
    """The parts of a redirect URI."""

    host: str  # one of LOOPBACK
    port: int | None  # None if it has none: the issuer accepts any (RFC 8252, section 7.3)
    path: str


def parse_redirect(text: str) -> Redirect:
    """The parts of a redirect URI that keyrack can listen on. Raises BadUrl."""
    from urllib.parse import urlsplit  # imported late: `keyrack list` rarely needs it

    if not text.isprintable() or " " in text:
        raise BadUrl("The redirect URI contains spaces or control characters.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadUrl("The redirect URI is not a valid URL.") from None
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    if parts.scheme != "http" or host not in LOOPBACK or "@" in parts.netloc:
        raise BadUrl(
            "The redirect URI does not lead to this machine.",
            hint="It must use http on 127.0.0.1 or localhost, for example http://127.0.0.1:8085/callback.",
        )
    if port == 0:
        raise BadUrl("The redirect URI has port 0. Ports range from 1 to 65535.")
    path = parts.path or "/"
    refusal = refusal_of_path(path + text.partition("?")[1] + text.partition("#")[1])
    if refusal:
        raise BadUrl(f"The redirect URI's path {refusal}.")
    return Redirect(host, port, path)


def refusal_of_path(path: str) -> str | None:
    """Why this can't be the path of a redirect URI, as the end of a sentence; None if it can."""
    if not path.startswith("/"):
        return "must start with a slash"
    if "?" in path or "#" in path:
        return "can't contain a query or a fragment"
    if re.search(UP, path):
        return "can't contain “.” or “..”"
    if not re.fullmatch(PATH, path) or path.startswith("//"):
        return "is not a valid URL path"
    return None
