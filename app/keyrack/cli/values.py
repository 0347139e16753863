"""What the options' values mean. Each raises ValueError with a sentence that repeats no value."""

from __future__ import annotations

import math

_UNITS = {"h": 3600.0, "d": 86400.0, "w": 7 * 86400.0, "y": 365 * 86400.0}


def seconds(text: str) -> float:
    """A number of seconds, zero or more."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not (value >= 0 and math.isfinite(value)):
        raise ValueError("this must be a number of seconds.")
    return value


def port(text: str) -> int:
    """A TCP port that can be listened on."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65535):
        raise ValueError("a port is a number from 1 to 65535.")
    return int(text)


def scopes(text: str) -> tuple[str, ...]:
    """Scopes separated by spaces (RFC 6749, section 3.3)."""
    words = tuple(text.split())
    if not words or any(not (0x21 <= ord(c) <= 0x7E) or c in '"\\' for word in words for c in word):
        raise ValueError("scopes are words of plain ASCII, separated by spaces.")
    return words


def header_name(text: str) -> str:
    """An HTTP header's name (RFC 9110, section 5.6.2)."""
    if not text or not all(c.isascii() and (c.isalnum() or c in "!#$%&'*+-.^_`|~") for c in text):
        raise ValueError("that is not the name of an HTTP header.")
    return text


def template(text: str) -> str:
    """A header's value with {token} where the token goes."""
    if text.count("{token}") != 1 or not (text.isascii() and text.isprintable()):
        raise ValueError("this must have {token} in it, once, and be plain ASCII.")
    return text


def expiry(text: str, now: float) -> float:
    """When a token ends, in Unix seconds: "90d" from now (h, d, w, y), or a date in UTC."""
    number, unit = text[:-1], text[-1:]
    if unit in _UNITS and number.isascii() and number.isdigit() and len(number) <= 5:
        moment = now + int(number) * _UNITS[unit]
    else:
        from datetime import UTC, datetime

        try:
            date = datetime.fromisoformat(text)
            moment = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            raise ValueError("this must be a date (2026-12-31) or a span (90d, 12h, 8w, 1y).") from None
    if moment <= now:
        raise ValueError("that is already past.")
    return moment
