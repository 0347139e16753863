"""What is typed into the token form, understood. Pure."""

from __future__ import annotations

import re
import time

from keyrack.domain.errors import UsageError

DEFAULT_HEADER = "Authorization: Bearer {token}"
PLACE = "{token}"

_UNITS = {"h": 3600, "d": 86400, "w": 7 * 86400, "m": 30 * 86400, "y": 365 * 86400}
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


def parse_expiry(text: str, now: float) -> float | None:
    """Unix seconds of "2027-01-31" (the end of that day, here) or "90d"; None for nothing or "never".

    Raises UsageError for anything else and for what is over already.
    """
    word = text.strip().lower()
    if word in ("", "never", "none"):
        return None
    if match := re.fullmatch(r"([0-9]{1,5})\s*([hdwmy])", word):
        return now + int(match[1]) * _UNITS[match[2]]
    try:
        day = time.strptime(word, "%Y-%m-%d")
        end = time.mktime((day.tm_year, day.tm_mon, day.tm_mday + 1, 0, 0, 0, 0, 0, -1))
    except (ValueError, OverflowError):
        raise UsageError(
            "The expiry is no date.", hint="Type it as 2027-01-31 or 90d, or leave it empty."
        ) from None
    if end <= now:
        raise UsageError("That day is over; the token would be expired already.")
    return end
