"""Server URLs: which are allowed, when two are equal, and which ones a server may refer to.

Nothing here resolves names. `net` checks the addresses that a name resolves to.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from keyrack.domain.errors import BadUrl

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address
    from urllib.parse import SplitResult

DEFAULT_PORTS = {"http": 80, "https": 443}
# A URL that is its own canonical form. Most are, and this check takes a twentieth of the time.
PLAIN = re.compile(r"https?://(?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*(?:/[A-Za-z0-9._~/-]*)?")
# Never in a URL unless percent-encoded (RFC 3986, section 2).
NEVER_WRITTEN = frozenset(' \\"<>^`{|}')
# Python's IDNA 2003 makes ss of ß; Node, browsers and other programs get another host (UTS 46, section 7).
AMBIGUOUS = frozenset("ß\u1e9e\u03c2\u200c\u200d")
# The characters of a host name. No %: browsers decode it, and so get an address where we see a name.
NAME = r"[a-z0-9._-]+"
# An issuer without a path.
ROOT = r"(https?://[^/?#]+)/?"
# 2130706433, 0x7f.1: some programs read these as an address, others as a name.
NUMBER = r"(?:[0-9]+|0x[0-9a-f]*)"
# IPv6 prefixes of 96 bits that are followed by an IPv4 address: IPv4-compatible
# (RFC 4291), translated (RFC 2765), NAT64 (RFC 6052).
CARRIERS = (0, 0xFFFF_0000, 0x64_FF9B << 64)
NAT64_INSIDE = 0x64_FF9B_0001  # the first 48 bits of 64:ff9b:1::/48 (RFC 8215), never a public address


def parse_url(text: str) -> str:
    """A server's URL in the form that requests use.

    Scheme and host in lower case, default port dropped, path and query kept.
    Raises BadUrl for anything that is not plain http(s).
    """
    if PLAIN.fullmatch(text):
        return text
    parts = _split(text)
    if parts.fragment or "#" in text:
        raise BadUrl("The address has a fragment (#…), which a server never sees.", hint="Cut it off.")
    return parts._replace(netloc=_netloc(parts)).geturl()


@lru_cache(4096)  # called several times for each server whenever the list is built
def canonical_url(url: str) -> str:
    """The canonical form: two URLs with the same identity share one credential.

    RFC 8707 and the MCP specification leave a trailing slash to the server;
    keyrack treats `/mcp` and `/mcp/` as one server.
    """
    return parse_url(url).rstrip("/") if "?" not in url else parse_url(url)


def inert(url: str) -> str:
    """The form to show and to open in a browser: ASCII, without quotes, $ and brackets.

    No letter in it looks like another one, and it is safe to paste into a shell. Raises BadUrl.
    """
    from urllib.parse import quote

    return quote(parse_url(url), safe="%/:?&=+,;@[]~#")


def origin(url: str) -> str:
    """scheme://host[:port], for comparing and for showing."""
    parts = _split(url)
    return f"{parts.scheme}://{_netloc(parts)}"


def host(url: str) -> str:
    """The host in lower case, without brackets."""
    return (_split(url).hostname or "").rstrip(".")


def is_address(text: str) -> bool:
    """Is this argument a URL rather than a name?"""
    return "://" in text


def is_loopback(url: str) -> bool:
    """Is this http on this machine, which is as safe as https (RFC 8252, section 7.3)?"""
    name = host(url)
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = ip_of(name)
    return address is not None and address.is_loopback


def covers(resource: str, server_url: str) -> bool:
    """May a protected-resource document with this `resource` speak for the server?

    Same origin, no fragment (RFC 8707, section 2), and its path is a prefix of the server's on a
    segment boundary.
    """
    try:
        if origin(resource) != origin(server_url) or "#" in resource:
            return False
        mine, theirs = _split(server_url).path.rstrip("/"), _split(resource).path.rstrip("/")
    except BadUrl:
        return False
    return mine == theirs or mine.startswith(theirs + "/") or not theirs


def same_issuer(one: str, other: str) -> bool:
    """Do two strings name one issuer?

    They are compared as strings (RFC 8414, section 3.3), except for the final slash of one without a
    path: `https://h` and `https://h/` are equivalent (RFC 3986, section 6.2.3).
    """
    if one == other:
        return True
    mine, theirs = re.fullmatch(ROOT, one), re.fullmatch(ROOT, other)
    return mine is not None and theirs is not None and mine[1] == theirs[1]


def redirect_target(url: str, location: str) -> str | None:
    """The target of a Location header at `url`, without its fragment (RFC 9110, section 10.2.2).

    None if it is not a web URL.
    """
    from urllib.parse import urldefrag, urljoin

    try:
        return parse_url(urldefrag(urljoin(url, location)).url)
    except (BadUrl, ValueError):
        return None


def refusal_of(url: str, *, server_url: str) -> str | None:
    """Why keyrack won't contact this URL from a server, as the end of a sentence; None if it may.

    Allowed are https, and http on loopback. A private address is only allowed if
    the user's own server is on one too, and loopback only if the server is.
    Redirects follow the same rule.
    """
    try:
        parts = _split(url)
    except BadUrl as error:
        sentence = str(error)
        return sentence[0].lower() + sentence[1:].rstrip(".")
    if "#" in url:
        return "it has a fragment"
    if parts.scheme == "http" and not is_loopback(url):
        return "it is plain http on another machine"
    return refusal_of_host(parts.hostname or "", server_url=server_url)


def refusal_of_host(name: str, *, server_url: str) -> str | None:
    """The same for a host name or a resolved address."""
    name = name.rstrip(".")
    address = ip_of(name)
    local_name = name == "localhost" or name.endswith(".localhost")
    # A zone (fe80::1%eth0) selects a network interface of this machine, which a server must not do.
    if not local_name and (address is None or (_is_public(address) and "%" not in name)):
        return None
    if not _is_private_server(server_url):
        return f"{name} is an address inside a private network, and the server is not"
    here = local_name or (address is not None and address.is_loopback)
    if here == is_loopback(server_url):
        return None
    if here:
        return f"{name} is this machine, and the server is another"
    return f"{name} is an address inside a private network, and the server is on this machine"


def ip_of(name: str) -> IPv4Address | IPv6Address | None:
    """The IP address if the host is a literal one, with IPv4-mapped forms unwrapped; None for a name."""
    if not name or not (name[-1].isdigit() or ":" in name):
        return None
    from ipaddress import ip_address  # late: few hosts are addresses

    try:
        address = ip_address(name.split("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if address.version == 6 else address


def _is_private_server(server_url: str) -> bool:
    name = host(server_url)
    address = ip_of(name)
    if address is not None:
        return not _is_public(address)
    return is_loopback(server_url) or "." not in name


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    """Is this a public address? An IPv4 address embedded in an IPv6 address counts too."""
    if not address.is_global or address.is_multicast:
        return False
    if address.version == 4:
        return True
    from ipaddress import IPv4Address

    number = int(address)
    if address.is_site_local or number >> 80 == NAT64_INSIDE:
        return False
    carried = IPv4Address(number & 0xFFFF_FFFF) if number >> 32 in CARRIERS else address.sixtofour
    return carried is None or _is_public(carried)


def _netloc(parts: SplitResult) -> str:
    name = parts.hostname or ""
    if ":" in name:
        name = f"[{name}]"
    port = parts.port
    return name if port is None or port == DEFAULT_PORTS[parts.scheme] else f"{name}:{port}"


def _split(text: str) -> SplitResult:
    if not text.strip():
        raise BadUrl("The address is empty.")
    from urllib.parse import urlsplit  # 2 ms, and a list of plain addresses needs none

    # Not printable: control characters, and characters that are invisible or change the text direction.
    if not text.isprintable() or not NEVER_WRITTEN.isdisjoint(text):
        raise BadUrl("The address holds spaces, quotes or control characters.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadUrl("This is not a valid URL.") from None
    if parts.scheme not in DEFAULT_PORTS:
        what = f"“{parts.scheme}:”" if parts.scheme and parts.scheme.isalnum() else "no scheme"
        raise BadUrl(f"The address has {what}; only https:// and http:// are MCP servers.")
    if not parts.hostname:
        raise BadUrl("The address names no host.")
    if parts.username is not None or parts.password is not None:
        raise BadUrl(
            "The address has a user name or password in it; keyrack never sends those.",
            hint="Take it out of the URL and store it with: keyrack set NAME",
        )
    if port == 0:
        raise BadUrl("The address names port 0.")
    if not parts.hostname.isascii():
        if not AMBIGUOUS.isdisjoint(parts.hostname):
            raise BadUrl(
                "The host's name has a letter that programs read differently.",
                hint="Write the name in its ASCII form, which begins with xn--.",
            )
        try:
            ascii_host = parts.hostname.encode("idna").decode().lower()
        except UnicodeError:
            raise BadUrl("The host's name is not a valid one.") from None
        parts = parts._replace(netloc=ascii_host + (f":{port}" if port else ""))
    _check_host((parts.hostname or "").rstrip("."))
    return parts


def _check_host(name: str) -> None:
    """Check the host after IDNA, which can turn other characters into digits and dots. Raises BadUrl."""
    if ip_of(name) is not None:
        return
    if re.fullmatch(NUMBER, name.rpartition(".")[2]):
        raise BadUrl("The host is an address that is not written as one.")
    if not re.fullmatch(NAME, name):
        raise BadUrl("The host's name is not a valid one.")
