"""The operating system's keychain, by way of keyring."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from keyrack.domain.errors import KeyrackError, StoreAbsent, StoreLocked, StoreSlow, StoreUnavailable
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState
from keyrack.store import backends
from keyrack.store.backends import Backend
from keyrack.store.bounded import Bounded
from keyrack.store.forks import anew_in_child
from keyrack.store.translate import absent, has_screen, locked, slow, translate

if TYPE_CHECKING:
    from keyrack.store.secret_service import SecretService

T = TypeVar("T")

SERVICE = "keyrack"
LIMIT = 5.0  # seconds for a call that needs nobody
PERSON_LIMIT = 60.0  # seconds for one in which a person may have to type a password


class _Open(NamedTuple):
    """What a call works with from its beginning to its end, whatever becomes of it in other threads."""

    service: SecretService | None  # spoken to directly
    backend: Backend | None  # keyring's; beside a service it is made when it is needed


class KeychainStore:
    """A SecretStore over keyring; the Secret Service is spoken to directly (`secret_service`).

    Nothing is opened before the first call, and each call holds to its limit: LIMIT,
    or PERSON_LIMIT when the keychain is locked and a screen is here to ask on, or when
    it is not known whether it will ask (a first use of the macOS Keychain, of KWallet).
    """

    persistent = True

    def __init__(
        self,
        choose: Callable[[], Backend] | None = None,
        *,
        allowed: Collection[str] = (),
        limit: float = LIMIT,
        person_limit: float = PERSON_LIMIT,
    ) -> None:
        self._choose = choose  # None: the machine's own
        self._allowed = allowed  # backends ("module.Class") that keyring does not recommend
        self._limit = limit
        self._person_limit = person_limit
        self._bounded = Bounded()
        self._opened: _Open | None = None
        self._proven = False  # it has answered once, so that it is not waiting for a person
        self._name = "keychain"
        self._inherited: list[SecretService] = []  # the parents' connections, which are theirs to close
        anew_in_child(self)

    @property
    def name(self) -> str:
        return self._name

    def begin_anew(self) -> None:
        """In a forked child: nothing of the parent's connection, nor of its threads' calls."""
        if self._opened is not None and self._opened.service is not None:
            self._opened.service.disown()
            self._inherited.append(self._opened.service)
        self._opened, self._bounded = None, Bounded()

    def get(self, entry: str) -> Secret | None:
        """Raises StoreUnavailable and its kinds."""
        found = self._open()
        try:
            if found.service is not None:
                return self._with_service(found, lambda service: _decode(service.get(SERVICE, entry)))
        except StoreLocked as error:
            if type(error) is not StoreLocked:
                raise  # there is nothing yet that a password would open
            # keyring makes the system ask for the password.
        except StoreUnavailable as error:
            if type(error) is not StoreUnavailable:
                raise
            # Something unexpected: keyring's own way may still work.
        return self._patiently(found, lambda backend: _wrap(backend.get_password(SERVICE, entry)))

    def set(self, entry: str, secret: Secret) -> None:
        """Raises StoreUnavailable and its kinds."""
        self._write(
            lambda service: service.set(SERVICE, entry, secret.reveal()),
            lambda backend: backend.set_password(SERVICE, entry, secret.reveal()),
        )

    def delete(self, entry: str) -> bool:
        """Raises StoreUnavailable and its kinds. False when there was nothing."""
        if self.get(entry) is None:
            return False
        try:
            self._write(
                lambda service: service.delete(SERVICE, entry),
                lambda backend: backend.delete_password(SERVICE, entry),
            )
        except StoreUnavailable:
            # Some keychains report a failure although the entry is gone.
            if self.get(entry) is not None:
                raise
        return True

    def entries(self) -> tuple[str, ...] | None:
        """Raises StoreUnavailable and its kinds. Only the Secret Service can be asked for what it holds."""
        found = self._open()
        if found.service is None:
            return None
        return self._with_service(found, lambda service: service.entries(SERVICE))

    def capacity(self) -> int | None:
        """UTF-16 code units per entry; None: more than keyrack ever needs. Raises StoreUnavailable."""
        backend = self._open().backend
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
        from keyrack.store.bus_name import BusName

        owned = BusName(name)
        owned.take(timeout=timeout)
        try:
            yield
        finally:
            owned.give_back()

    def _is_on_the_bus(self) -> bool:
        try:
            found = self._open()
        except StoreUnavailable:
            return False  # whoever asks it for something is told why
        return found.service is not None or (
            found.backend is not None and backends.is_on_the_bus(found.backend)
        )

    def state(self) -> StoreState:
        """Its name and whether it can be used now."""
        try:
            found = self._open()
            is_locked = self._is_locked(found)
        except StoreAbsent as error:
            return StoreState("none", ready=False, reason=str(error), hint=error.hint)
        except KeyrackError as error:
            is_locked = isinstance(error, StoreLocked)
            return StoreState(self._name, False, locked=is_locked, reason=str(error), hint=error.hint)
        if is_locked:
            error = locked(self._name)
            state = StoreState(self._name, False, locked=True, reason=str(error), hint=error.hint)
        else:
            state = StoreState(self._name, ready=True)
        if found.backend is None:
            return state._replace(limits=backends.LIMITS[backends.SECRET_SERVICE])
        name, limits = backends.full_name(found.backend), backends.limits_of(found.backend, self._allowed)
        return state._replace(backend=name, limits=limits)

    def _open(self) -> _Open:
        opened = self._opened
        if opened is None:
            self._import()
            opened = self._opened = self._run(self._find)
        return opened

    def _import(self) -> None:
        # Here and not in the bounded call: on a cold disk an import may take longer than the limit.
        try:
            if self._choose is None and backends.secret_service_is_the_choice():
                import keyrack.store.secret_service  # noqa: F401  # pyright: ignore[reportUnusedImport]
        except ImportError:
            pass

    def _find(self) -> _Open:
        if self._choose is None and backends.secret_service_is_the_choice():
            service = self._connect()
            if service is not None:
                self._name = "Secret Service"
                return _Open(service, None)
        backend = self._choose() if self._choose else backends.chosen_by_keyring(self._allowed)
        self._name = backends.name_of(backend)
        return _Open(self._connect() if backends.is_plain_secret_service(backend) else None, backend)

    def _connect(self) -> SecretService | None:
        try:
            from keyrack.store.secret_service import SecretService
        except ImportError:
            return None
        return SecretService.connect()

    def _drop(self, spent: _Open) -> None:
        """The next call finds anew, unless another thread did so already."""
        if self._opened is spent:
            self._opened = None

    def _is_locked(self, found: _Open) -> bool:
        """Known of the Secret Service only; asking another keychain could make it prompt."""
        return found.service is not None and self._with_service(found, lambda service: service.is_locked())

    def _with_service(self, found: _Open, action: Callable[[SecretService], T]) -> T:
        """Once more over a new connection, where the old one is spent (the daemon started anew)."""
        service = found.service
        assert service is not None
        try:
            return self._run(lambda: action(service))
        except StoreSlow:
            # Its thread still has the connection; the next call takes a new one.
            self._drop(found)
            raise
        except StoreUnavailable as error:
            if type(error) is not StoreUnavailable:
                raise
        service.close()
        self._drop(found)
        again = self._open().service
        if again is None:
            raise absent(f"The {self._name} is not there any more.")
        return self._run(lambda: action(again))

    def _write(
        self, directly: Callable[[SecretService], None], by_keyring: Callable[[Backend], None]
    ) -> None:
        """By keyring where there is no Secret Service, or where it must first ask a person."""
        found = self._open()
        if found.service is not None:
            try:
                self._with_service(found, directly)
            except StoreLocked:
                if not self._is_locked(found):
                    raise  # it did ask, and was told no
            except StoreUnavailable as error:
                if type(error) is not StoreUnavailable:
                    raise
            else:
                return
        self._patiently(found, by_keyring)

    def _patiently(self, found: _Open, action: Callable[[Backend], T]) -> T:
        """A call that may wait for a person."""
        if self._is_locked(found):
            if not has_screen():
                # A prompt would fail, or open on a screen that this user does not sit at.
                raise locked(self._name)
            limit, when_slow = self._person_limit, locked
        else:
            known = self._proven or found.service is not None
            limit, when_slow = self._limit if known else self._person_limit, slow
        result = self._run(lambda: action(found.backend or backends.secret_service()), limit, when_slow)
        self._proven = True
        return result

    def _run(
        self, action: Callable[[], T], limit: float | None = None, slow: Callable[[str], KeyrackError] = slow
    ) -> T:
        return self._bounded.run(
            action,
            self._limit if limit is None else limit,
            failed=lambda error: translate(error, self._name),
            slow=lambda: slow(self._name),
        )


def _decode(value: bytes | None) -> Secret | None:
    # What is no text was not written by keyrack, and is found to be damaged by whoever reads it.
    return None if value is None else Secret(value.decode(errors="replace"))


def _wrap(value: str | None) -> Secret | None:
    return None if value is None else Secret(value)
