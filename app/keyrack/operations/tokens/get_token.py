"""Returns a valid access token, refreshed if necessary."""

from __future__ import annotations

from collections.abc import Mapping

from keyrack.domain.errors import KeyrackError, LoginNeeded, StoreUnavailable, Temporary
from keyrack.domain.model import Server, StoredCredential
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret
from keyrack.domain.status import REFRESH_EARLY, Action, is_due
from keyrack.operations.credential import configured_headers, configured_token, credential_key, grant_headers
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.refusal import login_needed
from keyrack.wording.commands import command_for


class IssuedToken(NamedTuple):
    token: Secret
    headers: Mapping[str, Secret]  # what to send: all that the credential consists of
    expires_at: float | None
    notes: tuple[str, ...] = ()  # for stderr


def get_token(
    adapters: Adapters, server: Server, *, min_valid: float = REFRESH_EARLY, patience: float | None = None
) -> IssuedToken:
    """A token that is valid for `min_valid` seconds, if the issuer issues such. Never opens a browser.

    If a refresh takes more than `patience` seconds, the old token is returned if it is valid, and another
    process finishes the refresh. Raises LoginNeeded, Temporary, StoreUnavailable.
    """
    key = credential_key(server)
    credentials = adapters.credentials()
    record = credentials.record(key)
    configured = configured_token(server)
    if configured is not None:
        if record is not None and record.check is not None and record.check.verdict == "refused":
            raise LoginNeeded(
                f"{server.name} refused the token that its configuration sends.",
                hint=f"Change it there, then run: {command_for(Action.CHECK, server)}",
            )
        return IssuedToken(configured, configured_headers(server), None)
    known = record.credential if record is not None else None
    try:
        # Even if it was refused: another data folder may have stored a new one since.
        stored_credential = credentials.load(key)
    except StoreUnavailable:
        if known is not None and known.refused_at is not None:
            raise login_needed(server, known) from None
        raise
    if stored_credential is None:
        from keyrack.operations.tokens.accounts import nothing_stored

        raise nothing_stored(adapters, server)
    now = adapters.now()
    facts = stored_credential.credential
    if facts.refused_at is not None:
        raise login_needed(server, facts)
    if is_due(facts, now, min_valid):
        if patience is not None and (facts.expires_at is None or facts.expires_at > now + patience):
            return _renewed_apart(adapters, server, stored_credential, min_valid, patience)
        return _renewed(adapters, server, stored_credential, min_valid)
    if facts.refusal:
        return _unrenewed(adapters, server, stored_credential, login_needed(server, facts))
    return _issued(stored_credential)


def _issued(stored_credential: StoredCredential, *notes: str) -> IssuedToken:
    return IssuedToken(
        stored_credential.tokens.access_token,
        grant_headers(stored_credential),
        stored_credential.credential.expires_at,
        notes,
    )


def _renewed_apart(
    adapters: Adapters, server: Server, stored_credential: StoredCredential, min_valid: float, patience: float
) -> IssuedToken:
    """Refresh in a process of its own. If that takes too long, or fails, the current token is returned."""
    from keyrack.operations.tokens.renewal import is_renewable

    refresh_apart = adapters.refresh_apart
    if refresh_apart is None or not is_renewable(stored_credential) or stored_credential.credential.refusal:
        return _renewed(adapters, server, stored_credential, min_valid)
    try:
        has_ended = refresh_apart(server, min_valid, patience)
        again = adapters.credentials().load(stored_credential.key)
    except KeyrackError as error:
        return _unrenewed(adapters, server, stored_credential, error)
    if again is None or again.credential.refused_at is not None or again.credential.refusal:
        return _renewed(adapters, server, stored_credential, min_valid)  # which says so
    if again.tokens.access_token != stored_credential.tokens.access_token:
        return _issued(again)
    problem = (
        f"The token could not be refreshed. To see why, run: {command_for(Action.REFRESH, server)}."
        if has_ended
        else f"The refresh takes longer than {patience:.0f} s and continues in the background."
    )
    return _unrenewed(adapters, server, again, Temporary(problem))


def _renewed(
    adapters: Adapters, server: Server, stored_credential: StoredCredential, min_valid: float
) -> IssuedToken:
    """Refresh. If that fails, a token that is still valid is returned."""
    from keyrack.domain.errors import TokenNotStored
    from keyrack.operations.tokens.refresh import refreshed

    notes: tuple[str, ...] = ()
    try:
        stored_credential = refreshed(adapters, server, min_valid=min_valid)
    except TokenNotStored as error:
        stored_credential = error.stored_credential
        notes = (f"{error} Using the stored token anyway.",)
    except KeyrackError as error:
        return _unrenewed(adapters, server, stored_credential, error)
    else:
        left = (
            None
            if stored_credential.credential.expires_at is None
            else stored_credential.credential.expires_at - adapters.now()
        )
        if left is not None and left < min_valid:
            notes = (f"The new token is valid for {int(left)} s, less than the {min_valid:.0f} s requested.",)
    return _issued(stored_credential, *notes)


def _unrenewed(
    adapters: Adapters, server: Server, stored_credential: StoredCredential, error: KeyrackError
) -> IssuedToken:
    """The current token, if it can't be refreshed and has not expired; else raises the error.

    If its refresh was refused, it is tested on the server first.
    """
    facts, now = stored_credential.credential, adapters.now()
    if facts.expires_at is not None and facts.expires_at <= now:
        if facts.kind == "token":
            hint = f"Run: {command_for(Action.TOKEN, server)}"
            raise LoginNeeded(f"The token for {server.name} has expired.", hint=hint)
        raise error
    untried = ""
    record = adapters.credentials().record(credential_key(server))
    noted = record.credential if record else None
    if isinstance(error, LoginNeeded) and noted is not None and noted.refusal:
        from keyrack.operations.tokens.trial import still_taken

        check = still_taken(adapters, server, stored_credential._replace(credential=noted), error)
        if check.verdict != "accepted":
            untried = f" It is not known whether the server still accepts it. {check.reason}".rstrip()
    left = "of unknown expiry" if facts.expires_at is None else f"valid for {int(facts.expires_at - now)} s"
    return _issued(stored_credential, f"{error} Using the stored token, {left}.{untried}")
