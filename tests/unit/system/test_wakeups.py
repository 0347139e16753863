"""Waiting for signals, other threads and times."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from keyrack.system.wakeups import Wakeups

pytestmark = pytest.mark.skipif(os.name != "posix", reason="by POSIX signals")


def test_a_signal_ends_a_wait_and_does_nothing_else() -> None:
    before = signal.getsignal(signal.SIGHUP)
    with Wakeups(("SIGHUP", "SIGNONE")) as wakeups:
        os.kill(os.getpid(), signal.SIGHUP)
        assert wakeups.wait(30) == {signal.SIGHUP}
        assert wakeups.wait(0) == set()
    assert signal.getsignal(signal.SIGHUP) is before


def test_a_signal_that_came_before_the_wait_is_not_lost() -> None:
    with Wakeups(("SIGTERM", "SIGHUP")) as wakeups:
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGTERM)
        assert wakeups.wait(None) == {signal.SIGHUP, signal.SIGTERM}


def test_another_thread_ends_a_wait_without_a_signal() -> None:
    with Wakeups(()) as wakeups:
        threading.Timer(0, wakeups.wake).start()
        assert wakeups.wait(None) == set()
    wakeups.wake()  # too late, and harmless
