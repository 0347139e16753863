"""What `keyrack __complete` answers."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from keyrack.cli.verbs import VERBS
from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import Program
from keyrack.domain.model import AddressKey, Server, Source
from keyrack.domain.secret import Secret
from support.cli_kit import URL, FakeAdapters, linear, oauth, record, run

Ask = Callable[..., list[str]]
STORED = linear(account="work")
NOTION = Server("notion", "https://mcp.notion.example/mcp", aliases=("notes",))
LOCAL = Server("local", None, command="npx")


class ManyPrograms:
    def programs(self) -> tuple[Program, ...]:
        return (Program("Claude Code"), Program("Cursor", is_readable=False))


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """What a shell is told for these words, of which the last is unfinished."""

    def asked(*words: str, shell: str = "fish", adapters: Any = None) -> list[str]:
        if adapters is None:
            adapters = FakeAdapters(
                [linear(), NOTION, LOCAL], [record(STORED, oauth(label="me@corp")), record(linear(), oauth())]
            )
            adapters.other_programs = ManyPrograms()
        given = "".join(f"{word}\0" for word in words).encode()
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(given), isatty=lambda: False))
        assert run(["__complete", shell], adapters=adapters) == 0
        said = capsys.readouterr()
        assert said.err == ""
        return said.out.splitlines()

    return asked


def words(lines: list[str]) -> list[str]:
    assert lines[0] == "words"
    return [line.partition("\t")[0] for line in lines[1:]]


def test_the_commands_come_first_with_what_they_do(ask: Ask) -> None:
    expected = [f"{name}\t{summary}" for name, (_, summary) in VERBS.items()]
    assert ask("", adapters=pytest.fail) == ["words", *expected]
    assert ask("help", "", adapters=pytest.fail) == ["words", *expected]


def test_options_come_after_a_dash_and_where_nothing_else_can(ask: Ask) -> None:
    assert words(ask("-", adapters=pytest.fail)) == ["--config", "--help", "--version"]
    every = ["--json", "--tsv", "--filter", "--config", "--help"]
    assert words(ask("list", "", adapters=pytest.fail)) == every
    assert words(ask("list", "--json", "--config", "x", "-", adapters=pytest.fail)) == [
        "--tsv", "--filter", "--config", "--help",
    ]  # fmt: skip
    assert "print JSON" in ask("list", "-")[1]


def test_remote_servers_come_with_their_urls(ask: Ask) -> None:
    assert ask("token", "") == ["words", f"linear\t{URL}", "notion\thttps://mcp.notion.example/mcp"]
    assert words(ask("token", "linear", "")) == words(ask("token", "-"))  # it takes one


def test_another_name_and_the_url_come_once_something_is_typed(ask: Ask) -> None:
    assert words(ask("token", "n")) == ["linear", "notion", "notes"]
    assert words(ask("token", "https:"))[-2:] == ["notes", "https://mcp.notion.example/mcp"]


def test_a_key_in_a_url_is_not_offered(ask: Ask) -> None:
    keyed = linear(url="https://h.example/●●●", address_key=AddressKey(Secret("https://h.example/k"), "path"))
    assert words(ask("token", "http", adapters=FakeAdapters([keyed]))) == ["linear"]


def test_a_stored_credential_without_a_server_is_offered(ask: Ask) -> None:
    adapters = FakeAdapters([], [record(linear(), oauth())])
    assert words(ask("clear", "", adapters=adapters)) == ["mcp.linear.app/mcp"]


def test_accounts_are_those_of_the_server_that_is_typed(ask: Ask) -> None:
    assert ask("token", "linear", "--account", "") == ["words", "default\t", "work\tme@corp"]
    assert words(ask("token", "--account=")) == ["--account=default", "--account=work"]
    assert words(ask("token", URL, "--account", "")) == ["default", "work"]
    assert words(ask("token", "notion", "--account", "")) == []
    assert words(ask("token", "--account", "")) == ["default", "work"]
    assert words(ask("accounts", "linear", "--default=")) == ["--default=default", "--default=work"]


def test_programs_are_those_whose_logins_can_be_changed(ask: Ask) -> None:
    assert ask("import", "linear", "--from", "") == ["words", "claude-code\tClaude Code"]
    assert words(ask("publish", "--to", "")) == ["claude-code"]


class ManyEntries:
    def programs(self) -> tuple[str, ...]:
        return ("Claude Code", "VS Code")


@pytest.mark.parametrize("typed", [("connect", "linear", "--to"), ("disconnect", "linear", "--from")])
def test_programs_to_connect_are_also_those_that_hold_no_logins(ask: Ask, typed: tuple[str, ...]) -> None:
    adapters: Any = FakeAdapters([linear()])
    adapters.other_programs, adapters.entries = ManyPrograms(), ManyEntries()
    assert words(ask(*typed, "", adapters=adapters)) == ["claude-code", "vs-code"]


@pytest.mark.parametrize("verb", ["adopt", "set", "clear"])
def test_local_servers_are_offered_where_their_secrets_can_be_changed(ask: Ask, verb: str) -> None:
    assert "local\tnpx" in ask(verb, "lo")
    assert "local" not in words(ask("token", "lo"))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (
            ["vault", ""],
            ["status", "init", "passphrase", "recipients", "add-recipient", "remove-recipient", "move"],
        ),
        (["vault", "move", "--to", ""], ["vault", "keychain"]),
        (["vault", "move", "--to="], ["--to=vault", "--to=keychain"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["login", "x", "--callback-port", ""], []),
        (["nonsense", ""], []),
        (["token", "--nonsense", "x", "--nonsense="], []),
        (["token", "--", "x", ""], []),
        (["env", "--shell", ""], ["sh", "fish", "powershell"]),
        (["header", "--format="], ["--format=lines", "--format=json", "--format=curl"]),
    ],
)  # fmt: skip
def test_what_can_be_chosen_is_offered(ask: Ask, typed: list[str], found: list[str]) -> None:
    assert words(ask(*typed, adapters=pytest.fail)) == found


def test_an_option_that_takes_a_file_leaves_it_to_the_shell(ask: Ask) -> None:
    assert ask("list", "--config", "") == ask("--config=") == ask("vault", "--identity", "a") == ["files"]
    assert ask("keyrack list --config ", "", shell="bash") == ["files"]
    assert ask("keyrack list 2> ", "", shell="bash") == ["files"]


def test_more_servers_come_where_there_can_be_several(ask: Ask) -> None:
    assert words(ask("env", "linear", "")) == words(ask("exec", "linear", "")) == ["linear", "notion"]


def test_another_program_s_command_is_left_to_the_shell(ask: Ask) -> None:
    assert ask("exec", "linear", "--", "", adapters=pytest.fail) == ["command"]
    assert ask("exec", "linear", "--", "a", "--config", "", adapters=pytest.fail) == ["command"]
    assert ask("keyrack exec linear -- a b", "b", shell="bash", adapters=pytest.fail) == ["command"]


def test_the_servers_of_a_typed_config_file_are_read(ask: Ask, own_home: Path) -> None:
    adapters = FakeAdapters([linear()])
    ask("--config", "a.json", "token", "--config=~/b.json", "", adapters=adapters)
    assert adapters.config_files == ("a.json", str(own_home / "b.json"))


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[31m", "a\u202eb", "a\u200bb", "\u2028", "a\x9bb", "", "-a"])
def test_a_name_that_would_control_the_terminal_or_hide_is_not_offered(ask: Ask, name: str) -> None:
    adapters = FakeAdapters([linear(name=name), NOTION])
    assert words(ask("token", "", adapters=adapters)) == ["notion"]


def test_a_description_is_one_plain_line(ask: Ask) -> None:
    info = oauth(label="me\x1b[31m\n\tyou")
    adapters = FakeAdapters([linear()], [record(linear(), info)])
    assert ask("token", "linear", "--account", "", adapters=adapters) == ["words", "default\tme[31m  you"]


def test_zsh_gets_its_colons_escaped(ask: Ask) -> None:
    adapters = FakeAdapters([linear(name="a:b\\c")])
    assert ask("token", "", shell="zsh", adapters=adapters) == ["words", f"a\\:b\\\\c:{URL}"]


def test_bash_gets_what_belongs_after_the_part_it_keeps(ask: Ask) -> None:
    adapters = FakeAdapters([linear(name="my $(x)"), linear(name="mine", url="https://m.example/mcp")])

    def bash(line: str, part: str) -> list[str]:
        return ask(line, part, shell="bash", adapters=adapters)[1:]

    assert bash("keyrack token m", "m") == ["my\\ \\$\\(x\\)", "mine"]
    assert bash("keyrack token 'my $", "my $") == ["my $(x)"]
    assert bash('keyrack token "my \\$', "my \\$") == ["my \\$(x)"]
    assert bash("keyrack token https:", "") == ["//mcp.linear.app/mcp", "//m.example/mcp"]
    assert bash("keyrack vault move --to=k", "k") == ["keychain"]
    assert bash("keyrack token m", "elsewhere") == []
    assert ask(shell="bash") == []


def test_without_readable_files_the_rest_is_completed(ask: Ask) -> None:
    def broken(**named: Any) -> Any:
        raise KeyrackError("The records can't be read.")

    assert ask("token", "", adapters=broken) == ["words"]
    assert "--min-valid" in words(ask("token", "-", adapters=broken))


def test_it_is_no_command_of_the_manual(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    assert "__complete" not in capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_printed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    assert f"command keyrack __complete {shell}" in capsys.readouterr().out


def test_another_shell_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "tcsh"]) == 2
    assert "bash, zsh, fish" in capsys.readouterr().err


def test_own_servers_are_edited_and_a_new_one_has_no_name_yet(ask: Ask) -> None:
    own = linear(sources=(Source("keyrack", "/config.toml", "mine"),))
    adapters = FakeAdapters([own, NOTION])
    for verb in ("edit", "remove"):
        assert ask(verb, "", adapters=adapters) == ["words", f"mine\t{URL}"]
    assert words(ask("add", "", adapters=pytest.fail)) == []
    settings = words(ask("edit", "mine", "--unset", "", adapters=pytest.fail))
    assert {"scopes", "headers.", "pkce"} <= set(settings)
    assert "pkce=" in words(ask("add", "--set", "", adapters=pytest.fail))
