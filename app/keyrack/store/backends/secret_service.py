"""The Secret Service as a backend: unlocked where somebody can do that, connected anew where it restarted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from keyrack.domain.errors import KeyrackError, StoreLocked, StoreSlow, StoreUnavailable
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState
from keyrack.store.backends.base import SERVICE, state_after
from keyrack.store.backends.calls import Calls
from keyrack.store.backends.keyring_choice import LIMITS, SECRET_SERVICE
from keyrack.store.backends.secret_service_items import Items
from keyrack.store.backends.timeouts import Ask
from keyrack.store.backends.translate import absent, has_screen, is_unforeseen, locked
from keyrack.system.forks import reset_in_child

T = TypeVar("T")

ANSWER = 3.0  # seconds for a question about nothing, to find out whether the service still answers


class SecretService:
    """A SecretBackend over the default collection. Methods raise StoreUnavailable and its kinds.

    NoDefaultCollection is among these: what was never made opens to no password, and keyring alone makes it.
    """

    name = "Secret Service"
    persistent = True

    def __init__(self, items: Items, calls: Calls, *, found_by: str = "") -> None:
        """`found_by`: keyring's name for its own backend over it, where keyring was asked."""
        self._items: Items | None = items
        self._calls = calls
        self._found_by = found_by
        self._inherited: list[Items] = []  # the parents' connections, which are theirs to close
        reset_in_child(self)

    def reset_after_fork(self) -> None:
        """In a forked child: nothing of the parent's connection."""
        if self._items is not None:
            self._items.disown()
            self._inherited.append(self._items)
        self._items = None

    def get(self, entry: str) -> Secret | None:
        return self._unlocked(lambda items, ask: _decode(items.get(SERVICE, entry, ask)))

    def set(self, entry: str, secret: Secret) -> None:
        self._unlocked(lambda items, ask: items.set(SERVICE, entry, secret.reveal(), ask))

    def delete(self, entry: str) -> bool:
        """False when there was nothing."""
        if not self._has(entry):
            return False
        try:
            self._unlocked(lambda items, ask: items.delete(SERVICE, entry, ask))
        except StoreUnavailable:
            # Some report a failure although the entry is gone.
            if self._has(entry):
                raise
        return True

    def entries(self) -> tuple[str, ...]:
        return self._with_items(lambda items, ask: items.entries(SERVICE))

    def capacity(self) -> None:
        return None

    def staying_open(self) -> AbstractContextManager[None]:
        """Its locking is the system's own affair."""
        return nullcontext()

    def shared_lock(self, name: str, *, timeout: float) -> AbstractContextManager[None]:
        from keyrack.store.backends.bus_name import held

        return held(name, timeout=timeout)

    def state(self) -> StoreState:
        try:
            # While a person is asked, it is open.
            is_locked = not self._calls.is_asking and self._with_items(lambda items, ask: items.is_locked())
        except KeyrackError as error:
            return state_after(error, self.name)
        state = state_after(locked(self.name), self.name) if is_locked else StoreState(self.name, ready=True)
        return state._replace(backend=self._found_by, limits=LIMITS[SECRET_SERVICE])

    def is_well(self) -> bool:
        """Where a screen is, a service that answers nothing may be one that waits for its person."""
        if has_screen():
            return True
        from keyrack.store.backends.bus import secret_service_answers

        return secret_service_answers(ANSWER)

    def _has(self, entry: str) -> bool:
        """Asked without reading it, for which the service may ask a person."""
        return self._unlocked(lambda items, ask: items.has(SERVICE, entry))

    def _unlocked(self, action: Callable[[Items, Ask], T]) -> T:
        """A call before which the collection is unlocked, where somebody is there to do it."""
        try:
            return self._with_items(action)
        except StoreLocked as error:
            if type(error) is not StoreLocked:
                raise  # there is nothing yet that a password would open
        if not has_screen():
            # A prompt would fail, or open on a screen that this user does not sit at.
            raise locked(self.name)
        self._with_items(lambda items, ask: items.unlock(ask))
        return self._with_items(action)

    def _with_items(self, action: Callable[[Items, Ask], T]) -> T:
        """Once more over a new connection, where the old one is spent (the daemon started anew)."""
        items = self._connected()
        try:
            return self._calls.run(lambda ask: action(items, ask))
        except StoreSlow:
            # Its thread still has the connection; the next call takes a new one.
            self._drop(items)
            raise
        except StoreUnavailable as error:
            if not is_unforeseen(error):
                raise
        items.close()
        self._drop(items)
        again = self._connected()
        return self._calls.run(lambda ask: action(again, ask))

    def _connected(self) -> Items:
        """What a call works with from its beginning to its end, whatever becomes of it in other threads."""
        items = self._items
        if items is None:
            items = self._items = self._calls.run(lambda ask: Items.connect())
        if items is None:
            raise absent(f"The {self.name} is not there any more.")
        return items

    def _drop(self, spent: Items) -> None:
        """The next call connects anew, unless another thread did so already."""
        if self._items is spent:
            self._items = None


def _decode(value: bytes | None) -> Secret | None:
    # What is no text was not written by keyrack, and is found to be damaged by whoever reads it.
    return None if value is None else Secret(value.decode(errors="replace"))
