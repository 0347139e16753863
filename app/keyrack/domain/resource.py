"""Server URLs: which are allowed, when two are the same, what an issuer may name.

Nothing here resolves a name; `net` checks the addresses that a name leads to.
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
# An address that is its own canonical form. Most are, and it takes a twentieth of the time to see it.
PLAIN = re.compile(r"https?://(?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*(?:/[A-Za-z0-9._~/-]*)?")
# What a host's name is made of. No %: a browser decodes it, and so finds an address where we see a name.
NAME = re.compile(r"[a-z0-9._-]+")
# An issuer without a path.
ROOT = re.compile(r"(https?://[^/?#]+)/?")
# 2130706433, 0x7f.1: what some programs read as an address, and others as a name.
NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")
# Forms of IPv6 that carry an IPv4 address in their last 32 bits, by the 96 bits before: IPv4-compatible
# (RFC 4291), translated (RFC 2765), NAT64 (RFC 6052).
CARRIERS = (0, 0xFFFF_0000, 0x64_FF9B << 64)
NAT64_INSIDE = 0x64_FF9B_0001  # the first 48 bits of 64:ff9b:1::/48 (RFC 8215), never a public address


def parse_url(text: str) -> str:
    """A server's address in the form that requests use.

    Scheme and host in lower case, default port dropped, path and query kept.
    Raises BadUrl with a sentence for anything that is not plain http(s).
    """
    if PLAIN.fullmatch(text):
        return text
    parts = _split(text)
    if parts.fragment or "#" in text:
        raise BadUrl("The address has a fragment (#…), which a server never sees.", hint="Cut it off.")
    return parts._replace(netloc=_netloc(parts)).geturl()


@lru_cache(4096)  # asked for several times of each server whenever the list is made
def canonical_url(url: str) -> str:
    """The canonical form: two URLs with the same identity share one credential.

    RFC 8707 and the MCP specification leave a trailing slash to the server; as
    both seed systems do, keyrack takes `/mcp` and `/mcp/` for one server.
    """
    return parse_url(url).rstrip("/") if "?" not in url else parse_url(url)


def inert(url: str) -> str:
    """The form that a person is shown, and a browser gets: ASCII, without quotes, $ and brackets.

    Raises BadUrl. No letter in it looks like another, and nothing of it is a shell's when it is pasted there.
    """
    from urllib.parse import quote

    return quote(parse_url(url), safe="%/:?&=+,;@[]~#")


def origin(url: str) -> str:
    """scheme://host[:port], for comparing and for showing."""
    parts = _split(url)
    return f"{parts.scheme}://{_netloc(parts)}"


def host(url: str) -> str:
    """The host alone, in lower case, without brackets."""
    return (_split(url).hostname or "").rstrip(".")


def is_address(text: str) -> bool:
    """Does a word typed by a person mean a URL rather than a name?"""
    return "://" in text


def is_loopback(url: str) -> bool:
    """http on this machine is as good as https (RFC 8252, section 7.3)."""
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

    They are compared as strings (RFC 8414, section 3.3), but for the final slash of one without a
    path: `https://h` and `https://h/` are one address (RFC 3986, section 6.2.3).
    """
    if one == other:
        return True
    mine, theirs = ROOT.fullmatch(one), ROOT.fullmatch(other)
    return mine is not None and theirs is not None and mine[1] == theirs[1]


def redirect_target(url: str, location: str) -> str | None:
    """The address that a Location header at `url` names (RFC 9110, section 10.2.2), without its fragment.

    None where that is no web address.
    """
    from urllib.parse import urldefrag, urljoin

    try:
        return parse_url(urldefrag(urljoin(url, location)).url)
    except (BadUrl, ValueError):
        return None


def refusal_of(url: str, *, server_url: str) -> str | None:
    """Why keyrack will not ask this URL, which a server named, as the end of a sentence; None if it may.

    https, or http on loopback; a private address only where the user's own
    server lies on one too, and loopback only where it does. Redirects are checked
    with the same rule.
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
    # A zone (fe80::1%eth0) picks one of this machine's networks, which is not a server's business.
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
    """The IP address that a host literally is, IPv4-mapped forms unwrapped; None for a name."""
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
    """Can the address belong to somebody on the internet? The IPv4 address within an IPv6 form counts too."""
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

    # Not printable: controls, and what turns the reading direction or is not seen.
    if any(c == " " or c in '\\"<>^`{|}' or not c.isprintable() for c in text):
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
        try:
            ascii_host = parts.hostname.encode("idna").decode().lower()
        except UnicodeError:
            raise BadUrl("The host's name is not a valid one.") from None
        parts = parts._replace(netloc=ascii_host + (f":{port}" if port else ""))
    _check_host((parts.hostname or "").rstrip("."))
    return parts


def _check_host(name: str) -> None:
    """After IDNA, which makes plain digits and dots of others. Raises BadUrl."""
    if ip_of(name) is not None:
        return
    if NUMBER.fullmatch(name.rpartition(".")[2]):
        raise BadUrl("The host is an address that is not written as one.")
    if not NAME.fullmatch(name):
        raise BadUrl("The host's name is not a valid one.")
