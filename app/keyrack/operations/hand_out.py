"""Hand out a fresh access token."""

from __future__ import annotations

from typing import NamedTuple

from keyrack.domain.model import Server
from keyrack.domain.secret import Secret
from keyrack.domain.status import REFRESH_EARLY
from keyrack.operations.parts import Parts


class HandedOut(NamedTuple):
    token: Secret
    expires_at: float | None
    notes: tuple[str, ...] = ()  # for stderr


def hand_out(parts: Parts, server: Server, *, min_valid: float = REFRESH_EARLY) -> HandedOut:
    """A token that is good for `min_valid` seconds if the issuer gives such. Never opens a browser."""
    raise NotImplementedError
