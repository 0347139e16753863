"""One of keyring's backends: the macOS Keychain, the Windows Credential Manager, KWallet, pass, …"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from keyrack.domain.errors import StoreUnavailable
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState
from keyrack.store.backends import keyring_choice
from keyrack.store.backends.base import SERVICE
from keyrack.store.backends.calls import Calls
from keyrack.store.backends.keyring_choice import Backend
from keyrack.store.backends.timeouts import Ask

T = TypeVar("T")


class Keyring:
    """A SecretBackend over one of keyring's backends. Methods raise StoreUnavailable and its kinds.

    It may ask the user at any time: for each entry (the macOS Keychain, pass) or each program (KWallet).
    """

    persistent = True

    def __init__(self, make: Callable[[], Backend], calls: Calls, *, allowed: Collection[str] = ()) -> None:
        """`make` may take as long as importing keyring; `allowed` as for the chooser."""
        self._make = make
        self._calls = calls
        self._allowed = allowed

    @property
    def name(self) -> str:
        return keyring_choice.name_of(self._make())

    def get(self, entry: str) -> Secret | None:
        value = self._call(lambda backend: backend.get_password(SERVICE, entry))
        return None if value is None else Secret(value)

    def set(self, entry: str, secret: Secret) -> None:
        self._call(lambda backend: backend.set_password(SERVICE, entry, secret.reveal()))

    def delete(self, entry: str) -> bool:
        """False if there was nothing."""
        if self.get(entry) is None:
            return False
        try:
            self._call(lambda backend: backend.delete_password(SERVICE, entry))
        except StoreUnavailable:
            # Some keychains report a failure although the entry is gone.
            if self.get(entry) is not None:
                raise
        return True

    def entries(self) -> None:
        """keyring can't list entries."""
        return

    def capacity(self) -> int | None:
        """UTF-16 code units per entry; None: more than keyrack needs."""
        return keyring_choice.capacity_of(self._make())

    def staying_open(self) -> AbstractContextManager[None]:
        """Does nothing: the system decides when it locks."""
        return nullcontext()

    def shared_lock(self, name: str, *, timeout: float) -> AbstractContextManager[None]:
        """A name on the session bus, if the keychain is on it."""
        if keyring_choice.is_on_the_bus(self._make()):
            from keyrack.store.backends.bus_name import held

            return held(name, timeout=timeout)
        return nullcontext()

    def state(self) -> StoreState:
        """Does not test whether it is locked: that could make it ask the user."""
        backend = self._make()
        return StoreState(
            self.name,
            ready=True,
            backend=keyring_choice.full_name(backend),
            limits=keyring_choice.limits_of(backend, self._allowed),
        )

    def is_well(self) -> bool:
        """Always True: there is no call to find out."""
        return True

    def _call(self, action: Callable[[Backend], T]) -> T:
        def call(ask: Ask) -> T:
            backend = self._make()
            if keyring_choice.may_ask(backend):
                ask()
            return action(backend)

        return self._calls.run(call)
