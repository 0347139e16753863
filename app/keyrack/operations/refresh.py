"""Refresh: one refresher among all processes."""

from __future__ import annotations

from keyrack.domain.model import Credential, Server
from keyrack.operations.parts import Parts


def refresh(parts: Parts, server: Server, *, min_valid: float | None = None) -> Credential:
    """Refresh now, or, with `min_valid`, only when less than that many seconds are left.

    Raises LoginNeeded (nothing to refresh with, or the grant was refused), Temporary, StoreUnavailable.
    """
    raise NotImplementedError
