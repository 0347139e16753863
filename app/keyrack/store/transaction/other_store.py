"""Credentials that are, according to their record, in another store than the current one.

Stores are compared by name. The current store knows its name once it has been used.
"""

from __future__ import annotations

from keyrack.domain.errors import InOtherStore
from keyrack.domain.model import CredentialInfo
from keyrack.domain.version import written
from keyrack.store.records.records import StoredRecord
from keyrack.store.transaction.payload import Payload


def is_in_other_store(stored: StoredRecord | None, here: str) -> bool:
    """Does the record name another store?"""
    known = _known(stored)
    return known is not None and known.store not in ("", here)


def is_superseded(stored: StoredRecord | None, found: Payload, here: str) -> bool:
    """Does the record name a newer credential in another store than the one found in this store?

    A credential as old as the record's is a copy of it that a killed move left.
    """
    known = _known(stored)
    if known is None or not is_in_other_store(stored, here):
        return False
    return written(known) > written(found.stored_credential.credential)


def sentence(stored: StoredRecord | None, here: str) -> str:
    """Says in which store the credential is."""
    known = _known(stored)
    return f"The credential is in the {known.store if known else ''}, but the {here} is in use now."


def absent(stored: StoredRecord | None, here: str) -> InOtherStore:
    """The same as an error."""
    return InOtherStore(sentence(stored, here), hint="Run keyrack doctor to see which keychain is in use.")


def _known(stored: StoredRecord | None) -> CredentialInfo | None:
    return stored.record.credential if stored else None
