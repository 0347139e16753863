"""Ask a server what it wants and whether it takes the token."""

from __future__ import annotations

from keyrack.domain.model import Check, Server
from keyrack.operations.parts import Parts


def check(parts: Parts, server: Server) -> Check:
    """Probe, with the stored token where there is one, and note the outcome in the record.

    A network failure is a Check with the verdict "unreachable", not an exception.
    """
    raise NotImplementedError
