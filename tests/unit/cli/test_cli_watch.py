"""`keyrack watch`: what signals do to it."""

from __future__ import annotations

import signal
import threading

import pytest

from keyrack.cli import watch
from support.cli_kit import FakeAdapters, run
from support.watching import FakeWatching

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there is no such signal here")


class FakeWakeups:
    """SIGHUP comes while the first turn runs, and SIGTERM after the second one."""

    first_may_end = threading.Event()

    def __init__(self, names: object) -> None:
        self._woken = threading.Event()
        self._calls = 0

    def __enter__(self) -> FakeWakeups:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def wake(self) -> None:
        self._woken.set()

    def wait(self, seconds: float | None) -> frozenset[int]:
        self._calls += 1
        if self._calls == 1:
            return frozenset({signal.SIGHUP})
        self.first_may_end.set()
        if seconds is not None:
            return frozenset({signal.SIGTERM})
        self._woken.wait(20)
        self._woken.clear()
        return frozenset()


class SlowWatcher:
    said: list[str]

    def __init__(self, *_: object) -> None:
        type(self).said = []

    def turn(self) -> float:
        self.said.append("begin")
        FakeWakeups.first_may_end.wait(20)
        self.said.append("end")
        return 0.0

    def forget(self) -> None:
        self.said.append("forget")

    def stop(self) -> None:
        self.said.append("stop")


def test_sighup_during_a_turn_begins_another_one_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyrack.system.wakeups.Wakeups", FakeWakeups)
    monkeypatch.setattr("keyrack.operations.watch.watcher.Watcher", SlowWatcher)
    monkeypatch.setattr(watch, "is_terminal", lambda stream: False)
    adapters = FakeAdapters(())()._replace(watching=FakeWatching)
    assert run(["watch"], adapters=lambda **_: adapters) == 0
    assert SlowWatcher.said == ["begin", "end", "forget", "begin", "end", "stop"]
