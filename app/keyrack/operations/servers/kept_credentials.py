"""What becomes of a server's credentials when its entry in keyrack's own file changes.

A credential is stored for a URL and an account, and for a name if several servers share these. It is never
lost, and never becomes another server's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import CredentialKey, Server
from keyrack.domain.reading import Reading
from keyrack.operations.clearing.clear import clear
from keyrack.operations.history import log_event
from keyrack.operations.ports import Adapters, CredentialStore
from keyrack.operations.servers.find import keep_apart
from keyrack.operations.servers.owners import Owners, Stray
from keyrack.operations.storage.unlock import require_ready


class KeptCredentials:
    """The credentials of one server, as they were before the change."""

    def __init__(self, adapters: Adapters, before: Reading, row: Server | None) -> None:
        self._adapters, self._row = adapters, row
        self._records = records = adapters.credentials().records()
        self._owners = Owners(before, adapters.credentials(), records)
        self._keys = [
            key
            for key, record in records.items()
            if row is not None and record.credential and self._owners.of(row, key.account).key == key
        ]

    @property
    def _credentials(self) -> CredentialStore:
        return self._adapters.credentials()

    def require_writable(self, *, any_key: bool = False) -> None:
        """Raise StoreUnavailable or one of its kinds if a credential has to be stored again and can't be.
        `any_key`: or deleted."""
        if self._row is not None and any(any_key or key.name or self._row.tag for key in self._keys):
            require_ready(self._credentials)
            if not any_key:
                self._credentials.prove_writable()

    def note_owners(self) -> None:
        """Record whose the credentials without a name are, before that can't be told any more."""
        row = self._row
        if row is None or not row.tag or row.url is None:
            return
        for account in {row.account, *(key.account for key in self._keys)}:
            key = CredentialKey.of(row.url, account)
            keep_apart(self._credentials, key, self._owners.first(row, key))

    def move(self, after: Reading, row: Server | None) -> None:
        """Store them under the new name where they are stored under the old one. `row`: the server now.

        Raises KeyrackError, and then all are as before; also if another credential is stored under that name.
        """
        if row is None or row.url is None:
            return
        owners = Owners(after, self._credentials, self._credentials.records())
        self._refuse_taken(owners, row)
        rows = [each for each in after.servers if each.url == row.url and each is not row]
        moved = list[tuple[CredentialKey, CredentialKey]]()
        try:
            for key in self._keys:
                if any(owners.of(each, key.account).key == key for each in rows):
                    continue  # another program's entry still has the old name
                wanted = owners.of(row, key.account).key
                if wanted is None or (wanted.url, wanted.account) != (key.url, key.account):
                    continue  # a credential is for one URL
                if wanted != key:
                    self._copy(key, wanted, row)
                    moved.append((key, wanted))
                elif self._is_named(key):
                    self._credentials.note(key, names=row.full_names)
        except KeyrackError:
            for _, copy in moved:
                self._credentials.delete(copy)
            raise
        for key, copy in moved:
            self._credentials.delete(key)
            server = row._replace(account=copy.account, key_name=copy.name)
            log_event(self._adapters, server, "renamed", old_key_name=key.name)

    def _refuse_taken(self, owners: Owners, row: Server) -> None:
        """A credential that a removed server has left is not overwritten, and does not become this one's."""
        wanted = {owners.of(row, account).key for account in (None, *(key.account for key in self._keys))}
        others = {key for key, record in self._records.items() if record.credential} - set(self._keys)
        if not self._keys:  # nothing would be overwritten: it may share the one of another program's entry
            others &= {each.record.key for each in self._owners.strays(self._owners.servers())}
        if wanted & others:
            raise KeyrackError(
                f"A credential of another server called “{row.name}” is still stored for this URL.",
                hint="Clear that one first, or choose another name.",
            )

    def _is_named(self, key: CredentialKey) -> bool:
        record = self._credentials.record(key)
        return record is not None and record.credential is not None and bool(record.credential.names)

    def _copy(self, key: CredentialKey, wanted: CredentialKey, row: Server) -> None:
        with self._credentials.lock(key):
            stored = self._credentials.load(key)
            record = self._credentials.record(key)
            if stored is None:
                return
            facts = stored.credential._replace(names=row.full_names, apart=True)
            self._credentials.save(stored._replace(name=wanted.name, credential=facts))
            if record is not None and record.check is not None:
                self._credentials.note(wanted, check=record.check)

    def left_behind(self, after: Reading) -> tuple[Server, ...]:
        """The servers, as they are listed now, of those that no configured server has any more."""
        return tuple(stray.server for stray in self._strays(after))

    @property
    def accounts(self) -> tuple[str, ...]:
        return tuple(sorted(key.account for key in self._keys))

    def cleared(self, after: Reading, accounts: Collection[str]) -> Iterator[str]:
        """Delete those of these accounts that no configured server has any more; a sentence for each."""
        for stray in self._strays(after):
            name = stray.server.account
            if name not in accounts:
                continue
            try:
                receipt = clear(self._adapters, stray.server)
            except KeyrackError as error:
                yield f"The credential of the account {name} is still there: {error}"
                continue
            failed = next((line.detail for line in receipt.lines if line.outcome == "failed"), "")
            yield (
                f"The credential of the account {name} is still there: {failed}"
                if failed
                else f"The credential of the account {name} was deleted."
            )

    def _strays(self, after: Reading) -> list[Stray]:
        owners = Owners(after, self._credentials, self._credentials.records())
        return [each for each in owners.strays(owners.servers()) if each.record.key in self._keys
                and not _is_second_account(after, each.server)]  # fmt: skip


def _is_second_account(after: Reading, server: Server) -> bool:
    """Is it another account's credential of a server that is configured?"""
    return any(each.url == server.url and set(server.sources) & set(each.sources) for each in after.servers)
