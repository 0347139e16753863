"""Claude Code and Codex run a helper again after a 401, and don't say that this is why.

So if the same process asks for the same token again, the server is asked whether it still accepts it.
"""

from __future__ import annotations

from keyrack.domain.errors import TokenNotStored
from keyrack.domain.model import Server
from keyrack.operations.credential import configured_headers, credential_key, grant_headers
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.get_token import IssuedToken


def unless_refused(adapters: Adapters, server: Server, given: IssuedToken, min_age: float) -> IssuedToken:
    """`given`; or a refreshed token, if the same process has got this one before and the server refuses it.

    `min_age`: a token younger than that (seconds) is not tried. Raises LoginNeeded, Temporary.
    """
    key = credential_key(server)
    if configured_headers(server) or server.url is None:
        return given
    record = adapters.credentials().record(key)
    facts = record.credential if record is not None else None
    if facts is None or facts.kind == "token":
        return given
    since = max(facts.obtained_at, facts.refreshed_at or 0.0)
    if not adapters.asked_before(key, since) or adapters.now() - since < min_age:
        return given
    stored = adapters.credentials().load(key)
    if stored is None or grant_headers(stored) != given.headers:
        return given
    from keyrack.operations.tokens.refresh import refreshed
    from keyrack.operations.tokens.trial import tried

    if tried(adapters, server, stored).verdict != "refused":
        return given
    try:
        stored = refreshed(adapters, server, instead_of=given.headers)
    except TokenNotStored as error:
        stored = error.stored_credential
    return IssuedToken(
        stored.tokens.access_token, grant_headers(stored), stored.credential.expires_at, given.notes
    )
