"""Tests whether a server still accepts an access token that can't be refreshed or was revoked."""

from __future__ import annotations

from functools import partial

from keyrack.domain.errors import LoginNeeded
from keyrack.domain.model import Check, Server, StoredCredential
from keyrack.domain.status import is_tried
from keyrack.oauth.probe import Probed, probe, try_credential
from keyrack.operations.connection import http_client_for
from keyrack.operations.credential import configured_headers, credential_key, grant_headers, other_headers
from keyrack.operations.drive import send_all
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.refusal import refused
from keyrack.wording.times import lasting


def tried(adapters: Adapters, server: Server, stored_credential: StoredCredential | None) -> Probed:
    """Initialize with the stored token or the configured headers, and list the tools, which changes nothing.
    "accepted" only if the server refuses the same requests without it."""
    assert server.url is not None
    url, others = server.url, other_headers(server)
    credential = {
        **configured_headers(server),
        **(grant_headers(stored_credential) if stored_credential else {}),
    }
    asking = try_credential(url, credential, others=others) if credential else probe(url, others=others)
    http_client = http_client_for(adapters, server)
    try:
        return send_all(asking, partial(http_client.send, server_url=url))
    finally:
        http_client.close()


def still_taken(
    adapters: Adapters, server: Server, stored_credential: StoredCredential, error: LoginNeeded
) -> Check:
    """Test a token once after its refresh was refused with `error`: many issuers revoke both together.

    The outcome is recorded. Raises LoginNeeded if the server refuses it, and then it is never returned
    again. If the server can't be reached, the next call tries again.
    """
    key, credentials = credential_key(server), adapters.credentials()
    record = credentials.record(key)
    before = record.check if record else None
    if (
        before is not None
        and before.verdict != "unreachable"
        and is_tried(stored_credential.credential, before)
    ):
        return before
    probed = tried(adapters, server, stored_credential)
    check = Check(adapters.now(), probed.verdict, probed.reason, probed.revision)
    if check.verdict != "refused":
        credentials.note(key, check=check)
        return check
    dead = LoginNeeded(f"{error} The server no longer accepts the access token either.", hint=error.hint)
    raise refused(adapters, server, stored_credential, dead, by="server", at=check.at, check=check)


def with_what_is_left(adapters: Adapters, server: Server, error: LoginNeeded) -> LoginNeeded:
    """The same error; if the credential can't be refreshed, with how long the access token works."""
    stored_credential = adapters.credentials().load(credential_key(server))
    facts, now = stored_credential.credential if stored_credential else None, adapters.now()
    if stored_credential is None or facts is None or facts.kind == "token" or facts.refused_at is not None:
        return error
    if facts.expires_at is not None and facts.expires_at <= now:
        return error
    then = error.hint.replace("Log in again", "Then log in", 1)
    if not facts.refusal:
        if facts.refreshable:
            return error  # a pre-registered client, which can be fixed
        works = f"{str(error).rstrip('.')}; the token {lasting('works', facts.expires_at, now)}."
        return LoginNeeded(works, hint=then)
    try:
        check = still_taken(adapters, server, stored_credential, error)
    except LoginNeeded as dead:
        return dead
    verb = "still works" if check.verdict == "accepted" else "may still work"
    works = f"{error} The access token {lasting(verb, facts.expires_at, now)}."
    return LoginNeeded(works, hint=then)
