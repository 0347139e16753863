"""`WWW-Authenticate` (RFC 9110, section 11.6.1; RFC 6750, section 3; RFC 9728, section 5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

MAX_LENGTH = 16_384  # characters of all header lines together; more is not a challenge

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAM = re.compile(rf'\s*({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|({_TOKEN}))\s*(?=,|$)', re.DOTALL)
_SCHEME = re.compile(rf"\s*({_TOKEN})(?=\s|,|$)")
_TOKEN68 = re.compile(r"\s*([A-Za-z0-9._~+/-]+=*)\s*(?=,|$)")
_GARBAGE = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^,"])*', re.DOTALL)


class Challenge(NamedTuple):
    """One challenge; parameter names in lower case, values printable."""

    scheme: str
    params: Mapping[str, str]


def parse_challenges(lines: Iterable[str]) -> tuple[Challenge, ...]:
    """Every challenge in every header line. What can't be read is skipped, never raised."""
    found: list[Challenge] = []
    budget = MAX_LENGTH
    for line in lines:
        budget -= len(line)
        if budget < 0:
            break
        found += _parse_line(line)
    return tuple(found)


def bearer(challenges: Iterable[Challenge]) -> Challenge | None:
    """The Bearer challenge; the one with `resource_metadata` first, if several."""
    mine = [c for c in challenges if c.scheme.lower() == "bearer"]
    return next((c for c in mine if "resource_metadata" in c.params), mine[0] if mine else None)


def _parse_line(line: str) -> list[Challenge]:
    found: list[Challenge] = []
    params: dict[str, str] = {}
    at = 0
    while at < len(line):
        if line[at] in ", \t\r\n":
            at += 1
            continue
        param = _PARAM.match(line, at)
        if param and found:
            quoted, plain = param.group(2), param.group(3)
            value = re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL) if quoted is not None else plain
            if value.isprintable():  # HTTP allows no controls there, and a terminal would act on them
                params.setdefault(param.group(1).lower(), value)  # a repeated parameter: the first counts
            at = param.end()
            continue
        scheme = _SCHEME.match(line, at)
        if not scheme:  # garbage: go on behind the next comma outside quotes
            rest = _GARBAGE.match(line, at)
            at = rest.end() if rest else at
            if line[at : at + 1] == '"':
                break  # a quote that never ends: the rest is its
            continue
        params = {}
        found.append(Challenge(scheme.group(1), params))
        at = scheme.end()
        if not _PARAM.match(line, at):
            token68 = _TOKEN68.match(line, at)
            if token68 and line[at : at + 1].isspace():
                at = token68.end()
    return found
