"""`keyrack status`: the table, the line for a prompt, the JSON, and the exit code."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from keyrack.domain.held import HeldReading, HeldToken, Place
from keyrack.domain.model import Check, Header, Server, Source, TokenSet, Variable
from keyrack.domain.secret import Secret
from keyrack.domain.status import State
from keyrack.domain.storage import StoreState
from keyrack.operations.ports import NoOtherPrograms
from support.cli_kit import CURSOR, NOW, FakeAdapters, Terminal, linear, oauth, record, run

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/schemas/status.schema.json").read_text())
DAY = 86400.0

SENTRY = Server("sentry", "https://mcp.sentry.dev/mcp", sources=(CURSOR,))
NOTION = Server("notion", "https://mcp.notion.com/mcp", sources=(CURSOR,))
API = Server(
    "api",
    "https://api.example/mcp",
    sources=(CURSOR,),
    headers=(Header("Authorization", "Bearer ${KEY}", Secret("Bearer "), (Variable("KEY", False),)),),
)
REFUSED = record(SENTRY, oauth(refused_at=NOW - 5, refusal="The server refused the token.", label="Ana"))
GOOD = record(linear(), oauth(label="ana@example.com"))


def several() -> FakeAdapters:
    return FakeAdapters([linear(), SENTRY, NOTION, API], [GOOD, REFUSED])


def status(adapters: FakeAdapters, *words: str) -> int:
    return run(["status", *words], adapters=adapters)


def on_terminal(monkeypatch: pytest.MonkeyPatch, adapters: FakeAdapters, columns: int) -> str:
    monkeypatch.setenv("NO_COLOR", "1")
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr("shutil.get_terminal_size", lambda *_, **__: os.terminal_size((columns, 24)))
    status(adapters)
    return screen.getvalue()


def test_a_table_with_what_needs_doing_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert on_terminal(monkeypatch, several(), 120) == (
        "Server  Status              Account         Scopes      Expires  Source  Next\n"
        "sentry  ✕ login needed      A…              read write           Cursor  keyrack login sentry\n"
        "notion  ○ not logged in                                          Cursor  keyrack login notion\n"
        "api     ◇ variable not set                                       Cursor  export KEY=…\n"
        "linear  ● valid · renews    a…@example.com  read write  52 min   Cursor\n"
        "\n"
        "2 to log in · 1 variable not set\n"
    )


def test_a_pipe_gets_the_names_of_programs_that_options_take(capsys: pytest.CaptureFixture[str]) -> None:
    code = CURSOR._replace(client="Claude Code")
    status(FakeAdapters([linear(sources=(code, CURSOR))]))
    assert capsys.readouterr().out.splitlines()[1].split()[5] == "claude-code,cursor"


def test_a_narrow_terminal_leaves_nothing_out(monkeypatch: pytest.MonkeyPatch) -> None:
    work = linear(account="work")
    text = on_terminal(monkeypatch, FakeAdapters([work], [record(work, oauth(label="ana@example.com"))]), 40)
    assert text == (
        "linear  ● valid · renews\n"
        "  Account  work (a…@example.com)\n"
        "  Scopes   read write\n"
        "  Expires  52 min\n"
        "  Source   Cursor\n"
        "\n"
        "✓ Nothing needs doing.\n"
    )


def test_a_pipe_gets_fields_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    assert status(several()) == 1
    out, err = capsys.readouterr()
    assert [line.split() for line in out.splitlines()] == [
        ["Server", "Status", "Account", "Scopes", "Expires", "Source", "Next"],
        ["sentry", "login-needed", "A…", "read%20write", "2026-03-01T12:52:00Z", "cursor",
         "keyrack", "login", "sentry"],
        ["notion", "no-credential", "-", "-", "-", "cursor", "keyrack", "login", "notion"],
        ["api", "empty-header", "-", "-", "-", "cursor", "export", "KEY=…"],
        ["linear", "valid", "a…@example.com", "read%20write", "2026-03-01T12:52:00Z", "cursor", "-"],
    ]  # fmt: skip
    assert err == ""


def test_a_prompt_gets_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert status(several(), "--short") == 1
    assert capsys.readouterr() == ("2 to log in · 1 variable not set\n", "")


def test_a_prompt_gets_nothing_if_nothing_needs_doing(capsys: pytest.CaptureFixture[str]) -> None:
    assert status(FakeAdapters([linear()], [GOOD]), "--short") == 0
    assert capsys.readouterr() == ("", "")


def test_a_locked_store_is_something_to_do_after_what_must_be_done_anyway(
    capsys: pytest.CaptureFixture[str],
) -> None:
    locked = StoreState("Secret Service", ready=False, locked=True)
    adapters = FakeAdapters([linear(), SENTRY], [GOOD, REFUSED], state=locked)
    assert status(adapters, "--short") == 1
    assert capsys.readouterr().out == "1 to log in · 1 locked\n"
    assert status(adapters, "--json") == 1
    found = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, SCHEMA, jsonschema.Draft202012Validator)
    assert [(row["name"], row["state"], row["need"], row["locked"]) for row in found["servers"]] == [
        ("sentry", "login-needed", "login", True),
        ("linear", "valid", "unlock", True),
    ]


def test_the_json_is_as_its_schema_says(capsys: pytest.CaptureFixture[str]) -> None:
    off = NOTION._replace(sources=(CURSOR._replace(disabled=True),))
    local = Server("db", None, transport="stdio", sources=(CURSOR,), command="db")
    adapters = FakeAdapters([linear(), SENTRY, off, API, local], [GOOD, REFUSED])
    place = Place("/c.json", mode=0o600)
    held = HeldToken("Codex", place, (), TokenSet(Secret("t")), url=SENTRY.url or "")
    adapters.other_programs = Held([held])
    assert status(adapters, "--json") == 1
    found = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, SCHEMA, jsonschema.Draft202012Validator)
    assert found["needs"] == {"login": 1, "variable": 1}
    assert found["summary"] == "1 to log in · 1 variable not set"
    first, last = found["servers"][0], found["servers"][2]
    assert (first["name"], first["need"], first["next"]) == ("sentry", "login", "keyrack login sentry")
    assert (first["label"], first["renews"]) == ("A…", False)
    assert (last["name"], last["need"], last["label"], last["renews"]) == (
        "linear", None, "a…@example.com", True,
    )  # fmt: skip


def test_the_schema_knows_every_state() -> None:
    assert SCHEMA["$defs"]["server"]["properties"]["state"]["enum"] == [state.value for state in State]


def test_expiring_within_a_week_shows_only_what_ends_by_then(capsys: pytest.CaptureFixture[str]) -> None:
    lasts = {"kind": "token", "refreshable": False}
    adapters = FakeAdapters(
        [linear(), SENTRY, NOTION],
        [
            record(linear(), oauth(expires_at=NOW + 20 * DAY)),  # renews itself
            record(SENTRY, oauth(expires_at=NOW + 20 * DAY, **lasts)),
            record(NOTION, oauth(expires_at=NOW + 40 * DAY, **lasts)),
        ],
    )
    assert status(adapters, "--expiring-within", "7d") == 0
    assert status(adapters, "--short") == 0
    capsys.readouterr()
    assert status(adapters, "--expiring-within", "4w", "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert [(server["name"], server["need"]) for server in found["servers"]] == [("sentry", "expiring")]
    assert status(adapters, "--expiring-within=4w", "--short") == 1
    assert capsys.readouterr().out == "1 expiring\n"


@pytest.mark.parametrize("span", ["7", "d", "-1d", "0d", "1.5h", "7 d", "7y", "٧d", "9999999d", ""])
def test_a_time_without_a_number_and_a_unit_is_refused(span: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(FakeAdapters(), f"--expiring-within={span}") == 2
    assert capsys.readouterr().err.startswith(
        "keyrack: --expiring-within: must be a number with a unit: s, m, h, d or w, like 7d.\n"
    )


def test_a_line_for_a_prompt_is_not_json() -> None:
    assert status(FakeAdapters(), "--short", "--json") == 2


def test_a_servers_words_do_not_act_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = linear(name="li\x1b[2Jnear")
    adapters = FakeAdapters(
        [hostile], [record(hostile, oauth(label="\x1b]0;x\x07a\n@b", scopes=("\x1b[31m",)))]
    )
    for columns in (200, 30):
        assert "\x1b" not in on_terminal(monkeypatch, adapters, columns)


def test_a_broken_file_is_told_but_not_in_a_prompt(capsys: pytest.CaptureFixture[str]) -> None:
    from keyrack.domain.reading import Problem

    adapters = FakeAdapters([linear()], [GOOD], [Problem("Cursor", "/c.json", "It is not JSON.")])
    status(adapters)
    assert capsys.readouterr().err == "keyrack: Cursor: /c.json: It is not JSON.\n"
    status(adapters, "--short")
    assert capsys.readouterr().err == ""


def test_the_keychain_items_of_other_programs_are_not_read() -> None:
    adapters = FakeAdapters([linear()], [GOOD])
    adapters.other_programs = held = Held([])
    status(adapters)
    assert held.asked["files_only"] is True


class Held(NoOtherPrograms):
    """What other programs hold."""

    def __init__(self, tokens: list[HeldToken], unread: tuple[str, ...] = ()) -> None:
        self.reading = HeldReading(tuple(tokens), unread=unread)
        self.asked: dict[str, Any] = {}

    def read(self, urls: Any, **how: Any) -> HeldReading:
        self.asked = how
        return self.reading


@pytest.mark.parametrize(
    ("check", "unread", "code"),
    [
        (None, (), 1),  # never checked, so probably not logged in
        (None, ("Cursor",), 0),  # Cursor may hold a login
        (Check(NOW, "required"), ("Cursor",), 1),
        (Check(NOW, "open"), (), 0),
        (Check(NOW, "optional"), (), 0),
        (Check(NOW, "unknown"), (), 0),
        (Check(NOW, "unreachable"), (), 1),
    ],
)
def test_whether_a_login_that_was_never_made_needs_doing(
    check: Check | None, unread: tuple[str, ...], code: int
) -> None:
    adapters = FakeAdapters([NOTION], [record(NOTION, check=check)])
    adapters.other_programs = Held([], unread)
    assert status(adapters, "--short") == code


def test_a_login_that_another_program_holds_needs_no_other() -> None:
    adapters = FakeAdapters([NOTION], [record(NOTION, check=Check(NOW, "required"))])
    held = HeldToken("Codex", Place("/c.json"), (), TokenSet(Secret("t")), url=NOTION.url or "")
    adapters.other_programs = Held([held])
    assert status(adapters, "--short") == 0


def test_a_server_that_is_switched_off_needs_nothing() -> None:
    off = SENTRY._replace(sources=(Source("Cursor", "/c.json", "sentry", disabled=True),))
    assert status(FakeAdapters([off], [REFUSED]), "--short") == 0


@pytest.mark.parametrize(
    ("server", "credential", "words"),
    [
        (linear(), {"expires_at": NOW + 300}, ""),  # it renews itself
        (linear(), {"expires_at": NOW - 300}, ""),
        (linear(), {"expires_at": NOW + 300, "refreshable": False}, "1 expiring"),
        (linear(), {"expires_at": NOW - 300, "refreshable": False}, "1 to log in"),
        (linear(), {"kind": "token", "refreshable": False, "expires_at": NOW + 6 * DAY}, "1 expiring"),
        (linear(), {"refusal": "The issuer refused."}, "1 to log in"),
        (linear(problem="The URL has no host.", url=None), {}, "1 bad entry"),
        (linear(sources=()), {}, ""),  # an orphan does no harm
    ],
)
def test_what_needs_doing_for_a_stored_credential(
    server: Server, credential: dict[str, Any], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(FakeAdapters([server], [record(linear(), oauth(**credential))]), "--short") == bool(words)
    assert capsys.readouterr().out == (f"{words}\n" if words else "")
