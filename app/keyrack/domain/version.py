"""Compares the facts of two credentials for the same server and account: the same tokens, or newer ones."""

from __future__ import annotations

from keyrack.domain.model import CredentialInfo


def written(credential: CredentialInfo) -> float:
    """When its tokens were issued."""
    return max(credential.obtained_at, credential.refreshed_at or 0.0)


def with_notes(credential: CredentialInfo, known: CredentialInfo) -> CredentialInfo:
    """Add the notes that only the record has, such as a refusal; the store need not be written for them."""
    return credential._replace(
        refused_at=known.refused_at,
        refusal=known.refusal,
        refresh_refused_at=known.refresh_refused_at,
        names=known.names or credential.names,
        apart=known.apart or credential.apart,
    )


def is_same(one: CredentialInfo | None, other: CredentialInfo | None) -> bool:
    """Are they the same tokens, wherever they are stored and whatever was noted about them since?"""
    if one is None or other is None:
        return one is other
    return _times(one) == _times(other)


def _times(credential: CredentialInfo) -> tuple[float, float | None, float | None]:
    return credential.obtained_at, credential.refreshed_at, credential.expires_at
