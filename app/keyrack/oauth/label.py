"""Who an account belongs to, if the token response says so: only a label to show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from keyrack.domain.text import plain
from keyrack.oauth.document import text
from keyrack.oauth.jwt import claims_of

LONGEST = 80  # characters
# OpenID Connect's claims, best first, then fields that vendors add to the token response.
_NAMES = ("email", "preferred_username", "username", "login", "name", "workspace_name", "team_name")
_INNER = ("user", "account", "authed_user", "owner", "team", "workspace")


def label_of(document: Mapping[str, Any]) -> str:
    """An email address or a name; "" if there is none.

    The ID token came directly from the token endpoint, so its signature need not be checked (OpenID
    Connect Core, section 3.1.3.7), and it is only used for a label.
    """
    for place in _places(document):
        for name in _NAMES:
            found = plain((text(place, name) or "").strip(), LONGEST)
            if found:
                return found
    return ""


def _places(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    id_token = document.get("id_token")
    if isinstance(id_token, str):
        yield claims_of(id_token)
    yield document
    for key in _INNER:
        inner = document.get(key)
        if isinstance(inner, dict):
            yield inner
