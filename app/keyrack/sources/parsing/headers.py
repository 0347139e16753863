"""Reads the headers that a configuration entry sends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from keyrack.domain.headers import carries_credential
from keyrack.domain.kinds import kind
from keyrack.domain.model import Header
from keyrack.domain.secret import MASK, Secret
from keyrack.sources.parsing.collector import Collector, Fields, name_of
from keyrack.sources.parsing.interpolate import BRACES, fill
from keyrack.system.paths import Env

# RFC 9110: a header's name is a token (5.6.2).
NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
# Any other header may contain a key, so its text is masked.
PUBLIC = frozenset(
    {"accept", "accept-language", "content-type", "user-agent", "x-mcp-readonly", "x-mcp-toolsets"}
)
IN_DEFAULT = "It is the default of a variable there, which keyrack does not change."


def headers_of(table: Mapping[str, Any], collector: Collector, entry: str) -> tuple[Header, ...]:
    """Every header that can be sent; others are reported and left out."""
    if not table:
        return ()
    found = [header_of(name, value, collector, entry) for name, value in table.items()]
    return tuple([header for header in found if header is not None])


def bearer_of(fields: Fields, key: str) -> tuple[Header, ...]:
    """The header for a token in the variable that the entry names at `key`; none if it names none."""
    variable = fields.text(key)
    if not variable:
        return ()
    value = f"Bearer ${{{variable}}}"
    header = header_of("Authorization", value, fields.collector, fields.entry, style=BRACES)
    return (header,) if header is not None else ()


def header_of(
    name: str,
    value: Any,
    collector: Collector,
    entry: str,
    *,
    env: Env | None = None,
    style: str | None = None,
) -> Header | None:
    """One header. The environment and the style default to those of the file."""
    if not re.fullmatch(NAME, name):
        collector.problem(f"“{name_of(name)}” is not a valid header name.", entry=entry)
        return None
    if not isinstance(value, str):
        collector.problem(f"The {name_of(name)} header should be text, but is {kind(value)}.", entry=entry)
        return None
    filled = fill(
        value,
        collector.style if style is None else style,
        collector.env if env is None else env,
        public=name.lower() in PUBLIC,
    )
    default = f":-{MASK}" in filled.reference
    # Text next to a variable ("Token token=${X}") is not a secret, nor is a variable that this program
    # does not fill in. A variable's default may be one.
    plaintext = filled.plaintext and (default or not (filled.variables or filled.asked or "${" in value))
    not_movable_because = collector.not_movable_because or (IN_DEFAULT if default else "")
    header = Header(
        name,
        filled.reference,
        filled.value,
        filled.variables,
        plaintext,
        filled.asked,
        source=collector.source(entry),
        not_movable_because=not_movable_because if plaintext else "",
    )
    if filled.variables and not collector.trusted:
        # A cloned repository could send any of the user's variables anywhere.
        return header._replace(value=Secret(""), withheld=True)
    text = filled.value.reveal().strip()
    if not (text.isascii() and text.isprintable()):
        collector.problem(f"The {name_of(name)} header contains characters that can't be sent.", entry=entry)
        return None
    return header._replace(value=Secret(text))


def secrets_among(headers: Iterable[Header]) -> tuple[Header, ...]:
    """The headers whose credential is in the file in plain text."""
    return tuple([header for header in headers if header.plaintext and carries_credential(header.name)])
