"""Calls to a keychain, each with a time limit, and with failures translated to keyrack's errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from keyrack.store.backends.timeouts import PERSON_LIMIT, Ask, Bounded
from keyrack.store.backends.translate import slow, translate
from keyrack.system.forks import reset_in_child

T = TypeVar("T")

LIMIT = 5.0  # seconds for a call that needs no user


class Calls:
    """Makes one call at a time, to any backend."""

    def __init__(
        self,
        *,
        limit: float = LIMIT,
        person_limit: float = PERSON_LIMIT,
        tell: Callable[[str], Any] = lambda sentence: None,
    ) -> None:
        """`tell` gets a sentence, in any thread, when the user must respond and takes more than a moment."""
        self._limit = limit
        self._person_limit = person_limit
        self._tell = tell
        self.name = "keychain"  # in sentences; the backend's own name once one is chosen
        self.is_well: Callable[[], bool] = lambda: True  # does it still reply while the user is being asked?
        self._bounded = self._new_bounded()
        reset_in_child(self)

    def reset_after_fork(self) -> None:
        """In a forked child: forget the calls of the parent's threads."""
        self._bounded = self._new_bounded()

    @property
    def is_asking(self) -> bool:
        """Is a call under way that may ask the user?"""
        return self._bounded.is_asking

    def run(self, action: Callable[[Ask], T]) -> T:
        """What `action` returns. Raises StoreUnavailable and its kinds, and the action's KeyrackErrors."""
        return self._bounded.run(
            action,
            self._limit,
            failed=lambda error: translate(error, self.name),
            slow=lambda: slow(self.name),
        )

    def _new_bounded(self) -> Bounded:
        return Bounded(self._person_limit, self._tell_of, lambda: self.is_well())

    def _tell_of(self, seconds: float) -> None:
        self._tell(
            f"Waiting for the {self.name}, which may be asking you for permission or a password "
            f"(at most {seconds:.0f} s)."
        )
