"""The one place where a refusal of a token, or of its refresh, is recorded and becomes a LoginNeeded."""

from __future__ import annotations

from typing import Literal

from keyrack.domain.errors import LoginNeeded
from keyrack.domain.model import Check, CredentialInfo, Server, StoredCredential
from keyrack.domain.status import Action
from keyrack.operations.history import log_event
from keyrack.operations.ports import Adapters
from keyrack.wording.commands import command_for

BY_SERVER = "The server refused the token."


def login_needed(
    server: Server, facts: CredentialInfo, reason: str = "", *, setting: str = ""
) -> LoginNeeded:
    """The error for a credential that can't be used; `reason` defaults to the recorded refusal."""
    again = f"Run: {command_for(Action.TOKEN, server)}"
    hint = again if facts.kind == "token" else f"Log in again: {command_for(Action.LOGIN, server)}"
    return LoginNeeded(reason or facts.refusal or BY_SERVER, hint=hint, setting=setting)


def refused(
    adapters: Adapters,
    server: Server,
    stored_credential: StoredCredential,
    error: LoginNeeded,
    *,
    by: Literal["server", "issuer"],
    at: float,
    check: Check | None = None,
) -> LoginNeeded:
    """Record the refusal, and return the error to raise. `at` is in Unix seconds.

    By the server: the access token is never handed out again. By the issuer: its refresh was refused, and
    an access token that has not expired may still be good. All tokens stay stored: the issuer may accept
    the refresh token another time. `check` is recorded with it.
    """
    credentials = adapters.credentials()
    key, facts, refusal = stored_credential.key, stored_credential.credential, (at, str(error))
    if facts.refused_at is None:
        log_event(adapters, server, "token-refused" if by == "server" else "refresh-refused", str(error))
    if by == "server":
        # Not for a credential from a new login in the meantime.
        credentials.note(key, check=check, refusal=refusal, of=facts)
    else:
        expired = facts.expires_at is not None and facts.expires_at <= at
        credentials.note(key, check=check, refusal=refusal if expired else None, refresh_refusal=refusal)
    return error
