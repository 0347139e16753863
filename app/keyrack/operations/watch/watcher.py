"""Refreshes credentials before they expire, and tells what happens to them."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from typing import Any

from keyrack.domain.errors import KeyrackError, Temporary
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.status import EXPIRY_WINDOW, TOKEN_EXPIRY_WINDOW
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.overview import Row
from keyrack.operations.servers.watching import NOTHING_READ, overview_with_stamps
from keyrack.operations.tokens.refresh import refresh
from keyrack.operations.watch.announce import announce
from keyrack.operations.watch.due import due_at, early, renewable
from keyrack.system.batch import Batch

TICK = 15.0  # seconds between two looks at the files' stamps; the monotonic clock stops in a suspend
JUMP = 60.0  # seconds by which the clock must have jumped, or the machine slept, to look at everything again
STORE_WAIT = 60.0  # seconds until a locked store is looked at again
AGAIN = 30.0  # seconds until a credential is refreshed again at the earliest
LONGEST, LONGEST_REFUSED = 900.0, 3600.0  # seconds until a failed refresh is tried again at the latest


class Pause(NamedTuple):
    until: float  # Unix seconds
    failures: int = 0
    said: str = ""  # why the last one failed


class Watcher:
    """Call `turn` again and again, in one thread; `stop` from any thread."""

    def __init__(
        self,
        adapters: Adapters,
        tell: Callable[[str], Any],
        spread: Callable[[], float] = lambda: random.uniform(0.75, 1.25),  # noqa: S311  # not a secret
    ) -> None:
        self._adapters, self._tell, self._spread = adapters, tell, spread
        self._stamps, self._rows = NOTHING_READ, ()
        self._pauses: dict[str, Pause] = {}
        self._last = float("-inf")
        self._next = float("-inf")
        self._store_said, self._store_until = "", float("-inf")
        self._stopped = False
        self._batch: Batch[Row] | None = None

    def turn(self) -> float:
        """Do what is due. Returns after how many seconds to call it again. Raises KeyrackError."""
        now = self._adapters.now()
        slept = not 0 <= now - self._last <= TICK + JUMP
        if slept:  # the network has changed too, perhaps
            self._pauses = {key: pause._replace(until=now) for key, pause in self._pauses.items()}
            self._store_until = now
        if slept or now >= self._next or self._stamps.has_changed(self._adapters):
            self._read()
            due = self._due(now)
            if due and self._store_is_open(now):
                self._refresh(due)
                self._read()
            self._next = min(self._moments(now), default=float("inf"))
        self._last = now = self._adapters.now()  # what was done may have taken a while
        return min(TICK, max(self._next - now, 0.1))

    def forget(self) -> None:
        """Read everything again at the next turn, and try at once what failed. Not during a turn."""
        self._pauses, self._store_until = {}, float("-inf")
        self._stamps = NOTHING_READ
        self._next = float("-inf")

    def stop(self) -> None:
        """Start nothing more, and end the hooks that run. A refresh that has started is not interrupted."""
        self._stopped = True
        if self._batch is not None:
            self._batch.stop()
        self._adapters.watching().stop()

    def _read(self) -> None:
        found, self._stamps = overview_with_stamps(self._adapters, self._stamps, files_only=True)
        self._rows = found.rows
        if not self._stopped:
            announce(self._adapters, self._rows, self._tell)

    def _due(self, now: float) -> list[Row]:
        return [row for row in renewable(self._rows) if self._due_at(row) <= now]

    def _due_at(self, row: Row) -> float:
        assert row.credential is not None  # it is renewable
        pause = self._pauses.get(row.key)
        return max(due_at(row.credential), pause.until if pause else float("-inf"))

    def _moments(self, now: float) -> list[float]:
        """When there is something to do, or a state changes by itself."""
        refreshes = [max(self._due_at(row), self._store_until) for row in renewable(self._rows)]
        ends = [
            row.credential.expires_at - before
            for row in self._rows
            if row.credential is not None and row.credential.expires_at is not None
            for before in (TOKEN_EXPIRY_WINDOW, EXPIRY_WINDOW, 0.0)
        ]
        return [*refreshes, *(end for end in ends if end > now)]

    def _store_is_open(self, now: float) -> bool:
        """A locked store is not used: each time, the system would ask the user for a password."""
        if now < self._store_until:
            return False
        store = self._adapters.credentials().state()
        if store.ready and not store.locked:
            self._store_said = ""
            return True
        self._store_until = now + STORE_WAIT
        said = " ".join(filter(None, (store.reason or f"{store.name} is locked.", store.hint)))
        if said != self._store_said:
            self._store_said = said
            self._tell(f"Nothing is refreshed until the store can be used. {said}")
        return False

    def _refresh(self, due: Sequence[Row]) -> None:
        """A few at a time."""
        ended = threading.Event()
        if not self._stopped:
            self._batch = Batch(due, self._refresh_one, self._note, ended.set)
            if self._stopped:
                self._batch.stop()
            ended.wait()

    def _refresh_one(self, row: Row) -> tuple[str, ...]:
        assert row.credential is not None  # it is renewable
        # Another process may have refreshed it since the list was read.
        refresh(self._adapters, row.server, min_valid=early(row.credential) + 1)
        if not row.server.publish or self._stopped:
            return ()
        from keyrack.operations.sharing.publishing import publish_again

        return publish_again(self._adapters, row.server)

    def _note(self, row: Row, outcome: Any) -> None:
        now, name = self._adapters.now(), row.server.display_name
        if isinstance(outcome, Exception):
            before = self._pauses.get(row.key, Pause(now))
            most = LONGEST if isinstance(outcome, Temporary) else LONGEST_REFUSED
            wait = min(AGAIN * 2 ** min(before.failures, 10), most) * self._spread()
            said = _said(outcome)
            self._pauses[row.key] = Pause(now + wait, before.failures + 1, said)
            if said != before.said:
                self._tell(f"{name}: not refreshed: {said}")
            return
        self._pauses[row.key] = Pause(now + AGAIN)
        for sentence in outcome:
            self._tell(f"{name}: {sentence}")


def _said(error: Exception) -> str:
    if isinstance(error, KeyrackError):
        return " ".join(filter(None, (str(error), error.hint)))
    return f"something went wrong inside keyrack ({type(error).__name__})."  # its text may quote a secret
