"""Clear, revoke, forget."""

from __future__ import annotations

from contextlib import suppress

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import CredentialInfo, CredentialKey, Record, Server, StoredCredential
from keyrack.domain.status import UNTESTED
from keyrack.domain.version import is_same
from keyrack.operations.clearing.revoking import forgotten, left_behind, revoked
from keyrack.operations.credential import credential_key
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
    """Delete here; with `revoke`, tell the issuer first (RFC 7009); with `forget`, drop the registration too.

    What the issuer answers never keeps the credential from being deleted here. With `only`, another
    one that has taken its place stays. Raises StoreUnavailable, with nothing sent, where it is not
    known which store to use.
    """
    key = credential_key(server)
    require_decided(adapters.credentials())
    lines: list[Line] = []
    with adapters.credentials().lock(*key):
        credentials = (
            adapters.credentials()
        )  # who waited for the lock may have waited for a move to another store
        now = _now(credentials, key) if only else None
        if now is not None and now.credential is not None and not is_same(only, now.credential):
            return Receipt((Line("Delete", "nothing to do", "it was renewed in the meantime"),))
        before = credentials.record(*key)
        if revoke or forget:
            lines += _issuer_told(adapters, server, revoke=revoke, forget=forget)
        removal = credentials.delete(*key)
        record = credentials.record(*key)
        if removal.verified and record and record.check and record.check.verdict in ("accepted", "refused"):
            # That was said of the token, which is gone; what stays is that the server wants one.
            credentials.note(*key, check=record.check._replace(verdict="required", reason=""))
        elif removal.verified and record and record.check and record.check.reason == UNTESTED:
            credentials.note(*key, check=record.check._replace(reason=""))
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
    """The record, with what another data folder may have stored in the same keychain since."""
    with suppress(KeyrackError):  # what can't be read can still be deleted
        credentials.load(*key)
    return credentials.record(*key)


def _issuer_told(adapters: Adapters, server: Server, *, revoke: bool, forget: bool) -> list[Line]:
    try:
        stored_credential = adapters.credentials().load(*credential_key(server))
    except KeyrackError as error:
        return [Line("Revoke", "failed", str(error))]
    if stored_credential is None:
        return []
    if stored_credential.credential.kind == "token":
        return [_revoke_by_hand(adapters, stored_credential)] if revoke else []
    lines = revoked(adapters, server, stored_credential) if revoke else []
    return [*lines, forgotten(adapters, server, stored_credential)] if forget else lines


def _revoke_by_hand(adapters: Adapters, stored_credential: StoredCredential) -> Line:
    """A token made by hand: by the service's API where it has one, else on its page."""
    from keyrack.operations.tokens.service import revoke_at_service, service_for, where_to_undo

    service = service_for(adapters, stored_credential.url)
    if service is None:
        return Line("Revoke", "not supported", where_to_undo(service))
    fields = dict(stored_credential.fields) or {service.main_field: stored_credential.tokens.access_token}
    verdict = revoke_at_service(adapters, service, fields)
    if verdict is None:
        return Line("Revoke", "not supported", where_to_undo(service))
    return Line("Revoke", "done" if verdict.ok else "failed", verdict.sentence)
