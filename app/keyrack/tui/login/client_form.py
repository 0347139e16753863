"""Parses the fields of the form for the user's own client. Pure functions."""

from __future__ import annotations

from keyrack.domain.errors import UsageError
from keyrack.domain.redirect import Redirect, parse_redirect


def typed_client_id(text: str) -> str:
    """The id without what a copy left around it. Raises UsageError (RFC 6749, appendix A.1)."""
    client_id = text.strip()
    if not client_id:
        raise UsageError("The client ID is empty.", hint="You find it where you registered the app.")
    if not (client_id.isascii() and client_id.isprintable()) or " " in client_id:
        raise UsageError("A client ID contains only plain characters and no spaces.")
    return client_id


def typed_redirect_uri(text: str) -> Redirect | None:
    """The address that the app was registered with; None where any will do. Raises BadUrl."""
    text = text.strip()
    return parse_redirect(text) if text else None
