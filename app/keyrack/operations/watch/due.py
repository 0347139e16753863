"""When a credential is to be refreshed that nobody asks for."""

from __future__ import annotations

from collections.abc import Iterable

from keyrack.domain.model import CredentialInfo
from keyrack.domain.status import OLD_AGE, REFRESH_EARLY, State, renews
from keyrack.operations.servers.overview import Row

EARLIEST = 300.0  # seconds before the expiry
SHARE = 0.2  # of the lifetime: a token of a minute is not refreshed all the time


def renewable(rows: Iterable[Row]) -> list[Row]:
    """The rows whose credentials keyrack renews."""
    idle = (State.CONFIGURED, State.ORPHAN)
    return [
        row
        for row in rows
        if row.credential is not None and row.status.state not in idle and renews(row.credential)
    ]


def early(credential: CredentialInfo) -> float:
    """How many seconds before its expiry a token is refreshed."""
    if credential.expires_at is None:
        return REFRESH_EARLY
    return max(0.0, min(EARLIEST, SHARE * (credential.expires_at - credential.obtained_at)))


def due_at(credential: CredentialInfo) -> float:
    """When to refresh it, in Unix seconds. A token of unknown expiry is due when it is old."""
    if credential.expires_at is None:
        return credential.obtained_at + OLD_AGE
    return credential.expires_at - early(credential)
