"""Clear, revoke, forget."""

from __future__ import annotations

from contextlib import suppress

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Credential, CredentialKey, Grant, Record, Server
from keyrack.domain.status import UNTESTED
from keyrack.domain.version import is_same
from keyrack.operations.clearing.revoking import forgotten, left_behind, revoked
from keyrack.operations.credential import key_of
from keyrack.operations.ports import Parts, Rack
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.storage.unlock import require_decided


def clear(
    parts: Parts,
    server: Server,
    *,
    revoke: bool = False,
    forget: bool = False,
    only: Credential | None = None,
) -> Receipt:
    """Delete here; with `revoke`, tell the issuer first (RFC 7009); with `forget`, drop the registration too.

    What the issuer answers never keeps the credential from being deleted here. With `only`, another
    one that has taken its place stays. Raises StoreUnavailable, with nothing sent, where it is not
    known which store to use.
    """
    key = key_of(server)
    require_decided(parts.rack())
    lines: list[Line] = []
    with parts.rack().lock(*key):
        rack = parts.rack()  # who waited for the lock may have waited for a move to another store
        now = _now(rack, key) if only else None
        if now is not None and now.credential is not None and not is_same(only, now.credential):
            return Receipt((Line("Delete", "nothing to do", "it was renewed in the meantime"),))
        before = rack.record(*key)
        if revoke or forget:
            lines += _issuer_told(parts, server, revoke=revoke, forget=forget)
        removal = rack.remove(*key)
        record = rack.record(*key)
        if removal.verified and record and record.check and record.check.verdict in ("accepted", "refused"):
            # That was said of the token, which is gone; what stays is that the server wants one.
            rack.note(*key, check=record.check._replace(verdict="required", reason=""))
        elif removal.verified and record and record.check and record.check.reason == UNTESTED:
            rack.note(*key, check=record.check._replace(reason=""))
    if removal.verified and not removal.deleted:
        lines.append(Line("Delete", "nothing to do", f"nothing was stored for the account {key.account}"))
    elif removal.verified:
        lines += (Line("Delete", "done"), Line("Verified gone", "done"))
        if before is not None and before.credential is not None and not forget:
            lines += left_behind(before.credential)
    else:
        lines.append(Line("Delete", "failed", removal.reason or "It is still in the keychain."))
    return Receipt(tuple(lines))


def _now(rack: Rack, key: CredentialKey) -> Record | None:
    """The record, with what another data folder may have stored in the same keychain since."""
    with suppress(KeyrackError):  # what can't be read can still be deleted
        rack.load(*key)
    return rack.record(*key)


def _issuer_told(parts: Parts, server: Server, *, revoke: bool, forget: bool) -> list[Line]:
    try:
        grant = parts.rack().load(*key_of(server))
    except KeyrackError as error:
        return [Line("Revoke", "failed", str(error))]
    if grant is None:
        return []
    if grant.credential.kind == "token":
        return [_revoke_by_hand(parts, grant)] if revoke else []
    lines = revoked(parts, server, grant) if revoke else []
    return [*lines, forgotten(parts, server, grant)] if forget else lines


def _revoke_by_hand(parts: Parts, grant: Grant) -> Line:
    """A token made by hand: by the service's API where it has one, else on its page."""
    from keyrack.operations.tokens.service import card_for, revoke_at_service, where_to_undo

    card = card_for(parts, grant.url)
    if card is None:
        return Line("Revoke", "not supported", where_to_undo(card))
    fields = dict(grant.fields) or {card.main_field: grant.tokens.access_token}
    verdict = revoke_at_service(parts, card, fields)
    if verdict is None:
        return Line("Revoke", "not supported", where_to_undo(card))
    return Line("Revoke", "done" if verdict.ok else "failed", verdict.sentence)
