"""Moves every credential from one store to the other.

All are copied and read back; then the other store becomes the one in use; then the
source is emptied. So the store in use always has every credential. A kill leaves at
most copies, which a second run deletes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keyrack.domain.errors import KeyrackError, StoreAbsent
from keyrack.domain.model import DEFAULT_ACCOUNT, CredentialInfo, CredentialKey, StoredCredential
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.storage import StoreKind
from keyrack.domain.version import with_notes, written
from keyrack.operations.ports import Adapters, CredentialStore
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.servers.overview import overview

LEFT = "without a record here: another data folder may use them, or run keyrack doctor --repair first"


class _Way(NamedTuple):
    source: CredentialStore
    target: CredentialStore
    source_name: str
    target_name: str
    source_in_use: bool  # then it wins if both were changed at the same time


def move(adapters: Adapters, to: StoreKind, *, on_line: Callable[[Line], Any] = lambda line: None) -> Receipt:
    """Move everything. Returns a line for each credential and one for the choice of the store.

    `on_line` gets each line at once. If a credential can't be copied, nothing is deleted and the
    choice stays. Raises KeyrackError, StoreUnavailable and its kinds, if a store can't be used.
    """
    stores = adapters.stores()
    source, target = stores.credentials("keychain" if to == "vault" else "vault"), stores.credentials(to)
    target.prove_writable()
    way = _Way(source, target, source.state().name, target.state().name, stores.chosen() != to)
    names, (keys, left) = _names(adapters), _keys(way, shared=to == "vault")
    lines: list[Line] = []

    def tell(line: Line) -> None:
        lines.append(line)
        on_line(line)

    there: list[CredentialKey] = []
    for key in keys:
        try:
            if _copied(way, key):
                there.append(key)
        except KeyrackError as error:
            tell(Line(names(key), "failed", str(error)))
    if lines:
        for key in there if way.source_in_use else ():
            _taken_back(way, key)
        tell(Line(f"Use the {way.target_name}", "failed", "nothing was moved"))
        return Receipt(tuple(lines))
    if stores.chosen() != to:
        stores.choose(to)
        tell(Line(f"Use the {way.target_name}", "done"))
    for key in there:
        tell(_emptied(way._replace(source_in_use=False), key, names(key)))
    if left:
        tell(Line(f"{left} more in the {way.source_name}", "nothing to do", LEFT))
    if not lines:
        tell(Line(f"Move to the {way.target_name}", "nothing to do", "everything is already there"))
    return Receipt(tuple(lines))


def _copied(way: _Way, key: CredentialKey) -> bool:
    """Copy a credential to the target; False if the source has none. Raises KeyrackError."""
    source, target = way.source, way.target
    with source.lock(key):
        stored_credential = source.held(key)
        if stored_credential is None:
            return False
        copy, record = target.held(key), target.record(key)
        known = record and record.credential
        best = (
            stored_credential
            if copy is None or _is_newer(stored_credential, copy, way.source_in_use)
            else copy
        )
        if copy is not None and _is_same(best, copy) and known and known.store == way.target_name:
            return True
        target.save(_as_noted(best, known))
        back = target.held(key)
        if back is None or not _is_same(back, best):
            raise KeyrackError(f"What was written to the {way.target_name} could not be read back.")
        return True


def _taken_back(way: _Way, key: CredentialKey) -> None:
    """Delete a copy after a failure, and make the record name the source again."""
    source, target = way.source, way.target
    with source.lock(key):
        try:
            stored_credential, copy, record = source.held(key), target.held(key), source.record(key)
            if stored_credential is None or copy is None or not _is_same(stored_credential, copy):
                return
            source.save(_as_noted(stored_credential, record and record.credential))
            target.delete_copy(key)
        except KeyrackError:
            return  # the source still has it, and the next run finds the copy


def _emptied(way: _Way, key: CredentialKey, name: str) -> Line:
    """Delete a credential from the source, after checking again that the target has it."""
    with way.source.lock(key):
        try:
            if _copied(way, key):
                way.source.delete_copy(key)
        except KeyrackError as error:
            left = f"it is in the {way.target_name}, and a copy remains in the {way.source_name}"
            return Line(name, "failed", f"{left}: {error}")
    return Line(name, "done", f"in the {way.target_name}; deleted from the {way.source_name}")


def _keys(way: _Way, *, shared: bool) -> tuple[list[CredentialKey], int]:
    """Every credential that the source may have, and the number left out: if other data folders may
    share the source, those without a record here.

    Raises StoreUnavailable and its kinds, unless the source is absent and no record names it.
    """
    source, left = way.source, 0
    try:
        source.recover()
        if shared:
            left = source.survey().strays
        else:
            source.repair()
    except StoreAbsent:
        credentials = [record.credential for record in source.records().values() if record.credential]
        if any(credential.store != way.target_name for credential in credentials):
            raise
        return [], 0
    return sorted(key for key, record in source.records().items() if record.credential is not None), left


def _names(adapters: Adapters) -> Callable[[CredentialKey], str]:
    """The credentials' names to show."""
    named = {row.server.key: row.server.name for row in overview(adapters).rows}

    def name(key: CredentialKey) -> str:
        name = named.get(key, key.url)
        return name if key.account == DEFAULT_ACCOUNT else f"{name}, account {key.account}"

    return name


def _as_noted(stored_credential: StoredCredential, known: CredentialInfo | None) -> StoredCredential:
    """Add what only the record has: refusals, and the server's names in files."""
    if known is None:
        return stored_credential
    return stored_credential._replace(
        credential=with_notes(stored_credential.credential, known)._replace(ad_hoc=known.ad_hoc)
    )


def _is_same(one: StoredCredential, other: StoredCredential) -> bool:
    """Are they equal, apart from where they are stored and what only the record has?"""

    def bare(stored_credential: StoredCredential) -> StoredCredential:
        facts = with_notes(stored_credential.credential, CredentialInfo(stored_credential.credential.kind))
        facts = facts._replace(store="", slot="", ad_hoc=False, names=(), apart=False)
        return stored_credential._replace(credential=facts)

    return bare(one) == bare(other)


def _is_newer(one: StoredCredential, other: StoredCredential, in_doubt: bool) -> bool:
    first, second = written(one.credential), written(other.credential)
    return first > second or (in_doubt and first == second)
