"""Completion in real shells: what Tab inserts, and what the shell then gives to keyrack."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from keyrack.domain.model import CredentialInfo, StoredCredential, TokenSet
from keyrack.domain.secret import Secret
from keyrack.store.backends.memory import MemoryBackend
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.files import RecordFiles
from keyrack.system.locks import Locks
from support.shells import Shell, shell

EVIL = """my $(touch got); `touch got` 'it"s\\ a|b&c<d>e*f?g[h]i{j,k}!l^m%F{red}n"""
NAMES = ("linear", EVIL, "naïve ✓ 服务", "co:lon=", "~home", "#hash", "-dash", "bad\x1b[31mred", "bad\nline")
URL = "https://linear.example/mcp"


@pytest.fixture(scope="module", params=["bash", "zsh", "fish"])
def typist(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    servers = {name: {"type": "http", "url": f"https://s{n}.example/mcp"} for n, name in enumerate(NAMES)}
    servers["linear"]["url"] = URL
    (home / ".claude.json").write_text(json.dumps({"mcpServers": servers}))
    (home / "a file.json").write_text('{"mcpServers": {}}')
    (home / "linear").mkdir()  # a folder is no server, so no slash is added
    data, now = home / ".local/share/keyrack", lambda: 0.0
    locks = Locks(str(data / "locks"))
    store = BackendCredentialStore(MemoryBackend(), RecordFiles(str(data / "records"), locks, now), locks)
    for account in ("default", "at work"):
        info = CredentialInfo("oauth", "https://auth.example", "c", "dynamic", label="me@corp.example")
        store.save(StoredCredential(URL, account, info, TokenSet(Secret("a"))))
    with shell(request.param, home) as started:
        yield started
    assert not (home / "got").exists()


def test_a_command_an_option_and_a_server_are_completed(typist: Shell) -> None:
    assert typist.arguments("keyrack tok\t lin\t --acc\tat\t") == ["token", "linear", "--account", "at work"]


@pytest.mark.parametrize("start", ["my", "'my", '"my', "my\\ \\$"])
def test_a_name_arrives_as_it_is_in_the_file(typist: Shell, start: str) -> None:
    assert typist.arguments(f"keyrack token {start}\t") == ["token", EVIL]


@pytest.mark.parametrize("start", ["na", "naïve\\ ✓\\ 服", "co", "co:l", "\\~h", "\\#"])
def test_a_name_s_first_and_odd_characters_survive(typist: Shell, start: str) -> None:
    [name] = [name for name in NAMES if name.startswith(start.replace("\\", ""))]
    assert typist.arguments(f"keyrack token {start}\t --json") == ["token", name, "--json"]


def test_a_name_that_looks_like_an_option_is_completed_after_two_dashes(typist: Shell) -> None:
    assert typist.arguments("keyrack token -- -d\t") == ["token", "--", "-dash"]


def test_a_url_is_completed_beyond_its_colon(typist: Shell) -> None:
    assert typist.arguments("keyrack token https://lin\t") == ["token", URL]


def test_a_value_is_completed_after_a_space_and_after_an_equals_sign(typist: Shell) -> None:
    assert typist.arguments("keyrack vault move --to k\t") == ["vault", "move", "--to", "keychain"]
    assert typist.arguments("keyrack vault m\t --to=k\t") == ["vault", "move", "--to=keychain"]
    assert typist.arguments("keyrack token linear --account=at\t") == ["token", "linear", "--account=at work"]
    assert typist.arguments("keyrack import x --fr\tclaude-c\t") == ["import", "x", "--from", "claude-code"]


def test_files_are_completed_where_an_option_takes_one(typist: Shell) -> None:
    assert typist.arguments("keyrack --config a\t list") == ["--config", "a file.json", "list"]
    assert typist.arguments("keyrack list --config=a\t") == ["list", "--config=a file.json"]
    assert typist.arguments("keyrack list --config ~/a\t") == [
        "list",
        "--config",
        f"{typist.home}/a file.json",
    ]


def test_what_can_be_chosen_is_shown_and_nothing_controls_the_terminal(typist: Shell) -> None:
    shown = typist.offers("keyrack token ", "linear", "naïve", "co:lon")
    assert "dash" not in shown and "red" not in shown.replace("{red", "") and "line\n" not in shown
    assert (URL in shown) == (typist.name != "bash")
    shown = typist.offers("keyrack ", "publish", "vault")
    assert ("list servers and the state" in shown) == (typist.name != "bash")
    assert "__complete" not in shown


def test_after_two_dashes_the_command_s_own_words_are_completed(typist: Shell) -> None:
    assert typist.arguments("keyrack exec lin\t -- printen\t X") == ["exec", "linear", "--", "printenv", "X"]
    assert typist.arguments("keyrack exec linear -- cat a\t") == [
        "exec", "linear", "--", "cat", "a file.json",
    ]  # fmt: skip
