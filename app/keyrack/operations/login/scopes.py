"""The scopes that logins request in addition to the server's own."""

from __future__ import annotations

from keyrack.domain.errors import ScopeRefused
from keyrack.domain.model import CredentialKey, Server
from keyrack.domain.status import Action
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.ports import CredentialStore
from keyrack.wording.commands import command_for


def added_scopes(credentials: CredentialStore, key: CredentialKey, options: LoginOptions) -> tuple[str, ...]:
    """The scopes added by earlier logins and this one, without those that this one drops."""
    record = credentials.record(key)
    earlier = record.credential.added_scopes if record and record.credential else ()
    wanted = (*(() if options.reset_scopes else earlier), *options.scopes)
    return tuple(scope for scope in dict.fromkeys(wanted) if scope not in options.drop_scopes)


def held_scopes(credentials: CredentialStore, key: CredentialKey, options: LoginOptions) -> tuple[str, ...]:
    """The granted scopes, if a request has just been refused: asking for more must not lose them."""
    record = credentials.record(key) if options.challenge else None
    return record.credential.scopes if record and record.credential else ()


def explain(error: ScopeRefused, added: tuple[str, ...], server: Server) -> None:
    """Add a hint how to log in without the added scopes."""
    if added:
        error.added = added
        command = f"{command_for(Action.LOGIN, server)} --reset-scopes"
        error.hint = f"To log in without the added scopes ({' '.join(added)}): {command}"
