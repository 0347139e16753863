"""Clears a login that another program holds, and optionally revokes it first."""

from __future__ import annotations

from keyrack.domain.change import Change
from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import HeldToken
from keyrack.domain.model import CredentialInfo, Server, StoredCredential
from keyrack.domain.named_tuple import NamedTuple
from keyrack.operations.clearing.revoking import revoked
from keyrack.operations.history import log_event
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.sharing import changes
from keyrack.operations.sharing.held import own_command, program_named, urls_of
from keyrack.operations.sharing.issuer import own_issuer
from keyrack.operations.sharing.publishing import no_longer_published

UNDO = "keyrack undo reverses this"


class Clearing(NamedTuple):
    """What is to be cleared."""

    server: Server  # whose login it is; for one that no program lists, made from the row
    held: HeldToken
    change: Change
    command: str  # the program's own command, "" if it has none


def plan_clear(adapters: Adapters, server: Server, held: HeldToken) -> Clearing:
    """Find out what would be deleted. Changes nothing. Raises KeyrackError if it is not possible."""
    change = adapters.other_programs().plan(Change(held), urls_of(adapters, server))
    program = program_named(adapters, held.client)
    return Clearing(server, held, change, own_command(program.logout, held))


def clear_there(adapters: Adapters, clearing: Clearing, *, revoke: bool = False) -> Receipt:
    """Delete the login from the program's file or item. With `revoke`, revoke it at its issuer first, and
    delete it whatever the issuer replies."""
    server, held = clearing.server, clearing.held
    lines = revoke_there(adapters, server, held) if revoke else []
    done = bool(lines) and lines[0].outcome == "done"
    what = f"Cleared the login for {server.name} in {held.client}"
    backup = changes.of(adapters, clearing.change, what, server.name, server.url or held.url)
    backup = backup._replace(is_revoked=done)
    try:
        if _is_of_keyrack(adapters, server, held):  # an undo must not put it back once it has rotated
            backup = backup._replace(moved_to=server.key, refresh_token=held.tokens.refresh_token)
        changes.make(adapters, clearing.change, backup, urls_of(adapters, server))
    except KeyrackError as error:
        hint = f" You can also run: {clearing.command}" if clearing.command else ""
        lines.append(Line(f"Delete in {held.client}", "failed", f"{error}{hint}"))
    else:
        log_event(adapters, server, "cleared", f"The login of {held.client}.")
        lines.append(Line(f"Delete in {held.client}", "done", "" if done else UNDO))
        lines += no_longer_published(adapters, server, held.client)
    return Receipt(tuple(lines))


def _is_of_keyrack(adapters: Adapters, server: Server, held: HeldToken) -> bool:
    """Has the program keyrack's own refresh token, because that was published?"""
    if server.key is None or held.tokens.refresh_token is None:
        return False
    stored = adapters.credentials().load(server.key)
    return stored is not None and stored.tokens.refresh_token == held.tokens.refresh_token


def revoke_there(adapters: Adapters, server: Server, held: HeldToken) -> list[Line]:
    """Revoke the tokens (RFC 7009) at the server's issuer, with the client of the row.

    If the row names another issuer, nothing is sent. If it names none, the server alone says where to send
    it, or a project's file: nobody gets a refresh token or a client's secret from that.
    """
    if not held.client_id:
        return [Line("Revoke", "not supported", f"{held.client} does not store which client got the token")]
    if not held.issuer and (held.tokens.refresh_token or held.client_secret):
        unknown = f"{held.client} does not store which authorization server the login is from"
        return [Line("Revoke", "not supported", unknown)]
    try:
        issuer = own_issuer(adapters, server, held)
    except KeyrackError as error:
        return [Line("Revoke", "failed", str(error))]
    key = server.key
    if key is None or issuer is None:
        return [Line("Revoke", "failed", "the server names no authorization server")]
    facts = CredentialInfo("oauth", issuer.registration.issuer, expires_at=held.tokens.expires_at)
    stored = StoredCredential(
        key.url, key.account, facts, held.tokens, issuer.registration, issuer.endpoints, name=key.name
    )
    return revoked(adapters, server, stored, held_by=held.client)
