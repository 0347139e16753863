"""Opening the keychain."""

from __future__ import annotations

from keyrack.operations.parts import Parts


def unlock(parts: Parts) -> None:
    """Let the keychain ask its person for the password where it is locked; shown to work by a write.

    May take as long as a person does. Raises StoreAbsent where there is none, StoreLocked where
    nobody opened it, StoreUnavailable. The sealed vault is opened by `vault.unlock`.
    """
    parts.rack().prove_writable()
