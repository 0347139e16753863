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


def urgency(row: Row, unread: Collection[str] = ()) -> tuple[int, int]:
    """To sort by: as the needs press, then by state; what is switched off last. `unread`: as for `need_of`.

    Unlocking the store does not count: it is the same for all rows.
    """
    if row.server.is_off:
        return len(Need), len(State)
    need = _need_of_state(row, 0.0, None, unread)
    return _PLACES[need], _STATES[row.status.state]


def state_urgency(state: State) -> tuple[int, int]:
    """The same of the rows in a state, to sort groups of them by."""
    return _PLACES[_OF_STATE.get(state)], _STATES[state]


def counted(needs: Iterable[Need | None]) -> Mapping[Need, int]:
    """How many there are of each, without those of which there are none."""
    found = [need for need in needs if need is not None]
    return {need: found.count(need) for need in Need if need in found}


# What most servers in a state need; `_need_of_state` knows the exceptions.
_OF_STATE = {
    State.LOGIN_NEEDED: Need.LOGIN,
    State.NO_CREDENTIAL: Need.LOGIN,
    State.EMPTY_HEADER: Need.VARIABLE,
    State.BAD_ENTRY: Need.ENTRY,
    State.UNREACHABLE: Need.UNREACHABLE,
    State.EXPIRING: Need.EXPIRING,
}
_CALM = (
    State.ORPHAN,
    State.REFRESHABLE,
    State.VALID,
    State.CONFIGURED,
    State.NO_AUTH,
    State.STDIO,
)
_STATES = {state: place for place, state in enumerate((*_OF_STATE, *_CALM))}
_PLACES: dict[Need | None, int] = {need: place for place, need in enumerate((*Need, None))}


def _need_of_state(row: Row, now: float, within: float | None, unread: Collection[str]) -> Need | None:
    state = row.status.state
    if state is State.NO_CREDENTIAL:
        return Need.LOGIN if _lacks_login(row, unread) else None
    if state is State.EMPTY_HEADER:
        return Need.VARIABLE if row.status.action is Action.SET_VARIABLE else Need.LOGIN
    if state in (State.EXPIRING, State.VALID):
        return Need.EXPIRING if _ends_soon(row, now, within) else None
    return _OF_STATE.get(state)


def _lacks_login(row: Row, unread: Collection[str]) -> bool:
    if row.status.held_by or row.status.is_optional:
        return False
    return row.check is not None or not any(source.client in unread for source in row.server.sources)


def _ends_soon(row: Row, now: float, within: float | None) -> bool:
    credential = row.credential
    if credential is None or credential.expires_at is None or renews(credential):
        return False
    if within is None:
        return row.status.state is State.EXPIRING
    return credential.expires_at - now <= within
