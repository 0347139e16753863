"""Refreshes tokens, in only one process at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from keyrack.domain.errors import (
    ClientRefused,
    KeyrackError,
    LoginNeeded,
    TokenNotStored,
    UnusableTokenResponse,
)
from keyrack.domain.model import CredentialInfo, Server, StoredCredential, TokenSet
from keyrack.domain.secret import Secret
from keyrack.domain.status import EXPIRY_WINDOW, Action, State, is_due, renews
from keyrack.operations.credential import credential_key, grant_headers, stored_for
from keyrack.operations.history import log_event
from keyrack.operations.ports import Adapters, CredentialStore
from keyrack.operations.servers.overview import Row
from keyrack.operations.tokens.accounts import nothing_stored
from keyrack.operations.tokens.refusal import login_needed, refused
from keyrack.operations.tokens.renewal import ask_issuer, is_renewable
from keyrack.system.ending import hold_exit
from keyrack.system.threads import run_shielded
from keyrack.wording.commands import command_for

LONGEST = 60.0  # seconds that an exit waits for a refresh
SAVE_PAUSES = (0.5, 2.0)  # seconds before more tries to store tokens that the issuer will not send again


def refresh(adapters: Adapters, server: Server, *, min_valid: float | None = None) -> CredentialInfo:
    """Refresh now, or, with `min_valid`, only if less than that many seconds are left.

    Also if the issuer has refused it before. Raises LoginNeeded (nothing to refresh with, or the issuer
    refused; it says how long the access token still works), Temporary, TokenNotStored, StoreUnavailable.
    """
    try:
        return refreshed(adapters, server, min_valid=min_valid, insist=min_valid is None).credential
    except LoginNeeded as error:
        from keyrack.operations.tokens.trial import with_what_is_left

        raise with_what_is_left(adapters, server, error) from None


def refreshed(
    adapters: Adapters,
    server: Server,
    *,
    min_valid: float | None = None,
    insist: bool = False,
    instead_of: Mapping[str, Secret] | None = None,
) -> StoredCredential:
    """The same, with the tokens. Once started, it runs to its end even if its caller is interrupted.

    Without `insist`, an issuer that has refused once is not asked again. `instead_of`: the headers that the
    server refused; a credential with others was renewed in the meantime, and is returned.
    """
    return run_shielded(lambda: _refreshed(adapters, server, min_valid, insist, instead_of))


def due(rows: Iterable[Row], now: float, min_valid: float = EXPIRY_WINDOW) -> list[Row]:
    """Rows with a token to refresh: it has expired, expires soon, or is old with an unknown expiry."""
    return [
        row
        for row in rows
        if row.credential is not None
        and row.status.state not in (State.CONFIGURED, State.ORPHAN)
        and renews(row.credential)
        and is_due(row.credential, now, min_valid)
    ]


def _refreshed(
    adapters: Adapters,
    server: Server,
    min_valid: float | None,
    insist: bool,
    instead_of: Mapping[str, Secret] | None,
) -> StoredCredential:
    key = credential_key(server)
    asked_at = adapters.now()
    with adapters.credentials().lock(key):
        credentials = (
            adapters.credentials()
        )  # only after the wait, in which everything may have moved to another store
        stored_credential = credentials.load(key)
        if stored_credential is None:
            raise nothing_stored(adapters, server)
        facts = stored_credential.credential
        if facts.refused_at is not None and not insist:
            raise login_needed(server, facts)
        someone_did = facts.refreshed_at is not None and facts.refreshed_at > asked_at
        if instead_of is not None:
            someone_did = dict(grant_headers(stored_credential)) != dict(instead_of)
        if someone_did or (min_valid is not None and not is_due(facts, adapters.now(), min_valid)):
            return stored_credential
        if facts.refusal and not insist:
            raise login_needed(server, facts)
        try:
            stored_credential = stored_credential._replace(credential=stored_for(server, facts))
            return _refresh(adapters, credentials, stored_credential, server)
        except KeyrackError as error:
            if error.setting:
                from keyrack.operations.servers.own_settings import name_setting

                name_setting(adapters, error, server)
            raise


def _refresh(
    adapters: Adapters, credentials: CredentialStore, stored_credential: StoredCredential, server: Server
) -> StoredCredential:
    """Refresh while holding the lock."""
    if stored_credential.credential.kind == "token":
        raise LoginNeeded(
            f"The token for {server.display_name} was entered by hand and can't be refreshed.",
            hint=f"Run: {command_for(Action.TOKEN, server)}",
        )
    if not is_renewable(stored_credential):
        if stored_credential.credential.refusal:
            raise login_needed(server, stored_credential.credential)
        none = f"No refresh token was issued for {server.display_name}."
        raise login_needed(server, stored_credential.credential, none, setting="access_type")
    # Using a rotating refresh token invalidates it, so as much as possible of the save is done first.
    with hold_exit(LONGEST), credentials.renewing(stored_credential) as save:
        try:
            tokens = ask_issuer(adapters, stored_credential, server)
        except LoginNeeded as refusal:
            again = credentials.load(stored_credential.key)
            if again is not None and again.tokens.refresh_token != stored_credential.tokens.refresh_token:
                return again  # another program without our lock was faster
            raise _refused(adapters, stored_credential, refusal, server) from None
        except UnusableTokenResponse as error:
            if error.refresh_token is not None:
                save(
                    stored_credential._replace(
                        tokens=stored_credential.tokens._replace(refresh_token=error.refresh_token)
                    )
                )
            raise
        return _saved(adapters, server, save, stored_credential, tokens)


def _saved(
    adapters: Adapters,
    server: Server,
    save: Callable[[StoredCredential], CredentialInfo],
    stored_credential: StoredCredential,
    tokens: TokenSet,
) -> StoredCredential:
    now = adapters.now()
    facts = stored_credential.credential._replace(
        scopes=tokens.scopes,
        expires_at=tokens.expires_at,
        refreshable=is_renewable(stored_credential._replace(tokens=tokens)),
        refreshed_at=now,
        refused_at=None,
        refusal="",
        refresh_refused_at=None,
        label=tokens.label or stored_credential.credential.label,
        obtained_at=now,
    )
    renewed = stored_credential._replace(credential=facts, tokens=tokens)
    problem = KeyrackError("")
    for pause in (*SAVE_PAUSES, 0.0):
        try:
            saved = save(renewed)
        except KeyrackError as error:
            problem = error
            time.sleep(pause)  # most likely the keychain's daemon is restarting
        else:
            log_event(adapters, server, "refreshed")
            return renewed._replace(credential=saved)
    log_event(adapters, server, "refreshed", "The new token could not be stored.")
    raise TokenNotStored(problem, renewed)


def _refused(
    adapters: Adapters,
    stored_credential: StoredCredential,
    error: LoginNeeded,
    server: Server,
) -> LoginNeeded:
    """Record that the issuer refused, and return the error to raise.

    Also recorded if the issuer no longer knows a dynamically registered client. A pre-registered client
    can be fixed, so nothing is recorded for it.
    """
    own = stored_credential.registration is not None and stored_credential.registration.kind != "dynamic"
    if isinstance(error, ClientRefused):
        if own:
            return error
        told = error
    else:
        told = login_needed(server, stored_credential.credential, str(error), setting=error.setting)
    return refused(adapters, server, stored_credential, told, by="issuer", at=adapters.now())
