"""`keyrack list`, word for word."""

from __future__ import annotations

import json
import os
import sys

import pytest
from cli_kit import CURSOR, NOW, FakeParts, Terminal, linear, oauth, record, run

from keyrack.domain.model import Check, Header, Server, Variable
from keyrack.domain.reading import Place, Problem
from keyrack.domain.secret import Secret

SENTRY = Server("sentry", "https://mcp.sentry.dev/mcp", sources=(CURSOR,))
LOCAL = Server("local-db", None, transport="stdio", sources=(CURSOR,), command="db-mcp")
WORK = linear(account="work")


def rack_of_all() -> FakeParts:
    api = Server(
        "api", "https://api.example/mcp", sources=(CURSOR,),
        headers=(Header("Authorization", "Bearer ${KEY}", Secret("Bearer "), (Variable("KEY", False),)),),
    )  # fmt: skip
    return FakeParts(
        [linear(), SENTRY, LOCAL, WORK, api],
        [
            record(linear(), oauth()),
            record(SENTRY, oauth(expires_at=NOW - 7200)),
            record(WORK, oauth(refused_at=NOW - 5, refusal="The server refused the token.")),
        ],
    )


def test_a_table_for_people_without_colours_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list"], parts=rack_of_all()) == 0
    out, err = capsys.readouterr()
    assert out == (
        "Server         Auth    Status          Expires  Next\n"
        "linear         OAuth   ● valid         52 min\n"
        "sentry         OAuth   ↻ refreshable   2 h ago  keyrack refresh sentry\n"
        "local-db       stdio   ○ stdio         –\n"
        "linear · work  OAuth   ✕ login needed  refused  keyrack login linear --account work\n"
        "api            Header  ◇ empty header  –        export KEY=…\n"
    )
    assert err == ""


def test_an_expiry_that_nobody_told_is_called_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    parts = FakeParts([linear()], [record(linear(), oauth(expires_at=None))])
    assert run(["list"], parts=parts) == 0
    assert capsys.readouterr().out.splitlines()[1] == "linear  OAuth  ● valid  expiry unknown"
    assert run(["list", "--json"], parts=parts) == 0
    row = json.loads(capsys.readouterr().out)[0]
    assert (row["expires_at"], row["reason"]) == (None, "The token is stored; its expiry is unknown.")


def test_colours_and_width_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((60, 24)))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert run(["list"], parts=rack_of_all()) == 0
    text = screen.getvalue()
    assert "\x1b[32m● valid       \x1b[0m" in text
    import re

    assert all(len(re.sub(r"\x1b\[\d*m", "", line)) <= 60 for line in text.splitlines())


def test_no_color_is_honoured_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("NO_COLOR", "1")
    assert run(["list"], parts=rack_of_all()) == 0
    assert "\x1b" not in screen.getvalue()


def test_json_has_every_field_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--json"], parts=rack_of_all()) == 0
    out, _ = capsys.readouterr()
    listed = json.loads(out)
    assert listed[0] == {
        "name": "linear",
        "url": "https://mcp.linear.app/mcp",
        "account": "default",
        "kind": "oauth",
        "state": "valid",
        "reason": "The token is stored and has not expired.",
        "next": None,
        "expires_at": "2026-03-01T12:52:00Z",
        "scopes": ["read", "write"],
        "issuer": "https://auth.linear.app",
        "store": "Secret Service",
        "sources": [{"client": "Cursor", "path": "/home/u/.cursor/mcp.json"}],
    }
    assert (listed[2]["url"], listed[2]["kind"], listed[2]["state"]) == (None, "stdio", "stdio")
    assert (listed[2]["store"], listed[2]["scopes"], listed[2]["expires_at"]) == (None, [], None)
    assert [(row["state"], row["next"]) for row in listed[3:]] == [
        ("login-needed", "keyrack login linear --account work"),
        ("empty-header", "export KEY=…"),
    ]


def test_json_is_ascii_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = linear(name="evil\x1b[2J\u202e\n")
    assert run(["list", "--json"], parts=FakeParts([hostile, SENTRY])) == 0
    out, _ = capsys.readouterr()
    assert out.isascii() and "\x1b" not in out and len(out.splitlines()) == 1
    assert json.loads(out)[0]["name"] == "evil\x1b[2J\u202e\n"


def test_an_empty_list_in_json_is_an_empty_array(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--json"], parts=FakeParts()) == 0
    assert capsys.readouterr().out == "[]\n"


def test_nothing_found_tells_where_was_looked(capsys: pytest.CaptureFixture[str]) -> None:
    places = [Place("Cursor", "/home/u/.cursor/mcp.json", "no file")]
    assert run(["list"], parts=FakeParts(places=places)) == 0
    assert capsys.readouterr().out == (
        "No MCP servers found. Looked in:\n"
        "  Cursor: /home/u/.cursor/mcp.json: no file\n"
        "keyrack login URL works for any server, configured or not.\n"
        "keyrack demo shows how it looks with some.\n"
    )


def test_a_broken_file_is_told_and_hides_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    problems = [Problem("Cursor", "/home/u/.cursor/mcp.json", "The URL is empty.", line=3, entry="x\x1b[1m")]
    assert run(["list"], parts=FakeParts([SENTRY], problems=problems)) == 0
    out, err = capsys.readouterr()
    assert "sentry" in out
    assert err == "keyrack: Cursor: /home/u/.cursor/mcp.json, line 3, “x[1m”: The URL is empty.\n"


def test_hostile_names_reach_the_terminal_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list"], parts=FakeParts([linear(name="a\x1b]0;x\x07\u202eb\nc")])) == 0
    out = capsys.readouterr().out
    assert "a]0;xb c" in out and "\x1b" not in out and len(out.splitlines()) == 2


def test_wide_characters_keep_the_columns_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list"], parts=FakeParts([linear(name="日本"), SENTRY])) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].index("◌") == lines[2].index("◌") - 2


def test_an_unreachable_server_tells_when_it_was_checked(capsys: pytest.CaptureFixture[str]) -> None:
    check = Check(NOW - 90, "unreachable", "No answer.")
    parts = FakeParts([linear()], [record(linear(), check=check)])
    assert run(["list"], parts=parts) == 0
    assert "! unreachable  checked 1 min ago  keyrack check linear" in capsys.readouterr().out


def test_config_files_are_taken_before_and_after_the_verb(capsys: pytest.CaptureFixture[str]) -> None:
    parts = FakeParts()
    assert run(["--config", "a.json", "list", "--config=b.json", "--json"], parts=parts) == 0
    assert parts.config_files == ("a.json", "b.json")


def test_a_stream_that_can_do_no_more_than_ascii_gets_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding="ascii", newline="\n") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert run(["list"], parts=FakeParts([linear()], [record(linear(), oauth())])) == 0
        monkeypatch.undo()
        assert b"* valid" in raw.getvalue()
