"""Takes over a login that another program holds: tried on the server, stored, read back.

A refresh token that rotates must have one owner. So either the login moves, and the program's row is deleted
once keyrack has read it back; or only the access token is copied.
"""

from __future__ import annotations

from typing import Literal

from keyrack.domain.change import Change
from keyrack.domain.errors import KeyrackError, LoginNeeded, TokenNotStored
from keyrack.domain.held import HeldState, HeldToken
from keyrack.domain.model import Check, CredentialInfo, Server, StoredCredential
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.status import Action
from keyrack.operations.credential import credential_key, stored_for
from keyrack.operations.history import log_event
from keyrack.operations.ports import Adapters, CredentialStore
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.servers.overview import is_lasting
from keyrack.operations.sharing import changes
from keyrack.operations.sharing.clearing import UNDO
from keyrack.operations.sharing.held import own_command, program_named, urls_of
from keyrack.operations.sharing.issuer import OwnIssuer, own_issuer
from keyrack.operations.storage.unlock import require_ready
from keyrack.operations.tokens.trial import tried
from keyrack.wording.commands import command_for

How = Literal["move", "copy"]
REPLACED = "The issuer has replaced the refresh token"


class Importing(NamedTuple):
    """What could be taken over."""

    server: Server
    held: HeldToken
    can_move: bool
    why_not: str = ""  # why only the access token can be taken; a sentence
    replaces: CredentialInfo | None = None  # what is stored now
    command: str = ""  # the program's own command for a new login
    why_not_copy: str = ""  # why the access token alone can't be taken; a sentence


class Imported(NamedTuple):
    receipt: Receipt
    credential: CredentialInfo
    check: Check | None


def plan_import(adapters: Adapters, server: Server, held: HeldToken) -> Importing:
    """Find out what can be taken over. Only reads. Raises KeyrackError if nothing can."""
    key = credential_key(server)
    refreshes, now = held.tokens.refresh_token is not None, adapters.now()
    expired = held.state(now) in (HeldState.EXPIRED, HeldState.REFRESHABLE)
    why_not = ""
    if refreshes and not held.issuer:
        why_not = f"{held.client} does not store which authorization server its refresh token is for."
    elif refreshes and not held.client_id:
        why_not = f"{held.client} does not store which client its refresh token is for."
    if expired and (why_not or not refreshes):
        reason = f"The token that {held.client} holds for {server.display_name} has expired."
        raise LoginNeeded(f"{reason} {why_not}".strip(), hint=f"Run: {command_for(Action.LOGIN, server)}")
    record = adapters.credentials().record(key)
    replaces = record.credential if record is not None else None
    no_copy = _copy_refusal(server, replaces, is_expired=expired)
    if why_not and no_copy is not None:
        raise no_copy
    command = own_command(program_named(adapters, held.client).login, held)
    return Importing(
        server, held, not why_not, why_not, replaces, command, str(no_copy) if no_copy is not None else ""
    )


def _copy_refusal(server: Server, kept: CredentialInfo | None, *, is_expired: bool) -> KeyrackError | None:
    """Why the access token alone can't be taken over; None if it can."""
    if kept is not None and kept.refreshable and not kept.refused_at:
        return KeyrackError(
            f"keyrack has a login for {server.display_name} that it can refresh. A copy can't be refreshed,"
            " so it does not replace that login.",
            hint=f"To replace it anyway, run this first: {command_for(Action.CLEAR, server)}",
        )
    if is_expired:
        return KeyrackError("The access token has expired, so it is of no use without the refresh token.")
    return None


def import_login(adapters: Adapters, importing: Importing, how: How) -> Imported:
    """Take the login over. Raises KeyrackError if nothing was stored; then the program still has it.

    Blocks; don't call it in the screen's thread.
    """
    server, held, moves = importing.server, importing.held, how == "move"
    if moves and not importing.can_move:
        raise KeyrackError(importing.why_not, hint="Use --copy to take only the access token.")
    is_expired = held.state(adapters.now()) in (HeldState.EXPIRED, HeldState.REFRESHABLE)
    no_copy = None if moves else _copy_refusal(server, importing.replaces, is_expired=is_expired)
    if no_copy is not None:
        raise no_copy
    credentials = adapters.credentials()
    store = require_ready(credentials)
    if not store.persistent:
        raise KeyrackError("There is no permanent store for secrets here, so nothing was taken over.")
    credentials.prove_writable()
    if moves:
        # The row must be deletable before its refresh token is used.
        adapters.other_programs().plan(Change(held), urls_of(adapters, server))
    issuer = own_issuer(adapters, server, held) if moves and held.tokens.refresh_token else None
    if moves and held.tokens.refresh_token and issuer is None:
        raise KeyrackError(
            f"{server.display_name} names no authorization server, so the refresh token can't be taken over.",
            hint="Use --copy to take only the access token.",
        )
    stored = _stored(adapters, server, held, issuer, store.name)
    check = None if is_expired else _try(adapters, server, stored)
    return _keep(adapters, importing, stored, check, moves=moves, refresh=is_expired)


def _stored(
    adapters: Adapters, server: Server, held: HeldToken, issuer: OwnIssuer | None, store: str
) -> StoredCredential:
    key = credential_key(server)
    tokens = held.tokens if issuer is not None else held.tokens._replace(refresh_token=None)
    registration = issuer.registration if issuer is not None else None
    facts = CredentialInfo(
        "oauth",
        registration.issuer if registration is not None else held.issuer,
        held.client_id,
        registration.kind if registration is not None else None,
        issuer.resource if issuer is not None else None,
        tokens.scopes,
        held.since or adapters.now(),
        tokens.expires_at,
        tokens.refresh_token is not None,
        label=held.label,
        store=store,
        ad_hoc=not is_lasting(server),
    )
    facts = stored_for(server, facts)
    endpoints = issuer.endpoints if issuer is not None else None
    return StoredCredential(key.url, key.account, facts, tokens, registration, endpoints, name=key.name)


def _try(adapters: Adapters, server: Server, stored: StoredCredential) -> Check:
    probed = tried(adapters, server, stored)
    if probed.verdict == "refused":
        raise KeyrackError(
            f"{server.display_name} refuses the token, so it was not taken over.",
            hint=f"Run: {command_for(Action.LOGIN, server)}",
        )
    if probed.verdict == "unreachable":
        raise KeyrackError(
            f"The token could not be tested, so it was not taken over. {probed.reason}",
            hint="Try again later.",
        )
    return Check(adapters.now(), probed.verdict, probed.reason, probed.revision)


def _keep(
    adapters: Adapters,
    importing: Importing,
    stored: StoredCredential,
    check: Check | None,
    *,
    moves: bool,
    refresh: bool,
) -> Imported:
    held, key = importing.held, stored.key
    with adapters.credentials().lock(key):
        credentials = adapters.credentials()
        before = credentials.load(key) if importing.replaces is not None else None
        facts = credentials.save(stored)
        again = credentials.load(key)
        if again is None or again.tokens.access_token != held.tokens.access_token:
            _put_back(credentials, before, stored)
            raise KeyrackError(f"The token could not be read back from {facts.store}.")
        credentials.note(key, check=check)
    lines = [Line("Store the token", "done", facts.store)]
    log_event(adapters, importing.server, "imported", f"From {held.client}.")
    if refresh:
        facts = _refreshed(adapters, importing, before, stored)
        lines.append(Line("Refresh", "done"))
    if moves:
        lines.append(_delete_there(adapters, importing, stored))
        record = adapters.credentials().record(key)
        facts = record.credential if record is not None and record.credential is not None else facts
    return Imported(Receipt(tuple(lines)), facts, check)


def _refreshed(
    adapters: Adapters, importing: Importing, before: StoredCredential | None, stored: StoredCredential
) -> CredentialInfo:
    """Refresh the expired token. If that fails, everything is as it was: the program still has its login.

    Unless the issuer has replaced the refresh token all the same: then the program's no longer works.
    """
    from keyrack.operations.tokens.refresh import refreshed

    try:
        return refreshed(adapters, importing.server).credential
    except KeyrackError as error:
        client, kept = importing.held.client, False
        lost = isinstance(error, TokenNotStored) and _replaced(error.stored_credential, stored)
        if not lost:
            with adapters.credentials().lock(stored.key):
                kept = _replaced(adapters.credentials().load(stored.key), stored)
                if not kept:
                    _put_back(adapters.credentials(), before, stored)
        if kept:
            deleted = _delete_there(adapters, importing, stored).outcome == "done"
            done = "is deleted" if deleted else "no longer works"
            told = f"{REPLACED}, and keyrack has the new one. {client}'s {done}."
        elif lost:
            told = f"{REPLACED}, so {client}'s no longer works: log in again."
        else:
            told = "Nothing was taken over."
        error.hint = f"{error.hint} {told}".strip()
        raise


def _replaced(now: StoredCredential | None, stored: StoredCredential) -> bool:
    """Is there another refresh token now?"""
    return now is not None and now.tokens.refresh_token not in (None, stored.tokens.refresh_token)


def _delete_there(adapters: Adapters, importing: Importing, stored: StoredCredential) -> Line:
    """Delete the program's row. If that fails, keyrack gives the refresh token up: it has one owner.

    One that the issuer has replaced since it was the program's is kept: the program's no longer works.
    """
    server, held = importing.server, importing.held
    change, what = Change(held), f"Moved the login for {server.name} from {held.client} to keyrack"
    backup = changes.of(adapters, change, what, server.name, stored.url)
    backup = backup._replace(moved_to=stored.key, refresh_token=stored.tokens.refresh_token)
    title = f"Delete in {held.client}"
    try:
        changes.make(adapters, change, backup, urls_of(adapters, server))
    except KeyrackError as error:
        left = ""
        if stored.tokens.refresh_token is not None:
            given_up = give_up_refreshing(adapters, stored)
            left = (
                " keyrack has kept the access token only."
                if given_up
                else f" {REPLACED}, so {held.client}'s no longer works."
            )
        return Line(title, "failed", f"{error}{left}")
    return Line(title, "done", UNDO)


def give_up_refreshing(adapters: Adapters, stored: StoredCredential) -> bool:
    """Drop the refresh token from what is stored, if it is still this one."""
    with adapters.credentials().lock(stored.key):
        now = adapters.credentials().load(stored.key)
        if now is None or now.tokens.refresh_token != stored.tokens.refresh_token:
            return False
        drop_refresh_token(adapters, now)
        return True


def drop_refresh_token(adapters: Adapters, now: StoredCredential) -> None:
    """Store the credential without its refresh token. The caller has the credential's lock."""
    facts = now.credential._replace(refreshable=False)
    adapters.credentials().save(
        now._replace(credential=facts, tokens=now.tokens._replace(refresh_token=None))
    )


def _put_back(
    credentials: CredentialStore, before: StoredCredential | None, stored: StoredCredential
) -> None:
    if before is not None:
        credentials.save(before)
    else:
        credentials.delete(stored.key)
