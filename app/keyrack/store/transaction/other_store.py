"""A credential that was put into another store than the one in use, as its record says.

Stores are compared by name; the name of the one in use is known once it was asked for anything.
"""

from __future__ import annotations

from keyrack.domain.errors import StoreAbsent
from keyrack.domain.model import Credential
from keyrack.domain.version import written
from keyrack.store.records.records import Stored
from keyrack.store.transaction.payload import Payload


class Elsewhere(StoreAbsent):
    """The store in use can be asked, and another one has the credential."""


def is_elsewhere(stored: Stored | None, here: str) -> bool:
    """Does the record name another store?"""
    known = _known(stored)
    return known is not None and known.store not in ("", here)


def is_superseded(stored: Stored | None, found: Payload, here: str) -> bool:
    """Does the record tell of a newer credential in another store than what was found in this one?

    What is as old as the record's is a copy of it, which a killed move left.
    """
    known = _known(stored)
    if known is None or not is_elsewhere(stored, here):
        return False
    return written(known) > written(found.grant.credential)


def sentence(stored: Stored | None, here: str) -> str:
    """Where it is, for a credential that is elsewhere."""
    known = _known(stored)
    return f"The credential is in the {known.store if known else ''}, but the {here} is in use now."


def absent(stored: Stored | None, here: str) -> Elsewhere:
    """The same as an error."""
    return Elsewhere(sentence(stored, here), hint="Run keyrack doctor to see which keychain is in use.")


def _known(stored: Stored | None) -> Credential | None:
    return stored.record.credential if stored else None
