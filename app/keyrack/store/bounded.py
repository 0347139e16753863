"""Calls that may hang, held to a limit of time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from keyrack.domain.errors import KeyrackError

T = TypeVar("T")

GIVE_UP = 60.0  # seconds after which a call that hangs no longer stands in the way of others


class Bounded:
    """One call at a time, each in a daemon thread, which cannot hold up an exit.

    A call that outlives its limit goes on by itself. While it does, others fail at once
    instead of waiting as long again, and no second unlock prompt piles up on the first.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._hung_since: float | None = None

    def run(
        self,
        action: Callable[[], T],
        limit: float,
        *,
        failed: Callable[[BaseException], KeyrackError],
        slow: Callable[[], KeyrackError],
    ) -> T:
        """What `action` returns, or an error made by `failed` or, after `limit` seconds, by `slow`."""
        deadline = time.monotonic() + limit
        hung = self._hung_since
        if hung is not None and time.monotonic() - hung > GIVE_UP:
            self._turn, self._hung_since, hung = threading.Lock(), None, None
        turn = self._turn
        if not turn.acquire(timeout=0 if hung is not None else limit):
            raise slow()
        call = _Call(action, failed, turn, self)
        thread = threading.Thread(target=call.perform, name="keychain", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no more threads
            turn.release()
            raise slow() from None
        thread.join(max(0.0, deadline - time.monotonic()))
        if not call.done.is_set():
            self._hung_since = time.monotonic()
            if not call.done.is_set():
                raise slow()
            self._hung_since = None
        if call.error is not None:
            raise call.error
        return call.results[0]

    def over(self, turn: threading.Lock) -> None:
        """A call has ended, in time or late."""
        if turn is self._turn:
            self._hung_since = None
        turn.release()


class _Call(Generic[T]):
    """One call and what became of it. The error is made in the thread and raised outside of
    its `except`, so that no foreign exception hangs on it."""

    def __init__(
        self, action: Callable[[], T], failed: Callable[[BaseException], KeyrackError],
        turn: threading.Lock, owner: Bounded,
    ) -> None:
        self._action = action
        self._failed = failed
        self._turn = turn
        self._owner = owner
        self.results: list[T] = []
        self.error: KeyrackError | None = None
        self.done = threading.Event()

    def perform(self) -> None:
        try:
            self.results.append(self._action())
        except BaseException as error:
            self.error = self._failed(error).with_traceback(None)
            self.error.__context__ = self.error.__cause__ = None
        finally:
            self.done.set()
            self._owner.over(self._turn)
