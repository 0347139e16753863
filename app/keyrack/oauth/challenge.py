"""`WWW-Authenticate` (RFC 9110, section 11.6.1; RFC 6750, section 3; RFC 9728, section 5.1).

httpx and the OAuth libraries leave it to their callers, and the parsers that there are take what the RFC
says. Servers quote in ways of their own, and a login must not fail on that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from keyrack.domain.named_tuple import NamedTuple

MAX_LENGTH = 16_384  # characters of all header lines together; more is not a challenge

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
# The value quoted as the RFC says, in single quotes, or bare: also with the `:` and `/` of an address,
# which a token has not. Some servers forget the comma behind it, or write a semicolon.
_PARAM = re.compile(
    rf"""\s*({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s,"'=][^\s,"]*))(?=[\s,;]|$)""", re.DOTALL
)
_SCHEME = re.compile(rf"\s*({_TOKEN})(?=\s|,|$)")
_TOKEN68 = re.compile(r"\s*([A-Za-z0-9._~+/-]+=*)\s*(?=,|$)")
_GARBAGE = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^,"])*', re.DOTALL)


class Challenge(NamedTuple):
    """One challenge; parameter names in lower case, values printable."""

    scheme: str
    params: Mapping[str, str]
    resource_metadata: tuple[str, ...] = ()  # all that are named (RFC 9728, section 5.1)


def parse_challenges(lines: Iterable[str]) -> tuple[Challenge, ...]:
    """Every challenge in every header line. What can't be parsed is skipped."""
    found: list[Challenge] = []
    budget = MAX_LENGTH
    for line in lines:
        budget -= len(line)
        if budget < 0:
            break
        found += _parse_line(line)
    return tuple(found)


def bearer(challenges: Iterable[Challenge]) -> Challenge | None:
    """The Bearer challenge; if there are several, preferably one with `resource_metadata`.

    It gets the `resource_metadata` of all challenges: other schemes can name it too.
    """
    found = list(challenges)
    mine = [each for each in found if each.scheme.lower() == "bearer"]
    if not mine:
        return None
    chosen = next((each for each in mine if each.resource_metadata), mine[0])
    others = [each for each in found if each not in mine]
    named = dict.fromkeys(url for each in (*mine, *others) for url in each.resource_metadata)
    return chosen._replace(resource_metadata=tuple(named))


def _parse_line(line: str) -> list[Challenge]:
    found: list[Challenge] = []
    params: dict[str, str] = {}
    at, begins = 0, True  # a scheme is at the start or after a comma
    while at < len(line):
        if line[at] in ",; \t\r\n":
            begins = begins or line[at] == ","
            at += 1
            continue
        param = _PARAM.match(line, at)
        if param and found:
            name, value = param.group(1).lower(), _value(param)
            if (
                value.isprintable()
            ):  # HTTP allows no control characters there, and a terminal would act on them
                params.setdefault(name, value)  # the first of repeated parameters counts
                if name == "resource_metadata" and value:
                    named = (*found[-1].resource_metadata, value)
                    found[-1] = found[-1]._replace(resource_metadata=named)
            at, begins = param.end(), False
            continue
        scheme = _SCHEME.match(line, at) if begins else None
        if not scheme:  # not valid: continue after the next comma outside quotes
            rest = _GARBAGE.match(line, at)
            at = rest.end() if rest else at
            if line[at : at + 1] == '"':
                break  # an unclosed quote: it contains the rest
            continue
        params = {}
        found.append(Challenge(scheme.group(1), params))
        at, begins = scheme.end(), False
        if not _PARAM.match(line, at):
            token68 = _TOKEN68.match(line, at)
            if token68 and line[at : at + 1].isspace():
                at = token68.end()
    return found


def _value(param: re.Match[str]) -> str:
    quoted, single, bare = param.group(2, 3, 4)
    if quoted is not None:
        return re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
    return single if single is not None else bare.rstrip(";")
