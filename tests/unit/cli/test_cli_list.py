"""`keyrack list`, word for word."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

import pytest
import wcwidth

from keyrack.cli.encoding import SIGNS
from keyrack.cli.output import cells, padded
from keyrack.domain.model import Check, Header, Server, Variable
from keyrack.domain.reading import Place, Problem
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState
from support.cli_kit import CURSOR, NOW, FakeAdapters, Terminal, linear, oauth, record, run

NOTION = Server("notion", "https://mcp.notion.com/mcp", sources=(CURSOR,))
SENTRY = Server("sentry", "https://mcp.sentry.dev/mcp", sources=(CURSOR,))
LOCAL = Server("local-db", None, transport="stdio", sources=(CURSOR,), command="db-mcp")
WORK = linear(account="work")


def adapters_of_all() -> FakeAdapters:
    api = Server(
        "api", "https://api.example/mcp", sources=(CURSOR,),
        headers=(Header("Authorization", "Bearer ${KEY}", Secret("Bearer "), (Variable("KEY", False),)),),
    )  # fmt: skip
    return FakeAdapters(
        [linear(), SENTRY, LOCAL, WORK, api],
        [
            record(linear(), oauth()),
            record(SENTRY, oauth(expires_at=NOW - 7200)),
            record(WORK, oauth(refused_at=NOW - 5, refusal="The server refused the token.")),
        ],
    )


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What the command writes on a terminal of so many columns."""
    monkeypatch.setenv("NO_COLOR", "1")

    def written(adapters: FakeAdapters, *words: str, columns: int = 100) -> str:
        screen = Terminal()
        monkeypatch.setattr(sys, "stdout", screen)
        monkeypatch.setattr("shutil.get_terminal_size", lambda *_, **__: os.terminal_size((columns, 24)))
        assert run(["list", *words], adapters=adapters) == 0
        return screen.getvalue()

    return written


def test_a_table_for_people(on_terminal: Callable[..., str]) -> None:
    assert on_terminal(adapters_of_all()) == (
        "Server         Auth    Status              Expires  Next\n"
        "linear         OAuth   ● valid · renews    52 min\n"
        "sentry         OAuth   ↻ renews when used  2 h ago  keyrack refresh sentry\n"
        "local-db       stdio   ⌂ local             –\n"
        "linear · work  OAuth   ✕ login needed      –        keyrack login linear --account work\n"
        "api            Header  ◇ variable not set  –        export KEY=…\n"
    )


def test_colours_on_a_terminal(on_terminal: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[32m● valid · renews  \x1b[0m" in on_terminal(adapters_of_all())


def test_a_narrow_terminal_shows_less_and_cuts_no_name_and_no_command(
    on_terminal: Callable[..., str],
) -> None:
    for width in range(100, 15, -1):
        text = on_terminal(adapters_of_all(), columns=width)
        lines = text.splitlines()
        assert any(line.startswith("linear · work") for line in lines)
        assert any(line.endswith("keyrack login linear --account work") for line in lines)
        assert "✕ login needed" in text
        # Too long is only what can't be told in less: a command, below its server.
        assert all(len(line) <= width or line.startswith("  ") for line in lines), width
    for width, headings in ((80, "Server Status Expires Next"), (72, "Server Status Next")):
        assert on_terminal(adapters_of_all(), columns=width).splitlines()[0].split() == headings.split()
    assert on_terminal(adapters_of_all(), columns=44) == (
        "linear         ● valid · renews    52 min\n"
        "sentry         ↻ renews when used  2 h ago\n"
        "  keyrack refresh sentry\n"
        "local-db       ⌂ local             –\n"
        "linear · work  ✕ login needed      –\n"
        "  keyrack login linear --account work\n"
        "api            ◇ variable not set  –\n"
        "  export KEY=…\n"
    )
    assert on_terminal(adapters_of_all(), columns=40).splitlines()[:3] == [
        "linear         ● valid · renews", "sentry         ↻ renews when used", "  keyrack refresh sentry",
    ]  # fmt: skip


def test_a_name_that_is_wider_than_the_terminal_stands_whole_on_a_line(
    on_terminal: Callable[..., str],
) -> None:
    name = "a-name-" * 30
    lines = on_terminal(FakeAdapters([linear(name=name), SENTRY]), columns=60).splitlines()
    assert lines[:3] == [name, "  ○ not logged in", f"  keyrack login {name}"]
    assert lines[3] == "sentry  ○ not logged in"


def test_a_pipe_gets_fields_that_are_whole_and_without_blanks(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list"], adapters=adapters_of_all()) == 0
    out, err = capsys.readouterr()
    assert out == (
        "Server    Account  Auth    Status        Expires               Next\n"
        "linear    default  oauth   valid         2026-03-01T12:52:00Z  -\n"
        "sentry    default  oauth   refreshable   2026-03-01T10:00:00Z  keyrack refresh sentry\n"
        "local-db  default  stdio   stdio         -                     -\n"
        "linear    work     oauth   login-needed  2026-03-01T12:52:00Z  keyrack login linear --account work\n"
        "api       default  header  empty-header  -                     export KEY=…\n"
    )
    assert err == ""


def test_an_expiry_that_nobody_told_is_called_unknown(on_terminal: Callable[..., str]) -> None:
    adapters = FakeAdapters([linear()], [record(linear(), oauth(expires_at=None))])
    assert on_terminal(adapters).splitlines()[1] == "linear  OAuth  ● valid · renews  unknown"
    row = json.loads(on_terminal(adapters, "--json"))[0]
    assert (row["expires_at"], row["reason"]) == (
        None,
        "The token is stored; its expiry is unknown. It is renewed when it is used.",
    )


def test_a_locked_store_keeps_each_state_and_adds_a_lock(on_terminal: Callable[..., str]) -> None:
    stored = [record(linear(), oauth()), record(SENTRY, oauth(refused_at=NOW - 5, refusal="It was refused."))]
    locked = StoreState("Secret Service", ready=False, locked=True)
    adapters = FakeAdapters([linear(), SENTRY, NOTION], stored, state=locked)
    listed = json.loads(on_terminal(adapters, "--json"))
    assert [(row["state"], row["locked"], row["next"]) for row in listed] == [
        ("valid", True, "keyrack doctor"),
        ("login-needed", True, "keyrack doctor"),
        ("no-credential", False, "keyrack login notion"),
    ]
    text = on_terminal(adapters)
    assert "● valid · renews ▣" in text and "✕ login needed ▣" in text


def test_where_nothing_is_stored_the_store_is_not_asked(on_terminal: Callable[..., str]) -> None:
    adapters = FakeAdapters([linear()])()._replace(store_locked=lambda: 1 // 0)
    assert json.loads(on_terminal(lambda **_: adapters, "--json"))[0]["locked"] is False


LONG = "a name with blanks\tand a tab " * 20


def test_a_long_name_with_blanks_is_one_field_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list"], adapters=FakeAdapters([linear(name=LONG)])) == 0
    [_, line] = capsys.readouterr().out.splitlines()
    solid = LONG.replace("\t", " ").replace(" ", "%20")
    assert line.split()[:5] == [solid, "default", "unknown", "no-credential", "-"]
    assert line.split(maxsplit=5)[5].startswith("keyrack login $'a name with blanks")


def test_between_tabs_the_fields_are_as_they_are(
    capsys: pytest.CaptureFixture[str], on_terminal: Callable[..., str]
) -> None:
    adapters = FakeAdapters([linear(name=LONG), WORK], [record(WORK, oauth(expires_at=None))])
    assert run(["list", "--tsv"], adapters=adapters) == 0
    out = capsys.readouterr().out
    first, second = [line.split("\t") for line in out.splitlines()]
    assert first[:5] == [LONG.replace("\t", " "), "default", "unknown", "no-credential", "-"]
    assert len(first) == 6 and len(first[5]) > len(LONG)
    assert second == ["linear", "work", "oauth", "valid", "unknown", "-"]
    assert on_terminal(adapters, "--tsv", columns=20) == out, "on a terminal, too"


def test_the_filter_of_the_screen_selects_here_too(capsys: pytest.CaptureFixture[str]) -> None:
    adapters = FakeAdapters([linear(), WORK, SENTRY], [record(WORK, oauth(expires_at=None))])
    assert run(["list", "--tsv", "--filter", "state:valid account:work"], adapters=adapters) == 0
    [line] = capsys.readouterr().out.splitlines()
    assert line.split("\t")[:4] == ["linear", "work", "oauth", "valid"]
    assert run(["list", "--json", "--filter=-state:valid linear"], adapters=adapters) == 0
    assert [each["account"] for each in json.loads(capsys.readouterr().out)] == ["default"]


def test_a_filter_that_selects_nothing_says_so_beside_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--filter", "state:valid"], adapters=FakeAdapters([SENTRY])) == 0
    assert capsys.readouterr() == ("", "No server matches the filter.\n")


def test_one_form_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--json", "--tsv"], adapters=FakeAdapters()) == 2
    assert capsys.readouterr().out == ""


def test_json_has_every_field_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--json"], adapters=adapters_of_all()) == 0
    out, _ = capsys.readouterr()
    listed = json.loads(out)
    assert listed[0] == {
        "name": "linear",
        "url": "https://mcp.linear.app/mcp",
        "account": "default",
        "kind": "oauth",
        "state": "valid",
        "locked": False,
        "reason": "The token is stored and has not expired. It is renewed when it is used.",
        "next": None,
        "expires_at": "2026-03-01T12:52:00Z",
        "scopes": ["read", "write"],
        "issuer": "https://auth.linear.app",
        "store": "Secret Service",
        "secrets": [],
        "plain_text": [],
        "sources": [{"client": "Cursor", "path": "/home/u/.cursor/mcp.json", "disabled": False}],
        "elsewhere": [],
    }
    assert (listed[2]["url"], listed[2]["kind"], listed[2]["state"]) == (None, "stdio", "stdio")
    assert (listed[2]["store"], listed[2]["scopes"], listed[2]["expires_at"]) == (None, [], None)
    assert [(row["state"], row["next"]) for row in listed[3:]] == [
        ("login-needed", "keyrack login linear --account work"),
        ("empty-header", "export KEY=…"),
    ]


def test_json_is_ascii_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = linear(name="evil\x1b[2J\u202e\n")
    assert run(["list", "--json"], adapters=FakeAdapters([hostile, SENTRY])) == 0
    out, _ = capsys.readouterr()
    assert out.isascii() and "\x1b" not in out and len(out.splitlines()) == 1
    assert json.loads(out)[0]["name"] == "evil\x1b[2J\u202e\n"


def test_an_empty_list_in_json_is_an_empty_array(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--json"], adapters=FakeAdapters()) == 0
    assert capsys.readouterr().out == "[]\n"


def test_nothing_found_tells_where_was_looked(
    capsys: pytest.CaptureFixture[str], on_terminal: Callable[..., str]
) -> None:
    adapters = FakeAdapters(places=[Place("Cursor", "/home/u/.cursor/mcp.json", "no file")])
    said = (
        "No MCP servers found. Looked in:\n"
        "  Cursor: /home/u/.cursor/mcp.json: no file\n"
        "keyrack login URL works with any server, configured or not.\n"
        "Run keyrack demo to see keyrack with some example servers.\n"
    )
    for words in ((), ("--tsv",)):  # which is no answer to a program
        assert run(["list", *words], adapters=adapters) == 0
        assert capsys.readouterr() == ("", said)
    assert on_terminal(adapters) == said


def test_a_broken_file_is_told_and_hides_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    problems = [Problem("Cursor", "/home/u/.cursor/mcp.json", "The URL is empty.", line=3, entry="x\x1b[1m")]
    assert run(["list"], adapters=FakeAdapters([SENTRY], problems=problems)) == 0
    out, err = capsys.readouterr()
    assert "sentry" in out
    assert err == "keyrack: Cursor: /home/u/.cursor/mcp.json, line 3, “x[1m”: The URL is empty.\n"


def test_a_problem_of_keyracks_own_file_begins_with_keyrack_once(capsys: pytest.CaptureFixture[str]) -> None:
    problems = [Problem("keyrack", "/home/u/.config/keyrack/config.toml", "It is truncated.")]
    assert run(["list"], adapters=FakeAdapters([SENTRY], problems=problems)) == 0
    assert capsys.readouterr().err == "keyrack: /home/u/.config/keyrack/config.toml: It is truncated.\n"


@pytest.mark.parametrize("words", [(), ("--tsv",)])
def test_hostile_names_reach_the_terminal_harmless(
    capsys: pytest.CaptureFixture[str], on_terminal: Callable[..., str], words: tuple[str, ...]
) -> None:
    adapters = FakeAdapters([linear(name="a\x1b]0;x\x07\u202eb\nc")])
    assert run(["list", *words], adapters=adapters) == 0
    piped, shown = capsys.readouterr().out, on_terminal(adapters, *words)
    for out in (piped, shown):
        assert "\x1b" not in out and "\u202e" not in out
        assert len(out.splitlines()) == (1 if words else 2)
    assert "a]0;xb c" in shown and "a]0;xb" in piped


def test_wide_characters_keep_the_columns_aligned(on_terminal: Callable[..., str]) -> None:
    lines = on_terminal(FakeAdapters([linear(name="日本"), SENTRY])).splitlines()
    assert lines[1].index("○") == lines[2].index("○") - 2


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("日本", 4),
        ("e\u0301", 1),
        ("👩\u200d👩\u200d👧", 2),
        ("❤\ufe0f", 2),
        ("🇩🇪", 2),
        ("한", 2),
        ("Ünïcode", 7),
    ],
)
def test_a_name_is_as_wide_as_a_terminal_shows_it(name: str, columns: int) -> None:
    assert cells(name) == columns and padded(name, 8) == name + " " * (8 - columns)


def test_keyracks_own_signs_are_one_column_wide() -> None:
    assert {char: wcwidth.wcwidth(char) for char in SIGNS} == dict.fromkeys(SIGNS, 1)


def test_names_in_latin_letters_need_no_table_of_widths(
    on_terminal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "wcwidth", None)  # an import fails
    assert "● valid" in on_terminal(adapters_of_all())
    assert "● valid" in on_terminal(adapters_of_all(), columns=40)


def test_an_unreachable_server_tells_no_expiry(on_terminal: Callable[..., str]) -> None:
    check = Check(NOW - 90, "unreachable", "No answer.")
    adapters = FakeAdapters([linear()], [record(linear(), check=check)])
    assert "! unreachable  –        keyrack check linear" in on_terminal(adapters)


def test_config_files_are_taken_before_and_after_the_verb(capsys: pytest.CaptureFixture[str]) -> None:
    adapters = FakeAdapters()
    assert run(["--config", "a.json", "list", "--config=b.json", "--json"], adapters=adapters) == 0
    assert adapters.config_files == ("a.json", "b.json")
