"""`keyrack env` and `keyrack exec`: what they print, what the command gets, and what they refuse."""

from __future__ import annotations

import os
import sys

import pytest

from keyrack.domain.model import Server
from keyrack.domain.secret import Secret
from keyrack.operations.handout import hand_out
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.get_token import IssuedToken
from keyrack.system import replacing
from support.cli_kit import FakeAdapters, Terminal, linear, run

Capture = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch


@pytest.fixture(autouse=True)
def tokens(monkeypatch: Patch) -> list[dict[str, object]]:
    calls: list[dict[str, object]] = []

    def get(adapters: Adapters, server: Server, **options: object) -> IssuedToken:
        calls.append({"account": server.account, **options})
        return IssuedToken(Secret(f"tok-{server.name}"), {}, None)

    monkeypatch.setattr(hand_out, "get_token", get)
    return calls


@pytest.fixture
def ran(monkeypatch: Patch) -> list[tuple[tuple[str, ...], dict[str, str]]]:
    """What would have run, with the variables that it gets."""
    found: list[tuple[tuple[str, ...], dict[str, str]]] = []

    def become(command: tuple[str, ...], env: dict[str, str]) -> int:
        found.append((command, env))
        return 7

    monkeypatch.setattr(replacing, "become", become)
    return found


def both() -> FakeAdapters:
    return FakeAdapters([linear(), linear(name="wiki", url="https://wiki.example/mcp")])


class TestEnv:
    @pytest.mark.parametrize(
        ("shell", "line"),
        [
            ("sh", "export LINEAR_TOKEN='tok-linear';"),
            ("zsh", "export LINEAR_TOKEN='tok-linear';"),
            ("fish", "set -gx LINEAR_TOKEN 'tok-linear';"),
            ("pwsh", "$env:LINEAR_TOKEN = 'tok-linear';"),
        ],
    )
    def test_a_line_for_the_shell(self, shell: str, line: str, capsys: Capture) -> None:
        assert run(["env", "linear", "--shell", shell], adapters=both()) == 0
        assert capsys.readouterr() == (f"{line}\n", "")

    def test_another_shell_is_refused(self, capsys: Capture) -> None:
        assert run(["env", "linear", "--shell", "csh"], adapters=both()) == 2
        assert "must be sh, fish or powershell" in capsys.readouterr().err

    def test_a_line_for_each_server(self, capsys: Capture) -> None:
        assert run(["env", "linear", "wiki", "--shell=sh"], adapters=both()) == 0
        assert capsys.readouterr().out == "export LINEAR_TOKEN='tok-linear';\nexport WIKI_TOKEN='tok-wiki';\n"

    def test_nothing_is_printed_if_one_of_them_fails(self, capsys: Capture) -> None:
        assert run(["env", "linear", "nothing"], adapters=both()) == 6
        assert capsys.readouterr().out == ""

    def test_var_is_for_one_server(self, capsys: Capture) -> None:
        assert run(["env", "linear", "--var", "API_KEY", "--shell=sh"], adapters=both()) == 0
        assert capsys.readouterr().out == "export API_KEY='tok-linear';\n"
        assert run(["env", "linear", "wiki", "--var", "API_KEY"], adapters=both()) == 2

    def test_a_terminal_gets_a_note_that_nothing_is_set(self, monkeypatch: Patch, capsys: Capture) -> None:
        monkeypatch.setattr(sys, "stdout", Terminal())
        assert run(["env", "linear"], adapters=both()) == 0
        assert "only prints the lines" in capsys.readouterr().err

    def test_a_program_that_asks_for_another_server_gets_nothing(self, monkeypatch: Patch) -> None:
        monkeypatch.setenv("CLAUDE_CODE_MCP_SERVER_URL", "https://evil.example/mcp")
        assert run(["env", "linear"], adapters=both()) == 6


class TestExec:
    def test_only_the_command_gets_the_variables(
        self, ran: list[tuple[tuple[str, ...], dict[str, str]]], monkeypatch: Patch, capsys: Capture
    ) -> None:
        monkeypatch.setenv("X", "old")
        words = ["exec", "linear=X", "wiki", "--", "program", "--json", "--", "-h"]
        assert run(words, adapters=both()) == 7
        [(command, env)] = ran
        assert command == ("program", "--json", "--", "-h")
        assert env == {**os.environ, "X": "tok-linear", "WIKI_TOKEN": "tok-wiki"}
        assert os.environ["X"] == "old"
        assert capsys.readouterr() == ("", "")

    def test_keyracks_own_secrets_and_settings_are_not_passed_on(
        self, ran: list[tuple[tuple[str, ...], dict[str, str]]], monkeypatch: Patch
    ) -> None:
        for name in ("KEYRACK_VAULT_PASSPHRASE", "KEYRACK_VAULT_IDENTITY", "KEYRACK_CLIENT_SECRET"):
            monkeypatch.setenv(name, "hidden")
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)

        def finds_the_bus(adapters: Adapters, server: Server, **options: object) -> IssuedToken:
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/found")
            return IssuedToken(Secret("tok"), {}, None)

        monkeypatch.setattr(hand_out, "get_token", finds_the_bus)
        run(["exec", "linear", "--", "program"], adapters=both())
        [(_, env)] = ran
        assert "hidden" not in env.values()
        assert "DBUS_SESSION_BUS_ADDRESS" not in env

    def test_a_slow_refresh_is_waited_for(
        self,
        ran: list[tuple[tuple[str, ...], dict[str, str]]],
        tokens: list[dict[str, object]],
    ) -> None:
        run(["exec", "linear", "--account", "work", "--", "program"], adapters=both())
        assert tokens == [{"account": "work", "min_valid": 60.0}]

    def test_a_url_with_a_query_keeps_its_equals_sign(
        self, ran: list[tuple[tuple[str, ...], dict[str, str]]]
    ) -> None:
        run(["exec", "https://wiki.example/mcp?tenant=acme", "--", "program"], adapters=both())
        run(["exec", "https://wiki.example/mcp=W", "--", "program"], adapters=both())
        assert [[name for name, value in env.items() if value.startswith("tok-")] for _, env in ran] == [
            ["WIKI_EXAMPLE_TOKEN"],
            ["W"],
        ]

    @pytest.mark.parametrize(
        ("words", "code", "said"),
        [
            (["linear"], 2, "needs a command"),
            (["linear", "--"], 2, "needs a command"),
            (["linear", "--", ""], 2, "needs a command"),
            (["--", "program"], 2, "needs NAME"),
            (["linear=PATH", "--", "program"], 2, "PATH changes what programs run"),
            (["linear=9", "--", "program"], 2, "has only letters, digits and _"),
            (["linear", "linear", "--", "program"], 2, "would both be LINEAR_TOKEN"),
            (["nothing", "--", "program"], 6, "No server is called"),
        ],
    )
    def test_without_a_token_for_each_the_command_does_not_run(
        self,
        words: list[str],
        code: int,
        said: str,
        ran: list[tuple[tuple[str, ...], dict[str, str]]],
        capsys: Capture,
    ) -> None:
        assert run(["exec", *words], adapters=both()) == code
        assert said in capsys.readouterr().err
        assert ran == []
