"""Questions before a hand-out, and their answers, between processes."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from keyrack.domain.consent import HandOutRequest
from keyrack.store.consent import Questions


def nobody(title: str, question: str, seconds: float) -> bool | None:
    raise AssertionError("the screen is open")


def wanted(server: str = "linear", seconds: float = 20.0) -> HandOutRequest:
    return HandOutRequest(server, "header", "claude", time.time() + seconds)


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "questions")


@pytest.fixture
def screen(folder: str) -> Questions:
    made = Questions(folder, time.time, nobody)
    assert made.waiting() == ()
    return made


def until(found: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Asker(threading.Thread):
    """A program's keyrack that waits for the answer."""

    def __init__(self, folder: str, request: HandOutRequest) -> None:
        super().__init__(daemon=True)
        self._questions, self._request = Questions(folder, time.time, nobody), request
        self.answer: bool | str | None = "not yet"
        self.start()

    def run(self) -> None:
        self.answer = self._questions.ask(self._request)


@pytest.mark.parametrize("allowed", [True, False])
def test_the_screen_sees_the_question_and_its_answer_arrives(
    folder: str, screen: Questions, allowed: bool
) -> None:
    asker = Asker(folder, wanted())
    until(lambda: len(screen.waiting()) == 1)
    [request] = screen.waiting()
    assert (request.server, request.way, request.program) == ("linear", "header", "claude")
    if os.name == "posix":
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
        assert {stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode) for name in os.listdir(folder)} == {
            0o600
        }
    screen.answer(request, allowed)
    asker.join(20)
    assert asker.answer is allowed
    assert screen.waiting() == () and os.listdir(folder) == ["screen"]


def test_questions_at_the_same_time_are_answered_separately(folder: str, screen: Questions) -> None:
    askers = {name: Asker(folder, wanted(name)) for name in ("a", "b", "c")}
    until(lambda: len(screen.waiting()) == 3)
    for request in screen.waiting():
        screen.answer(request, request.server == "b")
    for asker in askers.values():
        asker.join(20)
    assert {name: asker.answer for name, asker in askers.items()} == {"a": False, "b": True, "c": False}


def test_an_answer_that_does_not_come_is_none(folder: str, screen: Questions) -> None:
    asked = Questions(folder, time.time, nobody).ask(wanted(seconds=0.2))
    assert asked is None and os.listdir(folder) == ["screen"]


def test_without_a_screen_the_desktop_is_asked(folder: str, screen: Questions) -> None:
    told: list[str] = []

    def desktop(title: str, question: str, seconds: float) -> bool | None:
        told.append(question)
        assert 0 < seconds <= 20
        return True

    screen.close()  # as the end of its process does
    assert Questions(folder, time.time, desktop).ask(wanted()) is True
    assert told == ["“claude” (its own name for itself) wants the token for linear."]
    assert Questions(f"{folder}-of-nobody", time.time, desktop).ask(wanted()) is True


def test_a_second_screen_takes_over_when_the_first_is_closed(folder: str, screen: Questions) -> None:
    second = Questions(folder, time.time, nobody)
    asker = Asker(folder, wanted())
    until(lambda: len(screen.waiting()) == 1)
    assert second.waiting() == ()
    screen.close()
    until(lambda: len(second.waiting()) == 1)
    second.answer(second.waiting()[0], True)
    asker.join(20)
    assert asker.answer is True


def test_files_that_are_no_questions_are_passed_over(folder: str, screen: Questions) -> None:
    for name, text in {
        "0123456789abcdef.question": "{",
        "0123456789abcde0.question": '{"until": "soon"}',
        "0123456789abcde1.question": "[]",
        "0123456789abcde2.question": "[" * 4000,
        "0123456789abcde3.question": f'{{"until": 1{"0" * 400}, "server": "", "way": "", "program": ""}}',
        "../x.question": "",
        "x.question": "{}",
    }.items():
        (Path(folder) / os.path.basename(name)).write_text(text)
    assert screen.waiting() == ()


def test_an_answer_that_is_not_written_by_keyrack_is_no_permission(folder: str, screen: Questions) -> None:
    asker = Asker(folder, wanted())
    until(lambda: len(screen.waiting()) == 1)
    [request] = screen.waiting()
    (Path(folder) / f"{request.id}.answer").write_bytes(b"")
    asker.join(20)
    assert asker.answer is False
