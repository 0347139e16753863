"""Several accounts for one server: which one is used, which exist, and where the choice is stored."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack import wiring
from keyrack.config import file as own_file
from keyrack.domain.account import account_name
from keyrack.domain.errors import KeyrackError, LoginNeeded
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.find import find
from keyrack.operations.servers.overview import overview
from keyrack.operations.tokens.accounts import accounts_of, make_default
from keyrack.operations.tokens.get_token import get_token
from keyrack.store.credential_store import memory_credential_store
from support.canned import URL
from support.cli_kit import FakeAdapters, run
from support.workbench import NOW, stored_credential

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
def adapters(config: Path, own_home: Path) -> Adapters:
    credentials = memory_credential_store(lambda: NOW)
    adapters = wiring.adapters(
        env={"HOME": str(own_home)}, platform="linux", credentials=credentials, now=lambda: NOW
    )
    adapters.credentials().save(stored_credential())
    adapters.credentials().save(
        stored_credential(access="at-w", label="ada@example.com")._replace(account="work")
    )
    return adapters


def test_an_entry_s_own_account_is_meant_by_its_name(adapters: Adapters) -> None:
    assert find(adapters, "example").account == "default"
    assert find(adapters, "second").account == "work"
    assert find(adapters, "second", "other").account == "other"


def test_an_address_means_the_account_asked_for_with_its_own_settings(adapters: Adapters) -> None:
    assert find(adapters, URL).account == "default"
    assert find(adapters, URL, "work").client.client_id == "theirs"


def test_all_accounts_are_told_the_default_first(adapters: Adapters) -> None:
    found = accounts_of(adapters, find(adapters, "example"))
    assert [(each.name, each.label, each.is_default) for each in found] == [
        ("default", "", True),
        ("work", "ada@example.com", False),
    ]


def test_the_chosen_default_is_meant_from_then_on_and_comments_stay(adapters: Adapters, config: Path) -> None:
    make_default(adapters, find(adapters, "example"), "work")
    assert find(adapters, "example").account == "work" and find(adapters, URL).account == "work"
    text = config.read_text()
    assert text.startswith(CONFIG) and f'"{URL}" = "work"' in text
    assert [row.server.account for row in overview(adapters).rows] == ["work", "default"]
    make_default(adapters, find(adapters, "example"), "default")
    assert find(adapters, "example").account == "default"
    assert config.read_text().count(URL) == 3


def test_a_default_for_an_address_that_is_not_configured(adapters: Adapters) -> None:
    adapters.credentials().save(stored_credential()._replace(url="https://other.example/mcp", account="home"))
    make_default(adapters, find(adapters, "https://other.example/mcp"), "home")
    assert find(adapters, "https://other.example/mcp").account == "home"


def test_an_account_without_a_credential_is_no_default(adapters: Adapters, config: Path) -> None:
    with pytest.raises(KeyrackError, match="called wrok") as caught:
        make_default(adapters, find(adapters, "example"), "wrok")
    assert "default, work" in caught.value.hint and config.read_text() == CONFIG


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 61])
def test_a_name_that_is_none_is_refused(adapters: Adapters, config: Path, name: str) -> None:
    with pytest.raises(KeyrackError, match="printable"):
        make_default(adapters, find(adapters, "example"), name)
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
    *above, last = keys
    path = tmp_path_factory.mktemp("own") / "config.toml"
    path.write_bytes(text.replace("\n", "\r\n" if windows else "\n").encode())
    before = tomllib.loads(path.read_text())
    own_file.set_value(str(path), keys, "new")
    after = tomllib.loads(path.read_text())
    inner = after
    for key in above:
        inner = inner[key]
    assert inner.pop(last) == "new"
    old = before.get("accounts", {}) if len(keys) > 1 else before
    old.pop(last, None)
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
def others(own_home: Path) -> Adapters:
    """A server in a program's file, and credentials for two accounts that no file names."""
    path = own_home / ".config" / "keyrack" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text('[servers.example]\nurl = "https://mcp.example/mcp"\n')
    credentials = memory_credential_store(lambda: NOW)
    adapters = wiring.adapters(
        env={"HOME": str(own_home)}, platform="linux", credentials=credentials, now=lambda: NOW
    )
    adapters.credentials().save(stored_credential(access="at-w")._replace(account="work"))
    return adapters


@pytest.mark.parametrize("word", ["example", URL])
def test_the_only_account_is_meant_where_none_is_named(others: Adapters, word: str) -> None:
    assert find(others, word).account == "work"
    assert find(others, word, "home").account == "home"
    assert [row.server.account for row in overview(others).rows] == ["work"]
    assert get_token(others, find(others, word)).token.reveal() == "at-w"


def test_of_two_accounts_none_is_meant_and_the_error_names_them(others: Adapters) -> None:
    others.credentials().save(stored_credential(access="at-h")._replace(account="home"))
    server = find(others, "example")
    assert server.account == "default"
    with pytest.raises(LoginNeeded, match=r"Nothing is stored for example\.") as caught:
        get_token(others, server)
    assert caught.value.hint.startswith("It has: home, work. Use --account, or set a default:")
    with pytest.raises(LoginNeeded, match="Nothing is stored for example · wrk"):
        get_token(others, find(others, "example", "wrk"))


def test_the_default_s_own_credential_comes_first(others: Adapters) -> None:
    others.credentials().save(stored_credential(access="at-d"))
    assert find(others, "example").account == "default"
    assert [row.server.account for row in overview(others).rows] == ["default", "work"]


@pytest.mark.parametrize("typed", ["", " ", "a\nb", "wo\u200brk", "\x1b[31mwork", "w" * 61])
def test_a_name_that_nobody_could_tell_from_another_is_refused(
    typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["token", "example", "--account", typed], adapters=FakeAdapters()) == 2
    assert "--account: an account name has up to 60 printable characters." in capsys.readouterr().err


def test_one_look_is_one_name() -> None:
    assert account_name(" cafe\u0301 ") == account_name("caf\u00e9") == "caf\u00e9"
