"""A question on the desktop, over a real session bus: only a press of “Allow once” is a yes."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest

from support.keychain import private_bus

pytest.importorskip("jeepney")
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="D-Bus is on Linux")

from keyrack.system.desktop import ask  # noqa: E402
from support.notifications import Service, notifications  # noqa: E402

LONG = 20.0  # seconds, of which no test waits for the end


@pytest.fixture(scope="module")
def bus() -> Iterator[str]:
    with private_bus() as variables:
        yield variables["DBUS_SESSION_BUS_ADDRESS"]


@pytest.fixture(autouse=True)
def this_bus(bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus)


def nothing(service: Service, ident: int) -> None:
    """The user is not there."""


@pytest.mark.parametrize(("action", "answer"), [("allow", True), ("refuse", False), ("default", False)])
def test_a_button_answers(bus: str, action: str, answer: bool) -> None:
    with notifications(bus, lambda service, ident: service.press(ident, action)) as service:
        assert ask("Hand out a token?", "claude wants it.", LONG) is answer
    ((app, replaces, _, title, body, actions, hints, milliseconds),) = service.shown
    assert (app, replaces, title, body) == ("keyrack", 0, "keyrack: Hand out a token?", "claude wants it.")
    assert actions == ["allow", "Allow once", "refuse", "Refuse"]
    assert hints["urgency"] == ("y", 2)
    assert 0 < milliseconds <= LONG * 1000
    assert service.closed == [7]


def test_closing_it_is_a_no_and_its_end_without_the_user_is_no_answer(bus: str) -> None:
    for reason, answer in ((2, False), (1, None), (3, None)):
        with notifications(bus, lambda service, ident, reason=reason: service.close_by(ident, reason)):
            assert ask("t", "q", LONG) is answer


def test_nobody_answers_in_time_and_the_question_goes_away(bus: str) -> None:
    with notifications(bus, nothing) as service:
        assert ask("t", "q", 0.2) is None
        assert service.is_closed.wait(LONG)
    assert (len(service.shown), service.closed) == (1, [7])


def test_an_answer_to_another_question_or_by_another_program_does_not_count(bus: str) -> None:
    def user(service: Service, ident: int) -> None:
        service.press_as_another(ident, "allow")
        service.press(ident + 1, "allow")
        service.press(ident, "refuse")

    with notifications(bus, user):
        assert ask("t", "q", LONG) is False


def test_a_desktop_without_buttons_or_without_notifications_asks_nobody(bus: str) -> None:
    with notifications(bus, nothing, ("body",)) as service:
        assert ask("t", "q", LONG) is None
    assert service.shown == []
    assert ask("t", "q", LONG) is None


def test_a_service_that_dies_is_no_answer_and_is_not_waited_for(bus: str) -> None:
    found: list[bool | None] = []
    with notifications(bus, lambda service, ident: service.die()):
        asking = threading.Thread(target=lambda: found.append(ask("t", "q", LONG * 100)), daemon=True)
        asking.start()
        asking.join(LONG)
    assert found == [None]


def test_markup_is_escaped_where_the_desktop_knows_it(bus: str) -> None:
    def refuse(service: Service, ident: int) -> None:
        service.press(ident, "refuse")

    for capabilities, body in ((("actions", "body-markup"), "&lt;b&gt; &amp;"), (("actions",), "<b> &")):
        with notifications(bus, refuse, capabilities) as service:
            ask("t", "<b>\x1b\u202e &", LONG)
        assert service.shown[0][4] == body
