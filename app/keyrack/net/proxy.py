"""Which proxy a request goes through: what the environment says, else the operating system."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from keyrack.domain import resource

DEFAULT_PORTS = {"http": 80, "https": 443}
_ENTRY = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>[0-9]{1,5}))?")


def proxy_for(url: str) -> str | None:
    """The proxy for a URL: HTTPS_PROXY or HTTP_PROXY by its scheme, else ALL_PROXY.

    None where NO_PROXY names its host, and for this machine itself: a proxy's loopback is
    another machine's. Names in lower case win, as they do with curl.
    """
    if resource.is_loopback(url):
        return None
    from urllib.request import getproxies, getproxies_environment, proxy_bypass

    proxies = getproxies_environment()
    if proxies:
        exempt = is_exempt(url, proxies.get("no", ""))
    else:  # macOS and Windows keep some of their own, with their own exceptions
        proxies = getproxies()
        exempt = bool(proxies) and bool(proxy_bypass(urlsplit(url).netloc))
    found = proxies.get(urlsplit(url).scheme) or proxies.get("all")
    if not found or exempt:
        return None
    return found if "://" in found else f"http://{found}"


def is_exempt(url: str, no_proxy: str) -> bool:
    """Does NO_PROXY name this URL's host?

    Its entries, separated by commas or spaces, are `*` for all; a name, with or without a dot
    before it, for itself and all below it; a pattern with `*` in it, as `*.corp.example` for all
    below; an address; a network (`10.0.0.0/8`, `fd00::/8`), which no name is looked up for. After a
    colon an entry may say a port, which it is for alone.
    """
    host = resource.host(url)
    parts = urlsplit(url)
    port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    return any(_names(entry, host, port) for entry in re.split(r"[\s,]+", no_proxy.lower()) if entry)


def _names(entry: str, host: str, port: int | None) -> bool:
    address = resource.ip_of(host)
    if address is not None and _lies_in(host, entry):
        return True
    found = _ENTRY.fullmatch(entry)
    if found is None or (found["port"] and int(found["port"]) != port):
        return False
    name = found["host"].strip("[]").rstrip(".")
    if address is not None and _lies_in(host, name):
        return True
    if "*" in name:
        pattern = ".*".join(re.escape(part) for part in name.split("*"))
        return re.fullmatch(pattern, host) is not None
    name = name.lstrip(".")
    return bool(name) and (host == name or (address is None and host.endswith(f".{name}")))


def _lies_in(host: str, network: str) -> bool:
    """Is the address `host` this address, or one of this network?"""
    from ipaddress import ip_network  # late: few settings name a network

    address = resource.ip_of(host)
    try:
        return address is not None and address in ip_network(network, strict=False)
    except ValueError:
        return False
