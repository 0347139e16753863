"""Which setting in the server's own table may help with an issuer's refusal."""

from __future__ import annotations

import re

# RFC 8707, section 2. Entra only says so in its description.
RESOURCE = re.compile(
    r"AADSTS(?:9010010|901002)\b|\bresource (?:request )?(?:parameter|indicator)", re.IGNORECASE
)
REDIRECT = re.compile(r"\bredirect[_ ]?ur[il]", re.IGNORECASE)


def setting_for(error: str, description: str) -> str:
    """`resource`, `callback` (any part of the redirect URI), or "" if none is known to help."""
    if error == "invalid_target" or RESOURCE.search(description):
        return "resource"
    if error == "redirect_uri_mismatch" or REDIRECT.search(description):
        return "callback"
    return ""
