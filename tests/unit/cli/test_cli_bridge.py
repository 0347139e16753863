"""`keyrack bridge` refuses what it can't relay to, before it touches standard input and output."""

from __future__ import annotations

import pytest

from keyrack.cli import bridge
from keyrack.domain.model import AddressKey
from keyrack.domain.secret import Secret
from support.cli_kit import FakeAdapters, linear, run


def test_a_server_with_a_key_in_its_url_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    keyed = linear(address_key=AddressKey(Secret("https://mcp.linear.app/mcp?key=x"), "key"))
    assert run(["bridge", "linear"], adapters=FakeAdapters([keyed])) == 1
    assert "has a key in its URL" in capsys.readouterr().err


def test_a_local_server_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bridge", "linear"], adapters=FakeAdapters([linear(url=None, command="npx")])) == 1
    assert "is a local process" in capsys.readouterr().err


def test_a_server_can_not_fill_the_file_in_which_a_program_keeps_our_notes() -> None:
    said: list[str] = []
    tell = bridge.Notes(said.append)
    for number in range(1000):
        tell("The server sent something that is no message.")
        tell(f"Another thing, {number}.")
    assert len(said) == bridge.MOST_NOTES and said[0] != said[1]
