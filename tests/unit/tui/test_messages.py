"""Which message is shown, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keyrack.tui.kit.messages import Messages


class Clock:
    """Timers that end when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[tuple[float, Callable[[], Any]]] = []

    def later(self, seconds: float, call: Callable[[], Any]) -> None:
        self.waiting.append((seconds, call))

    def end_all(self) -> None:
        for _, call in self.waiting:
            call()


def messages() -> tuple[Messages, Clock]:
    clock = Clock()
    return Messages(lambda: None, clock.later), clock


def sentences(shown: Messages) -> list[str]:
    return [each.sentence for each in shown.shown]


def test_a_confirmation_goes_after_a_time_to_read_it() -> None:
    shown, clock = messages()
    shown.add("Saved.", "information", stays=False)
    shown.add("A sentence " * 20, "information", stays=False)
    assert [seconds for seconds, _ in clock.waiting] == [5.0, 22.0]
    clock.end_all()
    assert shown.newest is None


def test_the_time_of_an_earlier_message_does_not_end_a_later_one() -> None:
    shown, clock = messages()
    shown.add("Saved.", "information", stays=False)
    shown.add("Saved.", "information", stays=False)
    clock.waiting[0][1]()
    assert sentences(shown) == ["Saved."]


def test_an_error_waits_below_newer_messages_until_it_is_dismissed() -> None:
    shown, clock = messages()
    shown.add("The issuer refused.", "error", stays=False)
    shown.add("The keychain is locked.", "error", stays=False)
    shown.add("Saved.", "information", stays=False)
    assert shown.newest and shown.newest.sentence == "Saved." and shown.more == 2
    clock.end_all()
    assert sentences(shown) == ["The issuer refused.", "The keychain is locked."]
    assert shown.dismiss() and sentences(shown) == ["The issuer refused."]
    assert shown.dismiss() and not shown.dismiss()


def test_a_warning_stays_until_the_next_message() -> None:
    shown, clock = messages()
    shown.add("There is nothing to log in to.", "warning", stays=False)
    clock.end_all()
    assert sentences(shown) == ["There is nothing to log in to."]
    shown.add("Saved.", "information", stays=False)
    assert sentences(shown) == ["Saved."]


def test_a_result_with_a_next_step_stays_like_an_error() -> None:
    shown, clock = messages()
    shown.add("Connected. Restart Cursor.", "information", stays=True)
    shown.add("Saved.", "information", stays=False)
    clock.end_all()
    assert sentences(shown) == ["Connected. Restart Cursor."]


def test_a_sentence_that_is_repeated_is_shown_once() -> None:
    shown, _ = messages()
    for _ in range(3):
        shown.add("The keychain is locked.", "error", stays=False)
    assert sentences(shown) == ["The keychain is locked."]


def test_a_confirmation_is_not_what_escape_dismisses() -> None:
    shown, _ = messages()
    shown.add("Saved.", "information", stays=False)
    assert not shown.dismiss() and sentences(shown) == ["Saved."]
