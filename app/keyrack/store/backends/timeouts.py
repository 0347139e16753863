"""Time limits for calls that may hang, with a longer one while the user is asked something."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from keyrack.domain.errors import KeyrackError

T = TypeVar("T")
# Called within a call before the user may have to answer; returns the seconds they have for it.
Ask = Callable[[], float]

PERSON_LIMIT = 60.0  # seconds for the user to type a password or to allow something
GIVE_UP = 60.0  # seconds after which a call that hangs no longer blocks others
GRACE = 2.0  # more seconds after that limit, in which the call itself can close the prompt
TELL_AFTER = 2.0  # seconds without an answer after which the user is told about the wait
LOOK = 0.5  # seconds between two checks; a wait without a limit can't be interrupted on Windows


class Bounded:
    """Makes one call at a time, each in a daemon thread, which does not keep the program from ending.

    A call that exceeds its limit keeps running. Until it ends, other calls fail at once
    instead of waiting as long. While the user is asked, others wait, so that there is
    only one question at a time.
    """

    def __init__(
        self,
        person_limit: float = PERSON_LIMIT,
        tell: Callable[[float], Any] = lambda seconds: None,
        is_well: Callable[[], bool] = lambda: True,
    ) -> None:
        """`tell` is called with the most seconds that the user's answer may take. `is_well` is called from
        time to time to find out whether the service still replies; if not, it is not waiting for the user."""
        self.person_limit = person_limit
        self._tell = tell
        self._is_well = is_well
        self._turn = threading.Lock()
        self._running: _Call[Any] | None = None
        self._hung_since: float | None = None

    @property
    def is_asking(self) -> bool:
        """Is a call under way that may ask the user?"""
        running = self._running
        return running is not None and running.asked and self._hung_since is None

    def run(
        self,
        action: Callable[[Ask], T],
        limit: float,
        *,
        failed: Callable[[BaseException], KeyrackError],
        slow: Callable[[], KeyrackError],
    ) -> T:
        """What `action` returns, or an error made by `failed` or, after `limit` seconds, by `slow`."""
        hung = self._hung_since
        if hung is not None and time.monotonic() - hung > GIVE_UP:
            self._turn, self._running, self._hung_since, hung = threading.Lock(), None, None, None
        turn = self._turn
        deadline = self._await_turn(turn, 0 if hung is not None else limit)
        if deadline is None:
            raise slow()
        call = self._running = _Call(action, failed, turn, self, deadline)
        thread = threading.Thread(target=call.perform, name="keychain", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no more threads
            self.over(turn)
            raise slow() from None
        self._await_end(call, limit)
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
            self._running = self._hung_since = None
        turn.release()

    def _await_turn(self, turn: threading.Lock, limit: float) -> float | None:
        """When the call must have ended; None if its turn does not come. Waits while the user is asked."""
        deadline = time.monotonic() + limit
        while not turn.acquire(timeout=max(0.0, min(deadline - time.monotonic(), LOOK))):
            running = self._running
            if limit and running is not None and running.asked:
                deadline = running.deadline + limit
            if time.monotonic() >= deadline:
                return None
        return deadline

    def _await_end(self, call: _Call[Any], limit: float) -> None:
        looked_at = time.monotonic()
        while not call.done.wait(max(0.0, min(call.deadline - time.monotonic(), LOOK))):
            now = time.monotonic()
            if now >= call.deadline:
                return
            if call.told_of < call.asked_at <= now - TELL_AFTER:
                call.told_of = call.asked_at
                self._tell(self.person_limit)
            if call.asked and now >= max(looked_at, call.asked_at) + limit:
                if not self._is_well():
                    return
                looked_at = time.monotonic()


class _Call(Generic[T]):
    """One call and its outcome. The error is created in the thread and raised outside of its `except`, so
    that it has no foreign exception as its context."""

    def __init__(
        self,
        action: Callable[[Ask], T],
        failed: Callable[[BaseException], KeyrackError],
        turn: threading.Lock,
        owner: Bounded,
        deadline: float,
    ) -> None:
        self._action = action
        self._failed = failed
        self._turn = turn
        self._owner = owner
        self.deadline = deadline
        self.asked = False
        self.asked_at = self.told_of = 0.0  # when the last question began, and the one last reported
        self.results: list[T] = []
        self.error: KeyrackError | None = None
        self.done = threading.Event()

    def perform(self) -> None:
        try:
            self.results.append(self._action(self._ask))
        except BaseException as error:
            self.error = self._failed(error).with_traceback(None)
            self.error.__context__ = self.error.__cause__ = None
        finally:
            self.done.set()
            self._owner.over(self._turn)

    def _ask(self) -> float:
        limit = self._owner.person_limit
        self.asked, self.asked_at = True, time.monotonic()
        self.deadline = max(self.deadline, self.asked_at + limit + GRACE)
        return limit
