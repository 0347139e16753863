"""Clears a credential: deletes it, and optionally revokes it and deletes the registration."""

from __future__ import annotations

from contextlib import suppress

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import CredentialInfo, CredentialKey, Record, Server, StoredCredential
from keyrack.domain.status import UNTESTED
from keyrack.domain.version import is_same
from keyrack.operations.clearing.revoking import forgotten, left_behind, revoked
from keyrack.operations.credential import credential_key
from keyrack.operations.history import log_event
from keyrack.operations.ports import Adapters, CredentialStore
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.storage.unlock import require_decided


def clear(
    adapters: Adapters,
    server: Server,
    *,
    revoke: bool = False,
    forget: bool = False,
    only: CredentialInfo | None = None,
) -> Receipt:
    """Delete the stored credential.

    With `revoke`, revoke it at the issuer first (RFC 7009); with `forget`, delete the registration too.
    The credential is deleted whatever the issuer replies. With `only`, it is kept if another one has
    replaced that. Raises StoreUnavailable before sending anything if it is not known which store to use.
    """
    key = credential_key(server)
    require_decided(adapters.credentials())
    lines: list[Line] = []
    with adapters.credentials().lock(key):
        credentials = (
            adapters.credentials()
        )  # a move to another store may have ended while we waited for the lock
        now = _now(credentials, key) if only else None
        if now is not None and now.credential is not None and not is_same(only, now.credential):
            return Receipt((Line("Delete", "nothing to do", "it was renewed in the meantime"),))
        before = credentials.record(key)
        if revoke or forget:
            lines += _issuer_told(adapters, server, revoke=revoke, forget=forget)
        removal = credentials.delete(key)
        if removal.deleted and removal.verified:
            log_event(adapters, server, "cleared")
        record = credentials.record(key)
        if removal.verified and record and record.check and record.check.verdict in ("accepted", "refused"):
            # The verdict was about the deleted token. What remains is that the server needs one.
            credentials.note(key, check=record.check._replace(verdict="required", reason=""))
        elif removal.verified and record and record.check and record.check.reason == UNTESTED:
            credentials.note(key, check=record.check._replace(reason=""))
    if removal.verified and not removal.deleted:
        lines.append(Line("Delete", "nothing to do", f"nothing was stored for the account {key.account}"))
    elif removal.verified:
        lines += (Line("Delete", "done"), Line("Verified gone", "done"))
        if before is not None and before.credential is not None and not forget:
            lines += left_behind(before.credential)
    else:
        lines.append(Line("Delete", "failed", removal.reason or "It is still in the keychain."))
    return Receipt(tuple(lines))


def _now(credentials: CredentialStore, key: CredentialKey) -> Record | None:
    """The record, updated if another data folder has stored a credential in the same keychain since."""
    with suppress(KeyrackError):  # a credential that can't be read can still be deleted
        credentials.load(key)
    return credentials.record(key)


def _issuer_told(adapters: Adapters, server: Server, *, revoke: bool, forget: bool) -> list[Line]:
    try:
        stored_credential = adapters.credentials().load(credential_key(server))
    except KeyrackError as error:
        return [Line("Revoke", "failed", str(error))]
    if stored_credential is None:
        return []
    if stored_credential.credential.kind == "secrets":
        words = "keyrack does not know what its secrets are for; revoke them where they were created"
        return [Line("Revoke", "not supported", words)] if revoke else []
    if stored_credential.credential.kind == "token":
        return [_revoke_by_hand(adapters, server, stored_credential)] if revoke else []
    lines = revoked(adapters, server, stored_credential) if revoke else []
    return [*lines, forgotten(adapters, server, stored_credential)] if forget else lines


def _revoke_by_hand(adapters: Adapters, server: Server, stored_credential: StoredCredential) -> Line:
    """Revoke a manual token with the service's API, or say on which page to do it."""
    from keyrack.operations.tokens.service import revoke_at_service, service_for, where_to_undo

    service = service_for(adapters, stored_credential.url)
    if service is None:
        return Line("Revoke", "not supported", where_to_undo(service))
    fields = dict(stored_credential.fields) or {service.main_field: stored_credential.tokens.access_token}
    verdict = revoke_at_service(adapters, service, fields)
    if verdict is None:
        return Line("Revoke", "not supported", where_to_undo(service))
    if verdict.ok:
        log_event(adapters, server, "revoked")
    return Line("Revoke", "done" if verdict.ok else "failed", verdict.sentence)
