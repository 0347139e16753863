"""`keyrack refresh`: one server, or all that are due."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError, LoginNeeded, Temporary
from keyrack.domain.model import CredentialInfo, Server
from keyrack.domain.status import EXPIRY_WINDOW
from keyrack.system.batch import SIDE_BY_SIDE, Batch
from keyrack.system.threads import InThread
from support.cli_kit import CURSOR, NOW, FakeAdapters, linear, oauth, record, run

Capture = pytest.CaptureFixture[str]
PATIENCE = 20.0  # seconds


def operation(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[str], CredentialInfo]
) -> list[tuple[str, dict[str, Any]]]:
    """Let `refresh` answer so by the server's name; what it was asked for."""
    calls: list[tuple[str, dict[str, Any]]] = []

    def refresh(adapters: Any, server: Server, **options: Any) -> CredentialInfo:
        calls.append((server.name, options))
        return answer(server.name)

    monkeypatch.setattr("keyrack.operations.tokens.refresh.refresh", refresh)
    return calls


def with_expiry(**seconds_left: float) -> FakeAdapters:
    """A credential for each name."""
    servers = {name: Server(name, f"https://{name}.example/mcp", sources=(CURSOR,)) for name in seconds_left}
    records = [record(servers[name], oauth(expires_at=NOW + left)) for name, left in seconds_left.items()]
    return FakeAdapters(servers.values(), records)


def test_one_now(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    calls = operation(monkeypatch, lambda name: oauth(expires_at=NOW + 3600))
    assert run(["refresh", "linear"], adapters=FakeAdapters([linear()])) == 0
    assert capsys.readouterr() == ("✓ linear: refreshed; good for 1 h.\n", "")
    assert calls == [("linear", {"min_valid": None})]


def test_all_that_are_due_and_one_failure_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def answer(name: str) -> CredentialInfo:
        failures: dict[str, KeyrackError] = {"soon": Temporary("No answer."), "gone": LoginNeeded("Refused.")}
        if name in failures:
            raise failures[name]
        return oauth(expires_at=None)

    calls = operation(monkeypatch, answer)
    assert run(["refresh"], adapters=with_expiry(fresh=3600, soon=60, gone=-60, over=-60)) == 4
    assert sorted(calls) == [(name, {"min_valid": EXPIRY_WINDOW}) for name in ("gone", "over", "soon")]
    assert capsys.readouterr() == (
        "✓ over: refreshed; expiry unknown.\n",
        "soon:\nkeyrack: No answer.\ngone:\nkeyrack: Refused.\n",
    )


def test_nothing_due(capsys: Capture) -> None:
    assert run(["refresh"], adapters=with_expiry(fresh=3600)) == 0
    assert capsys.readouterr() == ("", "Nothing needs a refresh.\n")


def test_they_are_told_in_the_lists_order_whichever_ends_first(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    second = threading.Event()

    def answer(name: str) -> CredentialInfo:
        if name == "b":
            second.set()
        elif name == "a":
            assert second.wait(PATIENCE)  # both run at once
        return oauth(expires_at=None)

    operation(monkeypatch, answer)
    assert run(["refresh"], adapters=with_expiry(a=-1, b=-1, c=-1)) == 0
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == ["✓ a", "✓ b", "✓ c"]


def test_after_ctrl_c_no_other_begins_and_what_has_begun_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    begun = threading.Barrier(SIDE_BY_SIDE)
    waits, stopped = threading.Event(), threading.Event()
    wait, stop = InThread.wait, Batch.stop
    monkeypatch.setattr(InThread, "wait", lambda thread: (waits.set(), wait(thread)))
    monkeypatch.setattr(Batch, "stop", lambda many: (stop(many), stopped.set()))

    def answer(name: str) -> CredentialInfo:
        if begun.wait(PATIENCE) == 0:
            assert waits.wait(PATIENCE)
            os.kill(os.getpid(), signal.SIGINT)
        assert stopped.wait(PATIENCE)
        return oauth(expires_at=None)

    calls = operation(monkeypatch, answer)
    assert run(["refresh"], adapters=with_expiry(**dict.fromkeys("abcdefgh", -1.0))) == 130
    told = capsys.readouterr()
    assert sorted(name for name, _ in calls) == list("abcd")
    assert told.out.count("refreshed") == SIDE_BY_SIDE and told.err == "keyrack: stopped.\n"
