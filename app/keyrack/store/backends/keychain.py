"""The operating system's keychain, by way of keyring."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from keyrack.domain.errors import KeyrackError, StoreAbsent, StoreLocked, StoreUnavailable
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState
from keyrack.store.backends import chooser as backends
from keyrack.store.backends.chooser import Backend
from keyrack.store.backends.keychain_calls import LIMIT, KeychainCalls
from keyrack.store.backends.timeouts import PERSON_LIMIT, Ask
from keyrack.store.backends.translate import has_screen, locked

if TYPE_CHECKING:
    from keyrack.store.backends.secret_service import SecretService

SERVICE = "keyrack"


class KeychainBackend:
    """A SecretStore over keyring; the Secret Service is spoken to directly (`secret_service`).

    Nothing is opened before the first call, and each call holds to its limit: LIMIT, or
    PERSON_LIMIT from the moment in which a person may be asked, for a password or for
    permission. `tell` gets a sentence, in any thread, when that takes more than a moment.
    """

    persistent = True

    def __init__(
        self,
        choose: Callable[[], Backend] | None = None,
        *,
        allowed: Collection[str] = (),
        limit: float = LIMIT,
        person_limit: float = PERSON_LIMIT,
        tell: Callable[[str], Any] = lambda sentence: None,
    ) -> None:
        self._allowed = allowed
        self._calls = KeychainCalls(
            choose, allowed=allowed, limit=limit, person_limit=person_limit, tell=tell
        )

    @property
    def name(self) -> str:
        return self._calls.name

    def get(self, entry: str) -> Secret | None:
        """Raises StoreUnavailable and its kinds."""
        found = self._calls.open()
        if found.service is not None:
            try:
                return self._calls.directly(
                    found, lambda service, ask: _decode(service.get(SERVICE, entry, ask))
                )
            except StoreUnavailable as error:
                if type(error) is not StoreUnavailable:
                    raise
                # Something unexpected: keyring's own way may still work.
        return self._calls.by_keyring(found, lambda backend: _wrap(backend.get_password(SERVICE, entry)))

    def set(self, entry: str, secret: Secret) -> None:
        """Raises StoreUnavailable and its kinds."""
        self._write(
            lambda service, ask: service.set(SERVICE, entry, secret.reveal(), ask),
            lambda backend: backend.set_password(SERVICE, entry, secret.reveal()),
        )

    def delete(self, entry: str) -> bool:
        """Raises StoreUnavailable and its kinds. False when there was nothing."""
        if not self._has(entry):
            return False
        try:
            self._write(
                lambda service, ask: service.delete(SERVICE, entry, ask),
                lambda backend: backend.delete_password(SERVICE, entry),
            )
        except StoreUnavailable:
            # Some keychains report a failure although the entry is gone.
            if self._has(entry):
                raise
        return True

    def entries(self) -> tuple[str, ...] | None:
        """Raises StoreUnavailable and its kinds. Only the Secret Service can be asked for what it holds."""
        found = self._calls.open()
        if found.service is None:
            return None
        return self._calls.quietly(found, lambda service: service.entries(SERVICE))

    def capacity(self) -> int | None:
        """UTF-16 code units per entry; None: more than keyrack ever needs. Raises StoreUnavailable."""
        backend = self._calls.open().backend
        return None if backend is None else backends.capacity_of(backend)

    def staying_open(self) -> AbstractContextManager[None]:
        """Its locking is the system's own affair."""
        return nullcontext()

    @contextmanager
    def shared_lock(self, name: str, *, timeout: float) -> Generator[None]:
        """A name on the session bus, where that is where the keychain is."""
        if not self._is_on_the_bus():
            yield
            return
        from keyrack.store.backends.bus_name import BusName

        owned = BusName(name)
        owned.take(timeout=timeout)
        try:
            yield
        finally:
            owned.give_back()

    def _is_on_the_bus(self) -> bool:
        try:
            found = self._calls.open()
        except StoreUnavailable:
            return False  # whoever asks it for something is told why
        return found.service is not None or (
            found.backend is not None and backends.is_on_the_bus(found.backend)
        )

    def state(self) -> StoreState:
        """Its name and whether it can be used now."""
        try:
            found = self._calls.open()
            # While a person is asked, it is open.
            is_locked = not self._calls.is_asking and self._calls.is_locked(found)
        except StoreAbsent as error:
            return StoreState("none", ready=False, reason=str(error), hint=error.hint)
        except KeyrackError as error:
            is_locked = isinstance(error, StoreLocked)
            return StoreState(self.name, False, locked=is_locked, reason=str(error), hint=error.hint)
        if is_locked:
            error = locked(self.name)
            state = StoreState(self.name, False, locked=True, reason=str(error), hint=error.hint)
        else:
            state = StoreState(self.name, ready=True)
        if found.backend is None:
            return state._replace(limits=backends.LIMITS[backends.SECRET_SERVICE])
        name, limits = backends.full_name(found.backend), backends.limits_of(found.backend, self._allowed)
        return state._replace(backend=name, limits=limits)

    def _has(self, entry: str) -> bool:
        """Asked of the Secret Service without reading it, for which it may ask a person."""
        found = self._calls.open()
        if found.service is None:
            return self.get(entry) is not None
        return self._calls.directly(found, lambda service, ask: service.has(SERVICE, entry))

    def _write(
        self, directly: Callable[[SecretService, Ask], None], by_keyring: Callable[[Backend], None]
    ) -> None:
        """By keyring where there is no Secret Service, or no collection in it yet."""
        found = self._calls.open()
        if found.service is not None:
            try:
                self._calls.directly(found, directly)
            except StoreLocked as error:
                # What was never made is made by keyring, which asks a person for its password.
                if type(error) is StoreLocked or not has_screen():
                    raise
            except StoreUnavailable as error:
                if type(error) is not StoreUnavailable:
                    raise
            else:
                return
        self._calls.by_keyring(found, by_keyring)


def _decode(value: bytes | None) -> Secret | None:
    # What is no text was not written by keyrack, and is found to be damaged by whoever reads it.
    return None if value is None else Secret(value.decode(errors="replace"))


def _wrap(value: str | None) -> Secret | None:
    return None if value is None else Secret(value)
