"""Checks whether a server needs a credential and accepts the one it has."""

from __future__ import annotations

from functools import partial

from keyrack.domain.errors import KeyrackError, LoginNeeded, Temporary
from keyrack.domain.model import Check, Record, Server, StoredCredential
from keyrack.domain.status import REFRESH_EARLY
from keyrack.oauth.discovery import offers_login
from keyrack.oauth.probe import Probed
from keyrack.operations.connection import http_client_for
from keyrack.operations.credential import configured_token, credential_key
from keyrack.operations.drive import send_all
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.refresh import refreshed
from keyrack.operations.tokens.refusal import BY_SERVER, login_needed, refused
from keyrack.operations.tokens.trial import tried

PARTLY = "The server says where to log in, so some of its methods may need a login."


def check(adapters: Adapters, server: Server) -> Check:
    """Probe with the credential that would be used, and note the outcome in the record.

    A network failure is a Check with the verdict "unreachable", not an exception. A refused
    token is refreshed once if possible, then recorded as refused. The verdict is "optional" if
    the server works without a login but also has one.
    """
    if server.address_key is not None:
        from keyrack.operations.servers.keyed import tried_with_its_key

        return _noted(adapters, server, tried_with_its_key(adapters, server, server.address_key))
    key = credential_key(server)
    credentials = adapters.credentials()
    record = credentials.record(key)
    stored = configured_token(server) is None and record is not None and record.credential is not None
    try:
        stored_credential = _usable(adapters, server, record) if stored else None
    except Temporary as error:  # it must be refreshed first, and can't be now
        return _noted(adapters, server, _unreachable(error))
    probed = tried(adapters, server, stored_credential)
    if stored_credential is not None and probed.verdict == "refused":
        stored_credential, probed = _second_try(adapters, server, stored_credential, probed)
        if probed.verdict == "refused":
            error = login_needed(server, stored_credential.credential, BY_SERVER)
            refused(adapters, server, stored_credential, error, by="server", at=adapters.now())
    if probed.verdict == "open" and _has_login(adapters, server, record):
        probed = probed._replace(verdict="optional", reason=probed.reason or PARTLY)
    if probed.verdict == "required" and stored_credential is None and server.helper is not None:
        by = server.helper.source.client
        probed = probed._replace(reason=f"It was tested without the headers from {by}'s helper.")
    return _noted(adapters, server, probed)


def _has_login(adapters: Adapters, server: Server, record: Record | None) -> bool:
    """Does a server that works without a login have one? Then some methods may require it."""
    if record is not None and record.credential is not None and record.credential.kind == "oauth":
        return True
    assert server.url is not None
    http_client = http_client_for(adapters, server)
    try:
        return send_all(
            offers_login(server.url, server.client), partial(http_client.send, server_url=server.url)
        )
    finally:
        http_client.close()


def _unreachable(error: Temporary) -> Probed:
    """The hint says how long to wait."""
    return Probed("unreachable", f"{error} {error.hint}".strip())


def _noted(adapters: Adapters, server: Server, probed: Probed) -> Check:
    found = Check(adapters.now(), probed.verdict, probed.reason, probed.revision)
    assert server.key is not None
    adapters.credentials().note(server.key, check=found)
    return found


def _usable(adapters: Adapters, server: Server, record: Record | None) -> StoredCredential | None:
    """The stored credential, refreshed if due; None if it can no longer be used. Raises Temporary."""
    assert record is not None and record.credential is not None
    if record.credential.refused_at is not None:
        return None
    problem: KeyrackError | None = None
    try:
        if record.credential.refreshable:
            return refreshed(adapters, server, min_valid=REFRESH_EARLY)
    except (LoginNeeded, Temporary) as error:
        problem = error  # its access token may still be valid
    stored_credential = adapters.credentials().load(credential_key(server))
    if stored_credential is None or stored_credential.credential.refused_at is not None:
        return None
    expires_at = stored_credential.credential.expires_at
    if expires_at is None or expires_at > adapters.now():
        return stored_credential
    if isinstance(problem, Temporary):
        raise problem
    return None


def _second_try(
    adapters: Adapters, server: Server, stored_credential: StoredCredential, refused: Probed
) -> tuple[StoredCredential, Probed]:
    """The last credential tried, and the outcome: after a refusal, a refresh may get a valid token, because
    tokens can be revoked before they expire."""
    if not stored_credential.credential.refreshable:
        return stored_credential, refused
    try:
        fresh = refreshed(adapters, server)
    except LoginNeeded:
        return stored_credential, refused
    except Temporary as error:
        return stored_credential, _unreachable(error)
    return fresh, tried(adapters, server, fresh)
