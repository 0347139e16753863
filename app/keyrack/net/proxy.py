"""Chooses the proxy for a request, from the environment or else from the operating system."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from keyrack.domain import resource

DEFAULT_PORTS = {"http": 80, "https": 443}
_ENTRY = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>[0-9]{1,5}))?")


def proxy_for(url: str) -> str | None:
    """The proxy for a URL: HTTPS_PROXY or HTTP_PROXY by its scheme, else ALL_PROXY.

    None if NO_PROXY names its host, and for this machine itself: loopback at a proxy is
    another machine. Variables in lower case take precedence, as in curl.
    """
    if resource.is_loopback(url):
        return None
    from urllib.request import getproxies, getproxies_environment, proxy_bypass

    proxies = getproxies_environment()
    if proxies:
        exempt = is_exempt(url, proxies.get("no", ""))
    else:  # macOS and Windows have their own settings and exceptions
        proxies = getproxies()
        exempt = bool(proxies) and bool(proxy_bypass(urlsplit(url).netloc))
    found = proxies.get(urlsplit(url).scheme) or proxies.get("all")
    if not found or exempt:
        return None
    return found if "://" in found else f"http://{found}"


def is_exempt(url: str, no_proxy: str) -> bool:
    """Does NO_PROXY name this URL's host?

    Its entries are separated by commas or spaces: `*` for every host; a name, with or without a
    leading dot, for itself and its subdomains; a pattern such as `*.corp.example` for subdomains
    only; an address; a network (`10.0.0.0/8`, `fd00::/8`), for which names are not resolved. An
    entry can end in a colon and the only port that it is for.
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
    from ipaddress import ip_network  # late: few settings contain a network

    address = resource.ip_of(host)
    try:
        return address is not None and address in ip_network(network, strict=False)
    except ValueError:
        return False
