"""The driver of flows."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import NamedTuple

import pytest

import keyrack
from keyrack.domain.errors import Cancelled
from keyrack.operations.drive import perform


class Add(NamedTuple):
    number: int


class Double(NamedTuple):
    number: int


def flow() -> Generator[Add | Double, object, object]:
    first = yield Add(1)
    second = yield Double(int(str(first)))
    return first, second


HANDLERS = {Add: lambda effect: effect.number + 1, Double: lambda effect: effect.number * 2}


def test_each_effect_is_performed_by_its_own_handler_and_its_reply_sent_back() -> None:
    assert perform(flow(), HANDLERS) == (2, 4)


def test_an_exception_before_the_flow_goes_on_ends_it_there() -> None:
    asked: list[int] = []

    def add(effect: Add) -> int:
        asked.append(effect.number)
        return 0

    def before() -> None:
        if asked:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        perform(flow(), {**HANDLERS, Add: add}, before=before)
    assert asked == [1]


def test_no_other_module_drives_a_flow() -> None:
    app = Path(keyrack.__file__).parent
    # auth.py translates for httpx, which drives its generators itself.
    drivers = {
        path.relative_to(app).as_posix()
        for path in app.rglob("*.py")
        if "StopIteration" in path.read_text(encoding="utf-8")
    }
    assert drivers == {"operations/drive.py", "auth.py"}
