"""The headers that a configuration sends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from keyrack.clients.gather import Gather, kind, name_of
from keyrack.clients.interpolate import fill
from keyrack.clients.paths import Env
from keyrack.domain.model import Header
from keyrack.domain.secret import Secret

# RFC 9110: a header's name is a token (5.6.2).
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# Any other header may hold a key, so its text is masked.
PUBLIC = frozenset({"accept", "accept-language", "content-type", "user-agent",
                    "x-mcp-readonly", "x-mcp-toolsets"})


def headers_of(table: Mapping[str, Any], gather: Gather, entry: str) -> tuple[Header, ...]:
    """Every header that can be sent; one that can't is said and left out."""
    found = [header_of(name, value, gather, entry) for name, value in table.items()]
    return tuple([header for header in found if header is not None])


def header_of(name: str, value: Any, gather: Gather, entry: str, *, env: Env | None = None,
              style: str | None = None) -> Header | None:
    """One header, in the file's environment and style unless others are given."""
    if not NAME.fullmatch(name):
        gather.problem(f"“{name_of(name)}” is not a header's name.", entry=entry)
        return None
    if not isinstance(value, str):
        gather.problem(f"The header {name_of(name)} should be text, and is {kind(value)}.", entry=entry)
        return None
    filled = fill(value, gather.style if style is None else style, gather.env if env is None else env,
                  public=name.lower() in PUBLIC)
    if filled.variables and not gather.trusted:
        # A cloned repository could send any variable of the user's anywhere.
        return Header(name, filled.reference, Secret(""), filled.variables, filled.literal, filled.asked,
                      withheld=True)
    text = filled.value.reveal().strip()
    if not (text.isascii() and text.isprintable()):
        gather.problem(f"The header {name_of(name)} holds characters that can't be sent.", entry=entry)
        return None
    return Header(name, filled.reference, Secret(text), filled.variables, filled.literal, filled.asked)
