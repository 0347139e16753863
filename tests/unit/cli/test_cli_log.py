"""`keyrack log`."""

from __future__ import annotations

import json

import pytest

from keyrack.domain.event import Event
from support.cli_kit import NOW, FakeAdapters, linear, run

Capture = pytest.CaptureFixture[str]
URL = "https://mcp.linear.app/mcp"
LOGIN = Event(NOW - 90, "login", "linear", URL, "default")
TO_CLAUDE = Event(NOW - 60, "handed-out", "linear", URL, "default", "", "header", "claude")
TO_CODEX = Event(NOW - 30, "handed-out", "linear", URL, "work", "", "token", "codex")
REFUSED = Event(
    NOW, "refresh-refused", "wiki\x1b[2J", "https://wiki.example/mcp", "default", note="It\nexpired."
)
GONE = Event(NOW, "cleared", "gone", "https://gone.example/mcp", "default")


@pytest.fixture
def adapters() -> FakeAdapters:
    made = FakeAdapters([linear()])
    for event in (LOGIN, TO_CLAUDE, TO_CODEX, REFUSED, GONE):
        made.events.add(event)
    return made


def facts(adapters: FakeAdapters, capsys: Capture, *words: str) -> list[dict[str, str]]:
    assert run(["log", "--json", *words], adapters=adapters) == 0
    return json.loads(capsys.readouterr().out)


def test_the_table_says_that_a_program_names_itself(adapters: FakeAdapters, capsys: Capture) -> None:
    assert run(["log"], adapters=adapters) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert "Program (as it calls itself)" in head
    assert "claude, by keyrack header" in lines[1] and "handed out" in lines[1]
    assert "linear · work" in lines[2]
    assert "\x1b" not in lines[3] and lines[3].endswith("It expired.")


def test_json_has_every_field(adapters: FakeAdapters, capsys: Capture) -> None:
    assert facts(adapters, capsys)[1] == {
        "at": "2026-03-01T11:59:00Z",
        "kind": "handed-out",
        "server": "linear",
        "url": URL,
        "account": "default",
        "way": "header",
        "program": "claude",
        "note": "",
    }


@pytest.mark.parametrize(
    ("words", "events"),
    [
        ([], 5),
        (["linear"], 3),
        ([URL], 3),
        (["linear", "--account", "work"], 1),
        (["--account", "default"], 4),
        (["linear", "--handed-out"], 2),
        (["--last", "2"], 2),
        (["gone"], 1),  # a server that no program lists any more
        (["https://gone.example/mcp"], 1),
    ],
)
def test_what_is_shown_can_be_chosen(
    words: list[str], events: int, adapters: FakeAdapters, capsys: Capture
) -> None:
    assert len(facts(adapters, capsys, *words)) == events


def test_a_server_that_nobody_knows_is_an_error(adapters: FakeAdapters, capsys: Capture) -> None:
    assert run(["log", "nobody"], adapters=adapters) == 6


def test_an_empty_log_is_an_empty_list(capsys: Capture) -> None:
    assert facts(FakeAdapters(), capsys) == []
    assert run(["log"], adapters=FakeAdapters()) == 0
    said = capsys.readouterr()
    assert said.out == "" and said.err == "The log has no such event.\n"


def test_a_number_of_events_is_at_least_one(adapters: FakeAdapters) -> None:
    assert run(["log", "--last", "0"], adapters=adapters) == 2
