"""Work that ctrl+c does not interrupt, and work that it stops gently."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from keyrack.system.threads import InThread, run_cancellable, run_shielded

PATIENCE = 30.0  # seconds

Runner = Callable[[Callable[[], Any]], Any]
RUNNERS: list[Runner] = [run_shielded, lambda work: run_cancellable(work, lambda: None)]


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when the main thread waits for the work."""
    begun, wait = threading.Event(), InThread[Any].wait
    monkeypatch.setattr(InThread, "wait", lambda thread: (begun.set(), wait(thread)))
    return begun


def press_ctrl_c(waiting: threading.Event) -> None:
    assert waiting.wait(PATIENCE)
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("run", RUNNERS, ids=["shielded", "cancellable"])
def test_the_result_and_the_exception_are_passed_on_from_another_thread(run: Runner) -> None:
    assert run(threading.current_thread) is not threading.main_thread()
    with pytest.raises(ZeroDivisionError):
        run(lambda: 1 / 0)
    with pytest.raises(SystemExit):
        run(lambda: exec("raise SystemExit(3)"))


def test_shielded_work_stays_in_a_thread_that_nothing_strikes() -> None:
    thread = InThread(lambda: run_shielded(threading.current_thread), "its own")
    thread.start()
    thread.wait()
    assert thread.result().name == "its own"


def test_ctrl_c_leaves_shielded_work_at_once_and_it_goes_on(waiting: threading.Event) -> None:
    left, ended = threading.Event(), threading.Event()

    def work() -> None:
        press_ctrl_c(waiting)
        assert left.wait(PATIENCE)
        ended.set()

    with pytest.raises(KeyboardInterrupt):
        run_shielded(work)
    left.set()
    assert ended.wait(PATIENCE)


def test_the_first_ctrl_c_cancels_and_the_result_of_what_was_begun_still_comes(
    waiting: threading.Event,
) -> None:
    cancelled = threading.Event()

    def work() -> str:
        press_ctrl_c(waiting)
        assert cancelled.wait(PATIENCE)
        return "stopped in good order"

    assert run_cancellable(work, cancelled.set) == "stopped in good order"


def test_a_second_ctrl_c_leaves_at_once(waiting: threading.Event) -> None:
    cancelled, over = threading.Event(), threading.Event()

    def work() -> None:
        press_ctrl_c(waiting)
        assert cancelled.wait(PATIENCE)
        press_ctrl_c(waiting)
        assert over.wait(PATIENCE)

    def cancel() -> None:
        waiting.clear()
        cancelled.set()

    with pytest.raises(KeyboardInterrupt):
        run_cancellable(work, cancel)
    over.set()
