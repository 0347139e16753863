"""Clear, revoke, forget."""

from __future__ import annotations

from contextlib import suppress

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Credential, CredentialKey, Grant, Record, Server
from keyrack.domain.resource import origin
from keyrack.oauth.effects import Response
from keyrack.oauth.revoke import deregistration_request, is_unsupported, revocation_request, why_not
from keyrack.operations.connection import wire_to
from keyrack.operations.credential import key_of
from keyrack.operations.parts import Parts, Rack, Wire
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.unlock import require_decided
from keyrack.store.version import is_same


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
            return Receipt((Line("Delete", "nothing to do", "it was renewed meanwhile"),))
        if revoke or forget:
            lines += _tell_issuer(parts, server, revoke=revoke, forget=forget)
        removal = rack.remove(*key)
        record = rack.record(*key)
        if removal.verified and record and record.check and record.check.verdict in ("accepted", "refused"):
            # That was said of the token, which is gone; what stays is that the server wants one.
            rack.note(*key, check=record.check._replace(verdict="required", reason=""))
    if removal.verified and not removal.deleted:
        lines.append(Line("Delete", "nothing to do", f"nothing was stored for the account {key.account}"))
    elif removal.verified:
        lines += (Line("Delete", "done"), Line("Verified gone", "done"))
    else:
        lines.append(Line("Delete", "failed", removal.reason or "It is still in the keychain."))
    return Receipt(tuple(lines))


def _now(rack: Rack, key: CredentialKey) -> Record | None:
    """The record, with what another data folder may have stored in the same keychain since."""
    with suppress(KeyrackError):  # what can't be read can still be deleted
        rack.load(*key)
    return rack.record(*key)


def _tell_issuer(parts: Parts, server: Server, *, revoke: bool, forget: bool) -> list[Line]:
    try:
        grant = parts.rack().load(*key_of(server))
    except KeyrackError as error:
        return [Line("Revoke", "failed", str(error))]
    if grant is None:
        return []
    if grant.credential.kind == "token":
        return [_revoke_by_hand(parts, grant)] if revoke else []
    wire = wire_to(parts, server)
    try:
        lines = [_revoke(wire, grant)] if revoke else []
        return [*lines, _forget(wire, grant)] if forget else lines
    finally:
        wire.close()


def _revoke(wire: Wire, grant: Grant) -> Line:
    """The refresh token first: with it the issuer revokes the access tokens of the grant, as most do."""
    endpoint = grant.endpoints.revocation if grant.endpoints else None
    if endpoint is None or grant.registration is None:
        return Line("Revoke", "not supported", "the token works until it expires")
    tokens = ((grant.tokens.refresh_token, "refresh_token"), (grant.tokens.access_token, "access_token"))
    kept: list[str] = []
    for token, hint in tokens:
        if token is None:
            continue
        request = revocation_request(endpoint, grant.registration, token, hint)
        reply = wire.send(request, server_url=grant.url)
        if is_unsupported(reply):
            kept.append(hint.replace("_", " "))
            continue
        problem = why_not(reply)
        if problem:
            return Line("Revoke", "failed", f"{origin(endpoint)}: {problem}")
    if len(kept) == sum(token is not None for token, _ in tokens):
        return Line("Revoke", "not supported", f"{origin(endpoint)} revokes no tokens of this kind")
    rest = f"; it can't revoke the {kept[0]}, which works until it expires" if kept else ""
    return Line("Revoke", "done", origin(endpoint) + rest)


def _revoke_by_hand(parts: Parts, grant: Grant) -> Line:
    """A token made by hand: by the service's API where it has one, else on its page."""
    from keyrack.operations.service import card_for, revoke_at_service, where_to_undo

    card = card_for(parts, grant.url)
    if card is None:
        return Line("Revoke", "not supported", where_to_undo(card))
    fields = dict(grant.fields) or {card.main_field: grant.tokens.access_token}
    verdict = revoke_at_service(parts, card, fields)
    if verdict is None:
        return Line("Revoke", "not supported", where_to_undo(card))
    return Line("Revoke", "done" if verdict.ok else "failed", verdict.sentence)


def _forget(wire: Wire, grant: Grant) -> Line:
    request = deregistration_request(grant.registration) if grant.registration else None
    if request is None:
        return Line("Forget", "not supported", "the issuer gave no way to drop the registration")
    reply = wire.send(request, server_url=grant.url)
    if isinstance(reply, Response) and reply.status in (404, 410):
        return Line("Forget", "done", "the issuer did not know it any more")
    problem = why_not(reply)
    return Line("Forget", "failed", problem) if problem else Line("Forget", "done")
