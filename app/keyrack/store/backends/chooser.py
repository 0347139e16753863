"""The operating system's keychain: the Secret Service if there is one, else the one that keyring chooses."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from keyrack.domain.errors import KeyrackError, NoDefaultCollection, StoreUnavailable
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState
from keyrack.store.backends.base import state_after
from keyrack.store.backends.calls import LIMIT, Calls
from keyrack.store.backends.timeouts import PERSON_LIMIT
from keyrack.store.backends.translate import has_screen, is_unforeseen

if TYPE_CHECKING:
    from keyrack.store.backends.keyring import Keyring
    from keyrack.store.backends.keyring_choice import Backend
    from keyrack.store.backends.secret_service import SecretService

T = TypeVar("T")


class KeychainBackend:
    """A SecretBackend that forwards each call to one of the two. It is chosen at the first call and kept.

    If the Secret Service fails in an unexpected way, the call is repeated with keyring's own backend for it.
    Each call has a time limit: LIMIT, or PERSON_LIMIT from the moment in which the user may be asked for a
    password or for permission. `tell` gets a sentence, in any thread, when that takes more than a moment.
    Methods raise StoreUnavailable and its kinds.
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
        """`choose` creates a backend of keyring's; None: the machine's own. `allowed` names backends
        ("module.Class") that are used although keyring does not recommend them."""
        self._choose = choose
        self._allowed = allowed
        self._calls = Calls(limit=limit, person_limit=person_limit, tell=tell)
        self._chosen: Chosen | None = None

    @property
    def name(self) -> str:
        return self._calls.name

    def get(self, entry: str) -> Secret | None:
        return self._by_either(lambda backend: backend.get(entry))

    def set(self, entry: str, secret: Secret) -> None:
        try:
            self._by_either(lambda backend: backend.set(entry, secret))
        except NoDefaultCollection:
            if not has_screen():
                raise
        else:
            return
        # keyring creates a missing collection, and asks the user for its password.
        self._keyring(self._choice()).set(entry, secret)

    def delete(self, entry: str) -> bool:
        """False if there was nothing."""
        return self._by_either(lambda backend: backend.delete(entry))

    def entries(self) -> tuple[str, ...] | None:
        """Only the Secret Service can list its entries."""
        return self._backend().entries()

    def capacity(self) -> int | None:
        """UTF-16 code units per entry; None: more than keyrack needs."""
        return self._backend().capacity()

    def staying_open(self) -> AbstractContextManager[None]:
        """Does nothing: the system decides when it locks."""
        return nullcontext()

    def shared_lock(self, name: str, *, timeout: float) -> AbstractContextManager[None]:
        try:
            return self._backend().shared_lock(name, timeout=timeout)
        except StoreUnavailable:
            return nullcontext()  # the next call tells why

    def state(self) -> StoreState:
        """Its name and whether it can be used now. Never raises."""
        try:
            return self._backend().state()
        except KeyrackError as error:
            return state_after(error, self.name)

    def _by_either(self, action: Callable[[SecretService | Keyring], T]) -> T:
        chosen = self._choice()
        try:
            return action(chosen.backend)
        except StoreUnavailable as error:
            if not is_unforeseen(error) or chosen.by_keyring is None:
                raise
        return action(self._keyring(chosen))

    def _keyring(self, chosen: Chosen) -> Keyring:
        """keyring's own backend for the Secret Service."""
        from keyrack.store.backends.keyring import Keyring

        assert chosen.by_keyring is not None
        return Keyring(chosen.by_keyring, self._calls)

    def _backend(self) -> SecretService | Keyring:
        return self._choice().backend

    def _choice(self) -> Chosen:
        chosen = self._chosen
        if chosen is None:
            self._import()
            chosen = self._calls.run(lambda ask: self._find())
            self._calls.is_well, self._chosen = chosen.backend.is_well, chosen
        return chosen

    def _import(self) -> None:
        # Not inside the limited call: on a cold disk an import may take longer.
        from keyrack.store.backends import keyring_choice

        try:
            if self._choose is None and keyring_choice.secret_service_is_the_choice():
                import keyrack.store.backends.secret_service  # noqa: F401  # pyright: ignore[reportUnusedImport]
        except ImportError:
            pass

    def _find(self) -> Chosen:
        from keyrack.store.backends import keyring_choice

        if self._choose is None and keyring_choice.secret_service_is_the_choice():
            service = self._secret_service()
            if service is not None:
                self._calls.name = service.name
                return Chosen(service, keyring_choice.secret_service)
        found = self._choose() if self._choose else keyring_choice.chosen_by_keyring(self._allowed)
        self._calls.name = keyring_choice.name_of(found)
        if keyring_choice.is_plain_secret_service(found):
            service = self._secret_service(keyring_choice.full_name(found))
            if service is not None:
                return Chosen(service, lambda: found)
        from keyrack.store.backends.keyring import Keyring

        return Chosen(Keyring(lambda: found, self._calls, allowed=self._allowed), None)

    def _secret_service(self, found_by: str = "") -> SecretService | None:
        """None if there is none, or the package to talk to it is not installed."""
        try:
            from keyrack.store.backends.secret_service import SecretService
            from keyrack.store.backends.secret_service_items import Items
        except ImportError:
            return None
        items = Items.connect()
        return None if items is None else SecretService(items, self._calls, found_by=found_by)


class Chosen:
    """The backend for all calls, and keyring's own for the Secret Service, created when it is needed."""

    def __init__(self, backend: SecretService | Keyring, by_keyring: Callable[[], Backend] | None) -> None:
        self.backend = backend
        self.by_keyring = by_keyring
