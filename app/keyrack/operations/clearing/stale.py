"""Finds stale credentials, with the reasons, and clears the selected ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import HeldToken
from keyrack.domain.model import CredentialInfo, Server, StoredCredential
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import origin
from keyrack.domain.status import State
from keyrack.domain.version import is_same
from keyrack.oauth.authorization_server import is_gone
from keyrack.operations.clearing.clear import clear
from keyrack.operations.connection import http_client_for
from keyrack.operations.credential import credential_key
from keyrack.operations.drive import send_all
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.servers.overview import Row, overview
from keyrack.operations.sharing.clearing import clear_there, plan_clear
from keyrack.operations.sharing.stale import facts_of, stale_there
from keyrack.wording.times import utc


class Stale(NamedTuple):
    """A credential to delete, and the reason as a sentence."""

    server: Server
    credential: CredentialInfo
    why: str
    held: HeldToken | None = None  # if another program holds it


def find_stale(
    adapters: Adapters,
    *,
    ask_issuers: bool = True,
    check: bool = False,
    on_one: Callable[[int, int], object] = lambda done, total: None,
) -> tuple[Stale, ...]:
    """The stale credentials, in the list's order. Reads the keychain and asks issuers: not for the
    screen's thread.

    An issuer only counts as gone if it answers that there is no metadata; one that can't be
    reached may come back. `ask_issuers` False: nothing is sent. `on_one` is called before each
    credential with the number done and the total; an exception from it ends the search.

    Also those that other programs hold. With `check`, their tokens are tested on their servers.
    """
    view = overview(adapters)
    rows = [row for row in view.rows if row.credential is not None]
    issuers = _Issuers(adapters) if ask_issuers else None
    found: list[Stale] = []
    for done, row in enumerate(rows):
        on_one(done, len(rows))
        row, stored_credential = _as_stored(adapters, row)
        if row.credential is None:
            continue
        why = _by_record(row, adapters.now()) or _by_registration(stored_credential, adapters.now())
        if not why and issuers is not None:
            why = issuers.why(row)
        if why:
            found.append(Stale(row.server, row.credential, why))
    for server, held, why in stale_there(adapters, view, check=check):
        found.append(Stale(server, facts_of(held), why, held))
    return tuple(found)


def clear_stale(
    adapters: Adapters,
    chosen: Iterable[Stale],
    *,
    revoke: bool = False,
    forget: bool = False,
    on_one: Callable[[Stale, Receipt], object] = lambda stale, receipt: None,
) -> tuple[tuple[Stale, Receipt], ...]:
    """Clear each one that has not been replaced since. A failure does not stop the others, but an exception
    from `on_one` does."""
    done: list[tuple[Stale, Receipt]] = []
    for stale in chosen:
        try:
            if stale.held is not None:
                clearing = plan_clear(adapters, stale.server, stale.held)
                receipt = clear_there(adapters, clearing, revoke=revoke)
            else:
                receipt = clear(adapters, stale.server, revoke=revoke, forget=forget, only=stale.credential)
        except KeyrackError as error:
            receipt = Receipt((Line("Delete", "failed", str(error)),))
        done.append((stale, receipt))
        on_one(stale, receipt)
    return tuple(done)


def _by_record(row: Row, now: float) -> str:
    state, credential = row.status.state, row.credential
    assert credential is not None
    if state is State.ORPHAN:
        return "No program lists this server any more."
    if credential.refused_at is not None:
        return f"It was refused on {_day(credential.refused_at)}: {credential.refusal}"
    expires_at = credential.expires_at
    if state is not State.LOGIN_NEEDED or row.kind == "header":
        return ""  # or the refusal was of the program's own header
    if expires_at is None or expires_at > now:
        return ""  # if only its refresh was refused, the access token may still be valid
    if credential.refresh_refused_at is not None:
        return f"Its refresh was refused on {_day(credential.refresh_refused_at)}: {credential.refusal}"
    return "It has expired and can't be refreshed."


def _by_registration(stored_credential: StoredCredential | None, now: float) -> str:
    """A client whose secret has expired can't refresh any more (RFC 7591, section 3.2.1)."""
    ends = (
        stored_credential.registration.secret_expires_at
        if stored_credential and stored_credential.registration
        else None
    )
    if ends is None or ends > now:
        return ""
    return f"Its client secret expired on {_day(ends)}, so it can't be refreshed."


def _day(moment: float) -> str:
    return (utc(moment) or "an unknown date")[:10]


def _as_stored(adapters: Adapters, row: Row) -> tuple[Row, StoredCredential | None]:
    """The row, updated from the store: another data folder may have changed the credential since."""
    try:
        stored_credential = adapters.credentials().load(credential_key(row.server))
    except KeyrackError:
        return row, None  # the store reports that itself
    if stored_credential is not None and is_same(stored_credential.credential, row.credential):
        return row, stored_credential
    again = next((each for each in overview(adapters).rows if each.key == row.key), None)
    return again or row._replace(credential=None), stored_credential


class _Issuers:
    """Asks each issuer once."""

    def __init__(self, adapters: Adapters) -> None:
        self._parts = adapters
        self._gone: dict[str, bool] = {}

    def why(self, row: Row) -> str:
        credential, url = row.credential, row.server.url
        if credential is None or credential.issuer is None or url is None or credential.resource is None:
            return ""  # revision 2025-03-26 does not require metadata
        issuer = credential.issuer
        if issuer not in self._gone:
            try:
                http_client = http_client_for(self._parts, row.server)
            except KeyrackError:
                return ""  # its TLS files can't be used, so nothing is known
            try:
                self._gone[issuer] = send_all(is_gone(issuer), partial(http_client.send, server_url=url))
            finally:
                http_client.close()
        return f"Its issuer {origin(issuer)} no longer exists." if self._gone[issuer] else ""
