"""`keyrack header`: its formats, and whose headers a helper of Claude Code gets."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from keyrack.domain.model import Server
from keyrack.domain.secret import MASK, Secret
from keyrack.operations.handout import hand_out
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.get_token import IssuedToken
from support.cli_kit import CURSOR, URL, FakeAdapters, linear, run

Capture = pytest.CaptureFixture[str]
TWO = {"X-Key": Secret('a "quoted\\ key'), "Authorization": Secret("Bearer tok-1")}


@pytest.fixture(autouse=True)
def issued(monkeypatch: pytest.MonkeyPatch) -> list[Server]:
    """Every server has a token; the list tells for which it was asked."""
    asked: list[Server] = []

    def get(adapters: Adapters, server: Server, **options: object) -> IssuedToken:
        asked.append(server)
        return IssuedToken(Secret("tok-1"), TWO, None, ("It is short.",))

    monkeypatch.setattr(hand_out, "get_token", get)
    return asked


def asks_for(monkeypatch: pytest.MonkeyPatch, name: str, url: str) -> None:
    """Run as Claude Code's helper for this server."""
    monkeypatch.setenv("CLAUDE_CODE_MCP_SERVER_NAME", name)
    monkeypatch.setenv("CLAUDE_CODE_MCP_SERVER_URL", url)


class TestFormats:
    def test_lines(self, capsys: Capture) -> None:
        assert run(["header", "linear"], adapters=FakeAdapters([linear()])) == 0
        shown = capsys.readouterr()
        assert shown.out == 'X-Key: a "quoted\\ key\nAuthorization: Bearer tok-1\n'
        assert shown.err == "keyrack: It is short.\n"

    def test_json_is_one_object_of_strings_on_one_line(self, capsys: Capture) -> None:
        assert run(["header", "linear", "--format", "json"], adapters=FakeAdapters([linear()])) == 0
        out = capsys.readouterr().out
        assert out.count("\n") == 1
        assert json.loads(out) == {name: value.reveal() for name, value in TWO.items()}

    @pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
    def test_curl_reads_its_format(self, capsys: Capture) -> None:
        assert run(["header", "linear", "--format", "curl"], adapters=FakeAdapters([linear()])) == 0
        config = capsys.readouterr().out
        # --libcurl writes what curl was told as C code, without a connection to anything.
        told = subprocess.run(
            ["curl", "-qs", "-K", "-", "--libcurl", "-", "file:///dev/null"],
            input=config, capture_output=True, text=True, check=True, timeout=20,
        ).stdout  # fmt: skip
        assert '"X-Key: a \\"quoted\\\\ key"' in told
        assert '"Authorization: Bearer tok-1"' in told

    def test_another_format_is_refused(self, capsys: Capture) -> None:
        assert run(["header", "linear", "--format", "xml"], adapters=FakeAdapters([linear()])) == 2
        assert "must be lines, json or curl" in capsys.readouterr().err


class TestMasked:
    def test_nothing_is_handed_out_asked_or_logged(self, capsys: Capture) -> None:
        adapters = FakeAdapters([linear()])
        adapters.reading = adapters.reading._replace(confirm=frozenset([URL]))  # it would fail here
        assert run(["header", "linear", "--masked", "--format", "json"], adapters=adapters) == 0
        assert json.loads(capsys.readouterr().out) == dict.fromkeys(TWO, MASK)
        assert adapters.events.kinds == []

    def test_another_servers_headers_are_refused_all_the_same(
        self, monkeypatch: pytest.MonkeyPatch, capsys: Capture
    ) -> None:
        asks_for(monkeypatch, "linear", "https://evil.example/mcp")
        assert run(["header", "linear", "--masked"], adapters=FakeAdapters([linear()])) == 6


class TestAskedFor:
    """The server in CLAUDE_CODE_MCP_SERVER_NAME and _URL."""

    def test_without_an_argument_it_is_the_server(
        self, monkeypatch: pytest.MonkeyPatch, issued: list[Server]
    ) -> None:
        asks_for(monkeypatch, "linear", linear().url or "")
        assert run(["header"], adapters=FakeAdapters([linear()])) == 0
        assert [server.name for server in issued] == ["linear"]

    def test_its_name_chooses_among_servers_with_one_url(
        self, monkeypatch: pytest.MonkeyPatch, issued: list[Server]
    ) -> None:
        one = linear(tag="linear", key_name="")
        other = linear(name="work", tag="work", key_name="work")
        asks_for(monkeypatch, "work", linear().url or "")
        assert run(["header"], adapters=FakeAdapters([one, other])) == 0
        assert [server.name for server in issued] == ["work"]

    def test_its_url_counts_if_the_program_has_another_name_for_it(
        self, monkeypatch: pytest.MonkeyPatch, issued: list[Server]
    ) -> None:
        asks_for(monkeypatch, "plugin:tracker:linear", (linear().url or "") + "/")
        assert run(["header"], adapters=FakeAdapters([linear()])) == 0
        assert [server.name for server in issued] == ["linear"]

    def test_a_name_that_keyrack_knows_gets_no_token_for_another_url(
        self, monkeypatch: pytest.MonkeyPatch, issued: list[Server]
    ) -> None:
        asks_for(monkeypatch, "linear", "https://evil.example/mcp")
        run(["header"], adapters=FakeAdapters([linear()]))
        assert [server.url for server in issued] == ["https://evil.example/mcp"]

    @pytest.mark.parametrize("verb", ["header", "token"])
    @pytest.mark.parametrize(
        "url",
        ["https://evil.example/mcp", "https://mcp.linear.app/mcp/other", "https://mcp.linear.app.evil.com/mcp",
         "https://mcp.linear.app:444/mcp", "http://mcp.linear.app/mcp", "https://mcp.linear.app/mcp?a=b",
         "no url"],
    )  # fmt: skip
    def test_another_servers_token_is_refused_even_if_it_is_named(
        self, verb: str, url: str, monkeypatch: pytest.MonkeyPatch, issued: list[Server], capsys: Capture
    ) -> None:
        asks_for(monkeypatch, "linear", url)
        assert run([verb, "linear"], adapters=FakeAdapters([linear()])) == 6
        shown = capsys.readouterr()
        assert (shown.out, issued) == ("", [])
        assert "asks for another server than linear" in shown.err

    def test_the_same_url_in_another_form_is_answered(
        self, monkeypatch: pytest.MonkeyPatch, issued: list[Server]
    ) -> None:
        asks_for(monkeypatch, "linear", "HTTPS://MCP.Linear.App:443/mcp/")
        assert run(["token", "linear"], adapters=FakeAdapters([linear()])) == 0
        assert len(issued) == 1

    def test_several_that_are_meant_need_a_person(
        self, monkeypatch: pytest.MonkeyPatch, issued: list[Server], capsys: Capture
    ) -> None:
        servers = [linear(name=name, tag=name, key_name=name, sources=(CURSOR,)) for name in ("a", "b")]
        asks_for(monkeypatch, "c", linear().url or "")
        assert run(["header"], adapters=FakeAdapters(servers)) == 3
        assert "Several servers have the URL" in capsys.readouterr().err
        assert issued == []

    def test_with_neither_an_argument_nor_a_program_it_asks_which(self, capsys: Capture) -> None:
        assert run(["header"], adapters=FakeAdapters([linear()])) == 2
        assert capsys.readouterr().err.startswith("keyrack: Which server?")


def test_a_bridge_answers_only_for_the_address_in_its_entry(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The name in an entry may be another server's by now."""
    monkeypatch.setenv("KEYRACK_BRIDGE_URL", "https://other.example/mcp")
    assert run(["bridge", "linear"], adapters=FakeAdapters([linear()])) == 6
    said = capsys.readouterr()
    assert said.out == "" and "KEYRACK_BRIDGE_URL has a URL that is not" in said.err
