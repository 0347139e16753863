"""What a person has to do, server by server: for `keyrack status`, `keyrack watch` and the screen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from keyrack.domain.needs import Need
from keyrack.domain.status import Action, State, renews
from keyrack.operations.servers.overview import Row


def need_of(
    row: Row, now: float, *, within: float | None = None, unread: Collection[str] = ()
) -> Need | None:
    """What a person has to do for this row; None if nothing, or if keyrack does it.

    What must be done in any case comes before unlocking the store.

    A credential that renews itself needs nobody. For others, `within` replaces the usual time before the
    expiry, in seconds. `unread`: the programs that may hold a login in keychain items that were not read.
    A server that is switched off needs nothing, nor does one for which another program holds a login.
    """
    if row.server.is_off or row.status.state is State.ORPHAN:
        return None
    need = _need_of_state(row, now, within, unread)
    return Need.UNLOCK if need is None and row.locked else need


def counted(needs: Iterable[Need | None]) -> Mapping[Need, int]:
    """How many there are of each, without those of which there are none."""
    found = [need for need in needs if need is not None]
    return {need: found.count(need) for need in Need if need in found}


_OF_STATE = {
    State.LOGIN_NEEDED: Need.LOGIN,
    State.BAD_ENTRY: Need.ENTRY,
    State.UNREACHABLE: Need.UNREACHABLE,
}


def _need_of_state(row: Row, now: float, within: float | None, unread: Collection[str]) -> Need | None:
    state = row.status.state
    if state is State.NO_CREDENTIAL:
        return Need.LOGIN if _lacks_login(row, unread) else None
    if state is State.EMPTY_HEADER:
        return Need.VARIABLE if row.status.action is Action.SET_VARIABLE else Need.LOGIN
    if state in _OF_STATE:
        return _OF_STATE[state]
    return Need.EXPIRING if _ends_soon(row, now, within) else None


def _lacks_login(row: Row, unread: Collection[str]) -> bool:
    if row.status.held_by or row.status.is_optional:
        return False
    return row.check is not None or not any(source.client in unread for source in row.server.sources)


def _ends_soon(row: Row, now: float, within: float | None) -> bool:
    credential = row.credential
    if credential is None or credential.expires_at is None or renews(credential):
        return False
    if row.status.state not in (State.EXPIRING, State.VALID):
        return False
    if within is None:
        return row.status.state is State.EXPIRING
    return credential.expires_at - now <= within
