"""What an issuer's refusal is about: the setting of the server's own table that may help."""

from __future__ import annotations

import re

# RFC 8707, section 2; and Entra, which says so in its description alone.
RESOURCE = re.compile(
    r"AADSTS(?:9010010|901002)\b|\bresource (?:request )?(?:parameter|indicator)", re.IGNORECASE
)
REDIRECT = re.compile(r"\bredirect[_ ]?ur[il]", re.IGNORECASE)


def setting_for(error: str, description: str) -> str:
    """`resource`, `callback` (any part of the redirect URI), or "" where none is known to help."""
    if error == "invalid_target" or RESOURCE.search(description):
        return "resource"
    if error == "redirect_uri_mismatch" or REDIRECT.search(description):
        return "callback"
    return ""
