"""Finds the vendor of an authorization server in `vendors.toml`, by the issuer's host."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from keyrack.domain.errors import BadUrl
from keyrack.domain.resource import host
from keyrack.domain.service import host_matches
from keyrack.domain.vendor import UNKNOWN, Vendor

DATA = os.path.join(os.path.dirname(__file__), "vendors.toml")


def vendor_of(issuer: str) -> Vendor:
    """The vendor of an issuer's URL; UNKNOWN for other hosts, and for a URL without https."""
    if not issuer.startswith("https://"):
        return UNKNOWN
    try:
        name = host(issuer)
    except BadUrl:
        return UNKNOWN
    found = (vendor for patterns, vendor in _vendors() if any(_matches(name, each) for each in patterns))
    return next(found, UNKNOWN)


@cache
def _vendors() -> tuple[tuple[tuple[str, ...], Vendor], ...]:
    import tomllib

    with open(DATA, "rb") as file:
        tables = tomllib.load(file).values()
    return tuple((tuple(table.pop("hosts")), _vendor(table)) for table in tables)


def _vendor(table: dict[str, Any]) -> Vendor:
    plain = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    return UNKNOWN._replace(**{**plain, "authorize": tuple(table.get("authorize", {}).items())})


def _matches(name: str, pattern: str) -> bool:
    """As for a service's host; in addition, `*` matches any one label."""
    before, star, after = pattern.partition("*")
    if not star:
        return host_matches(name, pattern)
    label = name.removeprefix(before).removesuffix(after)
    return name == before + label + after and bool(label) and "." not in label
