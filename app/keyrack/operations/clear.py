"""Clear, revoke, forget."""

from __future__ import annotations

from keyrack.domain.model import Server
from keyrack.operations.parts import Parts
from keyrack.operations.receipt import Receipt


def clear(parts: Parts, server: Server, *, revoke: bool = False, forget: bool = False) -> Receipt:
    """Delete here; with `revoke`, tell the issuer first (RFC 7009); with `forget`, drop the registration (RFC 7592)."""
    raise NotImplementedError
