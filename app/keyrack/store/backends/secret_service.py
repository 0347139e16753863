"""The Secret Service as a backend. Unlocks it if a user can, and reconnects after it has restarted."""

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

ANSWER = 3.0  # seconds for a harmless call that tests whether the service still replies


class SecretService:
    """A SecretBackend over the default collection. Methods raise StoreUnavailable and its kinds.

    That includes NoDefaultCollection: only keyring creates a missing collection; no password opens it.
    """

    name = "Secret Service"
    persistent = True

    def __init__(self, items: Items, calls: Calls, *, found_by: str = "") -> None:
        """`found_by`: the name of keyring's own backend for it, if keyring was asked."""
        self._items: Items | None = items
        self._calls = calls
        self._found_by = found_by
        self._inherited: list[Items] = []  # the parents' connections, which only they may close
        reset_in_child(self)

    def reset_after_fork(self) -> None:
        """In a forked child: stop using the parent's connection."""
        if self._items is not None:
            self._items.disown()
            self._inherited.append(self._items)
        self._items = None

    def get(self, entry: str) -> Secret | None:
        return self._unlocked(lambda items, ask: _decode(items.get(SERVICE, entry, ask)))

    def set(self, entry: str, secret: Secret) -> None:
        self._unlocked(lambda items, ask: items.set(SERVICE, entry, secret.reveal(), ask))

    def delete(self, entry: str) -> bool:
        """False if there was nothing."""
        if not self._has(entry):
            return False
        try:
            self._unlocked(lambda items, ask: items.delete(SERVICE, entry, ask))
        except StoreUnavailable:
            # Some services report a failure although the entry is gone.
            if self._has(entry):
                raise
        return True

    def entries(self) -> tuple[str, ...]:
        return self._with_items(lambda items, ask: items.entries(SERVICE))

    def capacity(self) -> None:
        return None

    def staying_open(self) -> AbstractContextManager[None]:
        """Does nothing: the system decides when it locks."""
        return nullcontext()

    def shared_lock(self, name: str, *, timeout: float) -> AbstractContextManager[None]:
        from keyrack.store.backends.bus_name import held

        return held(name, timeout=timeout)

    def state(self) -> StoreState:
        try:
            # While the user is asked about an item, it is open.
            is_locked = not self._calls.is_asking and self._with_items(lambda items, ask: items.is_locked())
        except KeyrackError as error:
            return state_after(error, self.name)
        state = state_after(locked(self.name), self.name) if is_locked else StoreState(self.name, ready=True)
        return state._replace(backend=self._found_by, limits=LIMITS[SECRET_SERVICE])

    def is_well(self) -> bool:
        """With a display, a service that does not reply may be waiting for its user."""
        if has_screen():
            return True
        from keyrack.store.backends.bus import secret_service_answers

        return secret_service_answers(ANSWER)

    def _has(self, entry: str) -> bool:
        """Is it there? Does not read it: for that the service may ask the user."""
        return self._unlocked(lambda items, ask: items.has(SERVICE, entry))

    def _unlocked(self, action: Callable[[Items, Ask], T]) -> T:
        """Make a call, after unlocking the collection if a user is there to do it."""
        try:
            return self._with_items(action)
        except StoreLocked as error:
            if type(error) is not StoreLocked:
                raise  # nothing that a password could open
        if not has_screen():
            # A prompt would fail, or open on a display that this user can't see.
            raise locked(self.name)
        self._with_items(lambda items, ask: items.unlock(ask))
        return self._with_items(action)

    def _with_items(self, action: Callable[[Items, Ask], T]) -> T:
        """Make a call, and repeat it over a new connection if the old one is dead (the daemon restarted)."""
        items = self._connected()
        try:
            return self._calls.run(lambda ask: action(items, ask))
        except StoreSlow:
            # Its thread still uses the connection; the next call opens a new one.
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
        """The connection for one call, which keeps it even if other threads reconnect."""
        items = self._items
        if items is None:
            items = self._items = self._calls.run(lambda ask: Items.connect())
        if items is None:
            raise absent(f"The {self.name} is not there any more.")
        return items

    def _drop(self, spent: Items) -> None:
        """Let the next call reconnect, unless another thread has done so already."""
        if self._items is spent:
            self._items = None


def _decode(value: bytes | None) -> Secret | None:
    # keyrack writes only text. Anything else is reported as damaged when it is parsed.
    return None if value is None else Secret(value.decode(errors="replace"))
