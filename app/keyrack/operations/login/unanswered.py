"""The client that a sign-in page never answered for.

A page that does not know a client must not send the browser back (RFC 6749, section 4.1.2.1), so
nothing tells keyrack. The client of an earlier login is noted in the record before the browser
opens: whatever ends this login then, a kill too, the next one registers anew. An answer takes the
note away; the stored credential and its registration stay as they are.
"""

from __future__ import annotations

from contextlib import suppress

from keyrack.domain.errors import ClientRefused, KeyrackError, ScopeRefused
from keyrack.domain.model import CredentialKey
from keyrack.operations.ports import CredentialStore

NEXT = "If the sign-in page did not know this app, log in again: the next login registers it again."


class Unanswered:
    """The note of one login. Methods raise what `CredentialStore.note` raises."""

    def __init__(self, credentials: CredentialStore, key: CredentialKey) -> None:
        self._credentials, self._key = credentials, key
        self._noted = False

    def begin(self, client_id: str) -> None:
        """The browser is about to open with this client."""
        self._credentials.note(*self._key, unanswered_client=client_id)
        self._noted = True

    def end(self, error: KeyrackError, *, answered: bool) -> None:
        """The login has failed. Where no answer came, the error says what the next login does."""
        if not self._noted:
            return
        if not answered:
            error.hint = f"{error.hint} {NEXT}".strip()
        elif not isinstance(error, ClientRefused | ScopeRefused):  # a client may be registered for scopes
            with suppress(KeyrackError):  # a note that stays costs one registration
                self._credentials.note(*self._key, unanswered_client="")
