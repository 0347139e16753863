"""What a JWT says of itself (RFC 7519). Nothing is verified, so its claims are hints and no more.

PyJWT, which signs keyrack's own assertions, takes 90 ms to import, and here one part is decoded.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from keyrack.oauth.document import BadDocument, number, read_object

MILLISECONDS = 1e11  # a larger NumericDate would be after the year 5138, so it is in milliseconds
LONGEST_LIFE = 10 * 365 * 86400.0  # seconds; longer lifetimes are ignored


def claims_of(token: str) -> Mapping[str, Any]:
    """The claims of a signed or unsigned JWT; empty for anything else, including encrypted ones."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        return read_object(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, BadDocument):
        return {}


def end_of(token: str, now: float) -> float | None:
    """When a token expires by its own `exp` (RFC 7519, section 4.1.4), in Unix seconds.

    None if it has no `exp`, or one that is impossible for a token that was just issued.
    """
    end = number(claims_of(token), "exp")
    if end is not None and end > MILLISECONDS:
        end /= 1000
    return end if end is not None and now < end <= now + LONGEST_LIFE else None
