"""Running many tasks, a few at a time."""

from __future__ import annotations

import threading

from keyrack.system.batch import SIDE_BY_SIDE, Batch

PATIENCE = 20.0  # seconds


class Works:
    """Work that rests until it is let go on; knows what has begun."""

    def __init__(self, things: range) -> None:
        self.begun: list[int] = []
        self.go_on = threading.Event()
        self.outcomes: dict[int, object] = {}
        self.full, self.ended = threading.Semaphore(0), threading.Event()
        self.ends = 0
        self.many = Batch(things, self.work, self.outcomes.__setitem__, self.end)

    def work(self, thing: int) -> int:
        self.begun.append(thing)
        self.full.release()
        assert self.go_on.wait(PATIENCE)
        if thing == 1:
            raise ValueError
        return thing * 10

    def end(self) -> None:
        self.ends += 1
        self.ended.set()

    def until_full(self) -> None:
        for _ in range(SIDE_BY_SIDE):
            assert self.full.acquire(timeout=PATIENCE)


def test_each_is_worked_on_once_and_a_failure_is_an_outcome() -> None:
    works = Works(range(10))
    works.go_on.set()
    assert works.ended.wait(PATIENCE)
    failure = works.outcomes.pop(1)
    assert isinstance(failure, ValueError)
    assert works.outcomes == {n: n * 10 for n in range(10) if n != 1}
    assert sorted(works.begun) == list(range(10)) and works.ends == 1


def test_after_a_stop_nothing_begins_and_what_runs_is_heard_of() -> None:
    works = Works(range(10))
    works.until_full()
    works.many.stop()
    works.go_on.set()
    assert works.ended.wait(PATIENCE)
    assert sorted(works.begun) == sorted(works.outcomes) == list(range(SIDE_BY_SIDE))


def test_nothing_to_do_ends_too() -> None:
    assert Works(range(0)).ended.wait(PATIENCE)
