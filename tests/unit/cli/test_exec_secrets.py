"""`keyrack exec --secrets`: secrets as variables or in arguments, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from keyrack.domain.secret import Secret
from keyrack.operations.handout import secrets as handout
from keyrack.system import replacing
from support.cli_kit import FakeAdapters, run

Ran = list[tuple[tuple[str, ...], dict[str, str]]]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Ran:
    """What would have run, with the variables that it gets."""
    found: Ran = []

    def become(command: tuple[str, ...], env: dict[str, str]) -> int:
        found.append((command, env))
        return 0

    def stored(adapters: object, name: str, *, for_url: str = "") -> Mapping[str, Secret]:
        return {"A_TOKEN": Secret("a {secret:KEY}"), "KEY": Secret("k")}

    monkeypatch.setattr(replacing, "become", become)
    monkeypatch.setattr(handout, "hand_out_secrets", stored)
    return found


def test_a_secret_is_a_variable_or_in_the_arguments(ran: Ran) -> None:
    words = ["exec", "--secrets", "local", "--", "srv", "--key={secret:KEY}", "{other}"]
    assert run(words, adapters=FakeAdapters()) == 0
    [(command, env)] = ran
    assert command == ("srv", "--key=k", "{other}")
    assert env["A_TOKEN"] == "a {secret:KEY}" and "KEY" not in env  # a secret's own text is not filled in


def test_a_secret_that_is_not_stored_is_told_before_the_command_runs(
    ran: Ran, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["exec", "--secrets", "local", "--", "srv", "{secret:MISSING}"]
    assert run(words, adapters=FakeAdapters()) == 3
    assert "no secret MISSING" in capsys.readouterr().err and ran == []
