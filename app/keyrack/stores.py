"""The stores for secrets on this machine, and the records, logs and backups beside them.

`wiring` builds them; they are apart because the settings may choose another store at any time.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from keyrack.domain.errors import StoreUnavailable
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreKind
from keyrack.operations.ports import (
    Backups,
    Connections,
    Consent,
    CredentialStore,
    EventLog,
)

if TYPE_CHECKING:
    from keyrack.domain.settings import Settings
    from keyrack.store.backends.base import SecretBackend
    from keyrack.store.vault.backend import VaultBackend
    from keyrack.store.vault.keys import Sources
    from keyrack.system.locks import Locks


AT_ONCE = 0.5  # seconds that a listing waits for the keychain


class MachineStores:
    """The stores to choose from (`operations.ports.Stores`), and the credential store in use.

    That is the one in the settings, or the one in memory once the user has agreed to it.
    """

    def __init__(
        self,
        credentials: CredentialStore | None,
        env: Mapping[str, str],
        platform: str,
        now: Callable[[], float],
        ask: Callable[[], Secret | None] | None,
    ) -> None:
        from keyrack.system.forks import reset_in_child

        self._env, self._platform, self._now, self._ask = env, platform, now, ask
        self.reset_after_fork()
        reset_in_child(self)
        self._given = credentials
        self._by_kind: dict[str, CredentialStore] = {} if credentials is None else {"keychain": credentials}
        self._vault: VaultBackend | None = None
        self._locks: Locks | None = None
        self._questions: Consent | None = None
        self._seen: tuple[object, Settings] | None = None
        self._tell: Callable[[str], Any] = lambda sentence: None

    def reset_after_fork(self) -> None:
        """In a forked child: another thread of the parent may have held the lock."""
        self._turn = threading.RLock()  # the screen calls from several threads

    def current(self) -> CredentialStore:
        with self._turn:
            if "memory" in self._by_kind:
                return self._by_kind["memory"]
            settings = self._settings()
            if settings.refusal:
                from keyrack.store.backends.refused import RefusedBackend

                return self._over(RefusedBackend(settings.refusal))
            return self.credentials(settings.store)

    def backups(self) -> Backups:
        from keyrack.store.backups import SealedBackups

        return SealedBackups(os.path.join(self._data_dir(), "backups"), self._backup_key, self._now)

    def connections(self) -> Connections:
        from keyrack.store.connections import ConnectionFile

        return ConnectionFile(os.path.join(self._data_dir(), "connections.json"), self.locks())

    def _backup_key(self, create: bool) -> Secret | None:
        """The key in the store in use; or else in another one, from which everything else has moved since."""
        found = self.current().backup_key(create=False)
        kinds: tuple[StoreKind, ...] = ("keychain", "vault")
        for kind in kinds:
            if found is None and kind != self.chosen():
                with suppress(StoreUnavailable):
                    found = self.credentials(kind).backup_key(create=False)
        return self.current().backup_key(create=True) if found is None and create else found

    def events(self) -> EventLog:
        from keyrack.store.event_log import EventFiles

        return EventFiles(self._data_dir(), self.locks())

    def asked_before(self, key: Any, since: float) -> bool:
        from keyrack.store.asked import AskedFiles
        from keyrack.store.records.naming import record_id
        from keyrack.system.caller import process

        asking = process()
        folder = os.path.join(self._data_dir(), "asked")
        return bool(asking) and AskedFiles(folder).again(asking, record_id(key), since)

    def consent(self) -> Consent:
        from keyrack.store.consent import Questions
        from keyrack.system.desktop import ask

        with self._turn:
            if self._questions is None:
                self._questions = Questions(os.path.join(self._data_dir(), "questions"), self._now, ask)
            return self._questions

    def on_wait(self, tell: Callable[[str], Any]) -> None:
        self._tell = tell

    def keep_in_memory(self) -> None:
        from keyrack.store.credential_store import memory_credential_store

        with self._turn:
            self._by_kind["memory"] = memory_credential_store(self._now, self._data_dir())

    def chosen(self) -> StoreKind:
        return self._settings().store

    def is_locked(self) -> bool:
        """Would a command that needs a secret fail, because the store is locked? False if that can't be told
        at once. It asks nobody, and starts nothing."""
        settings = self._settings()
        if self._given is not None or "memory" in self._by_kind or settings.refusal:
            return self.current().state().locked
        if settings.store == "vault":
            state = self.credentials("vault").state()
            return state.locked and not state.ready
        from keyrack.store.backends.keyring_choice import secret_service_is_the_choice

        if not secret_service_is_the_choice():
            return False
        from keyrack.store.backends.bus import secret_service_is_locked

        return secret_service_is_locked(AT_ONCE)

    def choose(self, kind: StoreKind) -> None:
        with self._turn:
            self._known()
            self._set("store", kind)
            self._by_kind.pop("memory", None)

    def credentials(self, kind: StoreKind) -> CredentialStore:
        with self._turn:
            self._known()
            if kind not in self._by_kind:
                self._by_kind[kind] = self._over(self.vault() if kind == "vault" else self._keychain())
            return self._by_kind[kind]

    def vault(self, identity_file: str = "") -> VaultBackend:
        with self._turn:
            settings = self._known()
            if identity_file:
                return self._new_vault(settings, self._sources(settings, identity_file))
            if self._vault is None:
                self._vault = self._new_vault(settings, self._sources(settings))
            return self._vault

    def keep_identity(self, identity_file: str) -> None:
        with self._turn:
            self._known()
            self._set("vault_identity", identity_file)

    def _known(self) -> Settings:
        """The settings. Raises StoreUnavailable if one of them can't be read."""
        settings = self._settings()
        if settings.refusal:
            from keyrack.store.backends.refused import refused

            raise refused(settings.refusal)
        return settings

    def _settings(self) -> Settings:
        """The settings, read again if the file has changed: another keyrack may have chosen another store."""
        from keyrack.config import settings
        from keyrack.system.paths import config_file

        try:
            status = os.stat(config_file(self._env, self._platform))
            stamp = (status.st_ino, status.st_mtime_ns, status.st_size)
        except OSError:
            stamp = None
        with self._turn:
            if self._seen is None or self._seen[0] != stamp:
                found = settings.read(self._env, self._platform)
                if self._seen is not None and found[1:3] != self._seen[1][1:3]:  # the vault's settings
                    self._vault = None
                    self._by_kind.pop("vault", None)
                self._seen = stamp, found
            return self._seen[1]

    def _set(self, key: str, value: str) -> None:
        from keyrack.config.file import set_value
        from keyrack.system.paths import config_file

        set_value(config_file(self._env, self._platform), (key,), value)

    def _over(self, store: SecretBackend) -> CredentialStore:
        """A credential store over the records on disk. All stores share the locks, which a move needs."""
        from keyrack.store.credential_store import BackendCredentialStore
        from keyrack.store.records.files import RecordFiles

        locks = self.locks()
        records = RecordFiles(os.path.join(self._data_dir(), "records"), locks, self._now)
        return BackendCredentialStore(store, records, locks)

    def _keychain(self) -> SecretBackend:
        from keyrack.store.backends.chooser import KeychainBackend
        from keyrack.store.backends.chunked import ChunkedBackend

        allowed = self._settings().allow_backend
        return ChunkedBackend(KeychainBackend(allowed=allowed, tell=lambda sentence: self._tell(sentence)))

    def _new_vault(self, settings: Settings, sources: Sources) -> VaultBackend:
        from keyrack.store.vault.backend import VaultBackend

        minutes = settings.vault_lock_minutes
        return VaultBackend(self._data_dir(), self.locks(), self._now, sources=sources, minutes=minutes)

    def _sources(self, settings: Settings, identity_file: str = "") -> Sources:
        """The sources in the environment and the settings, with the default path if they name no file."""
        from keyrack.store.vault import keys as vault_keys
        from keyrack.store.vault.backend import IDENTITY_FILE

        def secret(name: str) -> Secret | None:
            return Secret(self._env[name]) if self._env.get(name) else None

        file = identity_file or self._env.get(vault_keys.IDENTITY_FILE) or settings.vault_identity
        return vault_keys.Sources(
            file or os.path.join(self._data_dir(), IDENTITY_FILE),
            None if identity_file else secret(vault_keys.IDENTITY),
            secret(vault_keys.PASSPHRASE),
            self._ask,
        )

    def locks(self) -> Locks:
        from keyrack.system.locks import Locks

        if self._locks is None:
            self._locks = Locks(os.path.join(self._data_dir(), "locks"))
        return self._locks

    def _data_dir(self) -> str:
        from keyrack.system.paths import data_dir

        return data_dir(self._env, self._platform)
