"""Several accounts for one server: which is meant, which there are, and where the choice is kept."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack import wiring
from keyrack.config import file as own_file
from keyrack.domain.errors import KeyrackError, LoginNeeded
from keyrack.operations.ports import Parts
from keyrack.operations.servers.find import find
from keyrack.operations.servers.overview import overview
from keyrack.operations.tokens.accounts import account_name, accounts_of, make_default
from keyrack.operations.tokens.get_token import hand_out
from keyrack.store.credential_store import memory_rack
from support.canned import URL
from support.cli_kit import FakeParts, run
from support.workbench import NOW, grant

CONFIG = """\
# mine
config_files = []  # none yet

[servers.example]
url = "https://mcp.example/mcp"

[servers.second]
url = "https://mcp.example/mcp"
account = "work"
client_id = "theirs"
"""


@pytest.fixture
def config(own_home: Path) -> Path:
    path = own_home / ".config" / "keyrack" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(CONFIG)
    return path


@pytest.fixture
def parts(config: Path, own_home: Path) -> Parts:
    rack = memory_rack(lambda: NOW)
    parts = wiring.parts(env={"HOME": str(own_home)}, platform="linux", rack=rack, now=lambda: NOW)
    parts.rack().save(grant())
    parts.rack().save(grant(access="at-w", label="ada@example.com")._replace(account="work"))
    return parts


def test_an_entry_s_own_account_is_meant_by_its_name(parts: Parts) -> None:
    assert find(parts, "example").account == "default"
    assert find(parts, "second").account == "work"
    assert find(parts, "second", "other").account == "other"


def test_an_address_means_the_account_asked_for_with_its_own_settings(parts: Parts) -> None:
    assert find(parts, URL).account == "default"
    assert find(parts, URL, "work").client.client_id == "theirs"


def test_all_accounts_are_told_the_default_first(parts: Parts) -> None:
    found = accounts_of(parts, find(parts, "example"))
    assert [(each.name, each.label, each.is_default) for each in found] == [
        ("default", "", True),
        ("work", "ada@example.com", False),
    ]


def test_the_chosen_default_is_meant_from_then_on_and_comments_stay(parts: Parts, config: Path) -> None:
    make_default(parts, find(parts, "example"), "work")
    assert find(parts, "example").account == "work" and find(parts, URL).account == "work"
    text = config.read_text()
    assert text.startswith(CONFIG) and f'"{URL}" = "work"' in text
    assert [row.server.account for row in overview(parts).rows] == ["work", "default"]
    make_default(parts, find(parts, "example"), "default")
    assert find(parts, "example").account == "default"
    assert config.read_text().count(URL) == 3


def test_a_default_for_an_address_that_is_not_configured(parts: Parts) -> None:
    parts.rack().save(grant()._replace(url="https://other.example/mcp", account="home"))
    make_default(parts, find(parts, "https://other.example/mcp"), "home")
    assert find(parts, "https://other.example/mcp").account == "home"


def test_an_account_without_a_credential_is_no_default(parts: Parts, config: Path) -> None:
    with pytest.raises(KeyrackError, match="called wrok") as caught:
        make_default(parts, find(parts, "example"), "wrok")
    assert "default, work" in caught.value.hint and config.read_text() == CONFIG


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 61])
def test_a_name_that_is_none_is_refused(parts: Parts, config: Path, name: str) -> None:
    with pytest.raises(KeyrackError, match="printable"):
        make_default(parts, find(parts, "example"), name)
    assert config.read_text() == CONFIG


# Changing the file.

LINES = st.lists(
    st.sampled_from(
        ["# a comment", "", "a = 1", 'store = "keychain"  # why', "[other]", "x = [1,\n  2]", "[accounts]",
         '"https://u.example/mcp" = "old"', "[accounts.deep]", 'text = """\nstore = no\n"""', "[[many]]"]),
    max_size=8,
).map("\n".join)  # fmt: skip


def is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


KEYS = st.sampled_from([("store",), ("accounts", "https://u.example/mcp")])


@given(LINES.filter(is_toml), KEYS, st.booleans())
def test_a_setting_is_changed_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, text: str, keys: tuple[str, ...], windows: bool
) -> None:
    path = tmp_path_factory.mktemp("own") / "config.toml"
    path.write_bytes(text.replace("\n", "\r\n" if windows else "\n").encode())
    before = tomllib.loads(path.read_text())
    own_file.set_value(str(path), keys, "new")
    after = tomllib.loads(path.read_text())
    inner = after
    for key in keys[:-1]:
        inner = inner[key]
    assert inner.pop(keys[-1]) == "new"
    old = before.get("accounts", {}) if len(keys) > 1 else before
    old.pop(keys[-1], None)
    if len(keys) > 1:
        before.setdefault("accounts", {})
    assert after == before


def test_comments_and_order_stay(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("# top\na = 1\n\n[t]\nb = 2 # two\n")
    own_file.set_value(str(path), ("store",), "vault")
    assert path.read_text() == '# top\na = 1\nstore = "vault"\n\n[t]\nb = 2 # two\n'
    own_file.set_value(str(path), ("store",), "keychain")
    assert path.read_text() == '# top\na = 1\nstore = "keychain"\n\n[t]\nb = 2 # two\n'


def test_a_broken_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("= no\n")
    with pytest.raises(KeyrackError, match="Nothing was changed"):
        own_file.set_value(str(path), ("store",), "vault")
    assert path.read_text() == "= no\n"


@pytest.fixture
def others(own_home: Path) -> Parts:
    """A server in a program's file, and credentials for two accounts that no file names."""
    path = own_home / ".config" / "keyrack" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text('[servers.example]\nurl = "https://mcp.example/mcp"\n')
    rack = memory_rack(lambda: NOW)
    parts = wiring.parts(env={"HOME": str(own_home)}, platform="linux", rack=rack, now=lambda: NOW)
    parts.rack().save(grant(access="at-w")._replace(account="work"))
    return parts


@pytest.mark.parametrize("word", ["example", URL])
def test_the_only_account_is_meant_where_none_is_named(others: Parts, word: str) -> None:
    assert find(others, word).account == "work"
    assert find(others, word, "home").account == "home"
    assert [row.server.account for row in overview(others).rows] == ["work"]
    assert hand_out(others, find(others, word)).token.reveal() == "at-w"


def test_of_two_accounts_none_is_meant_and_the_error_names_them(others: Parts) -> None:
    others.rack().save(grant(access="at-h")._replace(account="home"))
    server = find(others, "example")
    assert server.account == "default"
    with pytest.raises(LoginNeeded, match=r"Nothing is stored for example\.") as caught:
        hand_out(others, server)
    assert caught.value.hint.startswith("It has: home, work. Use --account, or set a default:")
    with pytest.raises(LoginNeeded, match="Nothing is stored for example · wrk"):
        hand_out(others, find(others, "example", "wrk"))


def test_the_default_s_own_credential_comes_first(others: Parts) -> None:
    others.rack().save(grant(access="at-d"))
    assert find(others, "example").account == "default"
    assert [row.server.account for row in overview(others).rows] == ["default", "work"]


@pytest.mark.parametrize("typed", ["", " ", "a\nb", "wo\u200brk", "\x1b[31mwork", "w" * 61])
def test_a_name_that_nobody_could_tell_from_another_is_refused(
    typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["token", "example", "--account", typed], parts=FakeParts()) == 2
    assert "--account: an account name has up to 60 printable characters." in capsys.readouterr().err


def test_one_look_is_one_name() -> None:
    assert account_name(" cafe\u0301 ") == account_name("caf\u00e9") == "caf\u00e9"
