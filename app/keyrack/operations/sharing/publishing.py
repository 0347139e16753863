"""Writes a server's fresh access token into the store of another program, if the user has asked for it."""

from __future__ import annotations

from contextlib import suppress

from keyrack.domain.change import Backup, Change
from keyrack.domain.errors import KeyrackError, LoginNeeded
from keyrack.domain.held import HeldToken, Place, Program, slug
from keyrack.domain.model import Server, StoredCredential
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import canonical_url, same_issuer
from keyrack.domain.status import Action
from keyrack.operations.credential import credential_key
from keyrack.operations.history import log_event
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Line
from keyrack.operations.servers.owners import account_key
from keyrack.operations.sharing import changes
from keyrack.operations.sharing.held import (
    held_for,
    login_in,
    own_command,
    program_named,
    refuse_unread,
    urls_of,
)
from keyrack.operations.sharing.published import Publication, publications
from keyrack.operations.tokens.get_token import get_token
from keyrack.wording.commands import command_for

WAIT = 2.0  # seconds for a program's lock after a refresh; the next refresh publishes again


class Publishing(NamedTuple):
    """What is to be written."""

    server: Server
    program: Program
    change: Change
    stored: StoredCredential


def plan_publish(
    adapters: Adapters, server: Server, program: Program, *, with_refresh: bool = False
) -> Publishing:
    """Find out what would be written; the token is refreshed first if it is due.

    Raises LoginNeeded if keyrack has no login for the server, KeyrackError if the program has no entry,
    keyrack can't write into its store, or the server's `confirm` setting asks before each hand-out.
    """
    if not program.is_readable:
        raise KeyrackError(
            f"keyrack can't publish to {program.name}.",
            hint="Run keyrack clients to see which programs it can publish to.",
        )
    _refuse_unasked(adapters, server)
    get_token(adapters, server)
    stored = _login(adapters, server)
    if with_refresh and (stored.tokens.refresh_token is None or stored.registration is None):
        raise KeyrackError(f"No refresh token is stored for {server.display_name}.")
    held = _row(adapters, server, program, stored)
    if with_refresh:
        _refuse_for_another_client(held, stored)
    is_new = held.place == Place()
    change = Change(held, stored.tokens, with_refresh, is_new)
    change = adapters.other_programs().plan(change, urls_of(adapters, server))
    return Publishing(server, program, change, stored)


def publish(adapters: Adapters, publishing: Publishing) -> None:
    """Write the token, and remember to do it again after each refresh. Raises KeyrackError."""
    server, change = publishing.server, publishing.change
    _write(adapters, server, change)
    word = Publication(slug(publishing.program.name), change.with_refresh, server.account).word
    _remember(adapters, server, publishing.program, word)


def stop_publishing(adapters: Adapters, server: Server, program: Program) -> bool:
    """Publish no more; what has been written stays. False if it was not published."""
    before = [each for each in publications(server) if each.account == server.account]
    if not any(each.program == slug(program.name) for each in before):
        return False
    _remember(adapters, server, program, "")
    return True


def no_longer_published(adapters: Adapters, server: Server, client: str) -> list[Line]:
    """Stop publishing to a program in which a change has just been reversed or an entry deleted: the next
    refresh would undo that. Nothing is told if it was not published."""
    title = f"Stop publishing to {client}"
    try:
        stopped = stop_publishing(adapters, server, program_named(adapters, client))
    except KeyrackError as error:
        return [Line(title, "failed", str(error))]
    return [Line(title, "done")] if stopped else []


def publish_again(adapters: Adapters, server: Server, *, timeout: float = WAIT) -> tuple[str, ...]:
    """Write the current token to each program that is to have it, unless it has it already.

    Never raises for a failure: returns a sentence for each. Call it after the caller has its answer; not in
    the screen's thread.
    """
    failed: list[str] = []
    for publication in publications(server):
        if publication.account != server.account:
            continue
        try:
            _again(adapters, server, publication, timeout)
        except KeyrackError as error:
            failed.append(f"The token was not published to {publication.program}: {error}")
    return tuple(failed)


def _again(adapters: Adapters, server: Server, publication: Publication, timeout: float) -> None:
    _refuse_unasked(adapters, server)
    program = program_named(adapters, publication.program)
    stored = _login(adapters, server)
    held = _row(adapters, server, program, stored)
    if held.place != Place() and held.tokens.access_token == stored.tokens.access_token:
        return
    if publication.with_refresh:
        _refuse_for_another_client(held, stored)
    change = Change(held, stored.tokens, publication.with_refresh, held.place == Place())
    _write(adapters, server, change, timeout=timeout)


def _login(adapters: Adapters, server: Server) -> StoredCredential:
    stored = adapters.credentials().load(credential_key(server))
    if stored is None or stored.credential.kind != "oauth" or stored.credential.refused_at is not None:
        raise LoginNeeded(
            f"keyrack has no login for {server.display_name} to publish.",
            hint=f"Run: {command_for(Action.LOGIN, server)}",
        )
    return stored


def _refuse_unasked(adapters: Adapters, server: Server) -> None:
    """What is published can be read at any time, without the question that the user wants."""
    if server.confirm or credential_key(server).url in adapters.read().confirm:
        raise KeyrackError(
            f"{server.name} has the setting “confirm”, and nobody asks before a published token is used.",
            hint="Use keyrack connect instead, or remove the setting.",
        )


def _refuse_for_another_client(held: HeldToken, stored: StoredCredential) -> None:
    """A refresh token belongs to one client at one issuer (RFC 6749, section 6). A program that sent it as
    another client, or to another issuer, would fail, and could end keyrack's login too."""
    registration = stored.registration
    if (
        registration is not None
        and held.client_id == registration.client_id
        and (held.issuer is None or same_issuer(held.issuer, registration.issuer))
    ):
        return
    raise KeyrackError(
        f"{held.client}'s entry is for another OAuth client than keyrack's, so the refresh token would not"
        " work there.",
        hint="Publish without the refresh token.",
    )


def _row(adapters: Adapters, server: Server, program: Program, stored: StoredCredential) -> HeldToken:
    """The program's row; without one, a row to create where keyrack can. Raises KeyrackError."""
    here = [each for each in held_for(adapters, server) if each.client == program.name]
    if here:
        return login_in(adapters, server, program)
    refuse_unread(adapters, server, program)
    names = [source.name for source in server.sources if source.client == program.name]
    new = HeldToken(
        program.name,
        Place(),
        (),
        stored.tokens,
        names[0] if names else server.name,
        server.url or "",
        client_id=stored.registration.client_id if stored.registration else None,
        client_secret=stored.registration.client_secret if stored.registration else None,
    )
    if program.creates:
        return new
    command = own_command(program.login, new)
    raise KeyrackError(
        f"{program.name} has no login for {server.display_name} yet, and keyrack only writes into an existing"
        " one.",
        hint=f"Log in there once: {command}" if command else f"Log in once with {program.name}.",
    )


def _write(adapters: Adapters, server: Server, change: Change, *, timeout: float | None = None) -> None:
    """A row has one backup, of what was there before the first publication: the tokens that were published
    in between are of no use any more, and the program's own login is."""
    what = f"Published the token of {server.name} to {change.held.client}"
    url = server.url or ""
    row = f"{change.held.client}\n{canonical_url(url)}"  # the place of one to create is not known yet
    backup = changes.of(adapters, change, what, server.name, url)._replace(row=row)
    earlier: list[Backup] = []
    with suppress(KeyrackError):  # those that can't be opened can't be undone either
        earlier = [each for each in adapters.backups().all() if each.row == row]
    before = earlier[0].edits if earlier else ()
    replaced = changes.make(
        adapters, change, backup, urls_of(adapters, server), timeout=timeout, earlier=before
    )
    if replaced:
        log_event(adapters, server, "published", f"To {change.held.client}.")
        for each in earlier:
            adapters.backups().delete(each)


def _remember(adapters: Adapters, server: Server, program: Program, word: str) -> None:
    """Replace the program's word for this account; without a word, remove it."""
    others = [
        each.word
        for each in publications(server)
        if (each.program, each.account) != (slug(program.name), server.account)
    ]
    adapters.set_publish(account_key(server), " ".join((*others, word)).strip())
