"""What is typed into the token form, understood. Pure."""

from __future__ import annotations

import re

from keyrack.domain.errors import UsageError
from keyrack.domain.timetext import parse_expiry

DEFAULT_HEADER = "Authorization: Bearer {token}"
PLACE = "{token}"

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # a field name's characters, RFC 9110 section 5.1


def header_text(header: str, template: str) -> str:
    """The header as it is typed: "X-Api-Key: {token}"."""
    return f"{header}: {template}"


def parse_header(text: str) -> tuple[str, str]:
    """(name, template) of "Name: template". Raises UsageError with a sentence."""
    name, colon, template = (part.strip() for part in text.partition(":"))
    if not colon or not _NAME.fullmatch(name):
        raise UsageError("The header needs a name and a colon.", hint=f"For example: {DEFAULT_HEADER}")
    if template.count(PLACE) != 1:
        raise UsageError(
            f"The header must hold {PLACE} once, where the token goes.", hint=f"For example: {DEFAULT_HEADER}"
        )
    if not template.isprintable() or not template.isascii():
        raise UsageError("The header may hold only plain printable characters.")
    return name, template


def typed_expiry(text: str, now: float) -> float | None:
    """Unix seconds of "2027-01-31" or "90d"; None for nothing or "never". Raises UsageError otherwise."""
    words = "".join(text.split())
    if words.lower() in ("", "never", "none"):
        return None
    try:
        return parse_expiry(words, now)
    except ValueError as error:
        raise UsageError(f"The expiry: {error}", hint="Or leave it empty.") from None
