"""Take a token that a person made by hand."""

from __future__ import annotations

from typing import NamedTuple

from keyrack.domain.model import Check, Credential, Server
from keyrack.domain.secret import Secret
from keyrack.operations.parts import Parts


class TokenSaved(NamedTuple):
    credential: Credential
    check: Check | None  # what the server said to it; None when it was not asked


def clean(text: str) -> Secret:
    """What a person pasted, made a token: trimmed; `Bearer …`, `KEY=value` and quotes understood.

    Raises KeyrackError with a sentence for a URL, an e-mail address, or nothing.
    """
    raise NotImplementedError


def set_token(
    parts: Parts,
    server: Server,
    token: Secret,
    *,
    header: str = "Authorization",
    template: str = "Bearer {token}",
    expires_at: float | None = None,
    try_it: bool = True,
) -> TokenSaved:
    """Try the token on the server, then store it. A refused token is not stored."""
    raise NotImplementedError
