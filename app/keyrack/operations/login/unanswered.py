"""Remembers a client for which the sign-in page did not respond.

A page that does not know a client must not redirect (RFC 6749, section 4.1.2.1), so keyrack does
not find out. So the client of an earlier login is noted in the record before the browser opens.
If there is no response, even because of a kill, the next login registers a new client. A response
removes the note; the stored credential and its registration are not changed.
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
        """Note the client before the browser opens with it."""
        self._credentials.note(self._key, unanswered_client=client_id)
        self._noted = True

    def end(self, error: KeyrackError, *, answered: bool) -> None:
        """The login has failed. Without a response, the error says what the next login does."""
        if not self._noted:
            return
        if not answered:
            error.hint = f"{error.hint} {NEXT}".strip()
        elif not isinstance(
            error, ClientRefused | ScopeRefused
        ):  # a new registration can help with scopes too
            with suppress(KeyrackError):  # a leftover note only costs one registration
                self._credentials.note(self._key, unanswered_client="")
