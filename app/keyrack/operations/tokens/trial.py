"""Is an access token still taken by its server, though it can't be renewed or has been revoked?"""

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
    """Greet the server with the grant's token, or with what the configuration sends, and ask for its
    tools; nothing is changed there. "accepted" only where it does not take the same without."""
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
    """Try a token whose refresh was refused with `error`, once: many issuers end it with the grant.

    The outcome is noted. Raises LoginNeeded where the server refuses it, so that it is never handed out
    again. A server that could not be asked is asked the next time.
    """
    key, credentials = credential_key(server), adapters.credentials()
    record = credentials.record(*key)
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
        credentials.note(*key, check=check)
        return check
    dead = LoginNeeded(f"{error} The server no longer accepts the access token either.", hint=error.hint)
    raise refused(credentials, stored_credential, dead, by="server", at=check.at, check=check)


def with_what_is_left(adapters: Adapters, server: Server, error: LoginNeeded) -> LoginNeeded:
    """The same error; of a credential that can't be renewed, with what its access token is good for."""
    stored_credential = adapters.credentials().load(*credential_key(server))
    facts, now = stored_credential.credential if stored_credential else None, adapters.now()
    if stored_credential is None or facts is None or facts.kind == "token" or facts.refused_at is not None:
        return error
    if facts.expires_at is not None and facts.expires_at <= now:
        return error
    then = error.hint.replace("Log in again", "Then log in", 1)
    if not facts.refusal:
        if facts.refreshable:
            return error  # a client of the user's own, which can be put right
        works = f"{str(error).rstrip('.')}; the token {lasting('works', facts.expires_at, now)}."
        return LoginNeeded(works, hint=then)
    try:
        check = still_taken(adapters, server, stored_credential, error)
    except LoginNeeded as dead:
        return dead
    verb = "still works" if check.verdict == "accepted" else "may still work"
    works = f"{error} The access token {lasting(verb, facts.expires_at, now)}."
    return LoginNeeded(works, hint=then)
