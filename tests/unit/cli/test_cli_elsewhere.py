"""What other programs hold, in `keyrack list`."""

from __future__ import annotations

import pytest

from keyrack.cli.list import VERB
from support.cli_kit import NOW as CLI_NOW
from support.cli_kit import FakeAdapters, Terminal, linear, oauth, record, run
from support.demo_rows import NOW
from support.held_rows import HELD, Programs


def adapters() -> FakeAdapters:
    moved = (each.tokens.expires_at and each.tokens.expires_at - NOW + CLI_NOW for each in HELD[:2])
    tokens = [
        each._replace(tokens=each.tokens._replace(expires_at=ends), url="https://mcp.linear.app/mcp")
        for each, ends in zip(HELD, moved, strict=False)
    ]
    servers = [linear(), linear(name="other", url="https://other.example.com/mcp")]
    found = FakeAdapters(servers, [record(servers[0], oauth())])
    found.other_programs = Programs(tokens)
    return found


def on_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    out = Terminal()
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sys.stdout", out)
    assert run(["list"], adapters=adapters()) == 0
    return out.getvalue().splitlines()


def test_the_table_names_the_programs_that_hold_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    head, first, second = on_terminal(120, monkeypatch)
    assert head.split() == ["Server", "Auth", "Status", "Expires", "Elsewhere", "Next"]
    assert "Claude Code ●, Codex ✕" in first
    assert second[head.index("Elsewhere")] == "–"


def test_a_narrow_table_loses_auth_first_and_then_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = len(on_terminal(200, monkeypatch)[2])
    heads = [on_terminal(columns, monkeypatch)[0].split() for columns in (wide, wide - 1)]
    assert "Auth" in heads[0] and "Elsewhere" in heads[0]
    assert "Auth" not in heads[1] and "Elsewhere" in heads[1]
    assert "Elsewhere" not in on_terminal(wide - 25, monkeypatch)[0]


def test_the_fields_for_scripts_stay_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--tsv"], adapters=adapters()) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [len(line.split("\t")) for line in lines] == [6, 6]
    assert lines[0].split("\t")[3] == "valid" and "Claude" not in lines[0]
    assert "what\nother programs hold" in VERB.text


def test_files_that_others_can_read_are_pointed_out_by_list_and_doctor(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = adapters()
    [open_file, *_] = [each for each in found.other_programs.read(()).tokens if each.place.path]
    place = open_file.place._replace(mode=0o644)
    found.other_programs = Programs([open_file._replace(place=place)])
    told = f"{open_file.client}: {place.path}: Others can read this file (0644)"
    assert run(["list", "--json"], adapters=found) == 0
    assert told in capsys.readouterr().err
    assert run(["doctor"], adapters=found) == 0  # it works, so it is no error
    said = capsys.readouterr().out.partition("Tokens in plain text\n")[2]
    assert told in said and "Run chmod 600 " in said
