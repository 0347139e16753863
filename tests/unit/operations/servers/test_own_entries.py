"""What becomes of credentials when a server of keyrack's own file is renamed, changed or removed."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError, StoreLocked
from keyrack.domain.event import Event
from keyrack.domain.model import CredentialKey
from keyrack.domain.storage import StoreState
from keyrack.operations.histories import histories
from keyrack.operations.servers import own_entries
from keyrack.operations.servers.find import find
from keyrack.operations.servers.overview import overview
from support.canned import URL
from support.machine import Machine
from support.workbench import NOW, stored_credential

TWO = f"""\
[servers.wiki-a]
url = "{URL}"

[servers.wiki-b]
url = "{URL}"

[accounts]
"{URL} wiki-a" = "work"

[publish]
"{URL} wiki-a" = "claude-code"  # as agreed
"""


@pytest.fixture
def m(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def own(m: Machine, text: str) -> None:
    m.put(".config/keyrack/config.toml", text)


def log_in(m: Machine, access: str, name: str = "", account: str = "default", **facts: Any) -> None:
    m.credentials.save(stored_credential(access=access, **facts)._replace(name=name, account=account))


def names(m: Machine, name: str) -> tuple[str, str]:
    """As they are stored with the credential of a server in keyrack's own file."""
    return name, f"{name} (keyrack, {m.config})"


def token(m: Machine, name: str, account: str | None = None) -> str | None:
    """The access token that is stored for the server."""
    key = find(m.adapters, name, account).key
    stored = m.credentials.load(key) if key else None
    return stored and stored.tokens.access_token.reveal()


def change(m: Machine, name: str, new_name: str, **changes: object) -> own_entries.Affected:
    was = own_entries.entry_named(m.adapters, name)
    return own_entries.change(m.adapters, was, new_name, {**was.table, **changes})


def orphans(m: Machine) -> list[str]:
    return [row.server.name for row in overview(m.adapters).rows if row.status.state == "orphan"]


def test_with_a_shared_url_the_credentials_move_to_the_new_name(m: Machine) -> None:
    own(m, TWO)
    log_in(m, "at-a", "wiki-a", names=names(m, "wiki-a"))
    log_in(m, "at-a-work", "wiki-a", "work", refused_at=NOW - 5, refusal="It was revoked.")
    log_in(m, "at-b", "wiki-b")
    assert change(m, "wiki-a", "wiki-c") == own_entries.Affected()
    assert token(m, "wiki-c", "default") == "at-a"
    assert token(m, "wiki-c") == "at-a-work"  # the default account, by [accounts]
    assert token(m, "wiki-b") == "at-b"
    record = m.credentials.record(CredentialKey.of(URL, "work", "wiki-c"))
    assert record is not None and record.credential is not None
    assert record.credential.refusal == "It was revoked."
    assert m.credentials.load(CredentialKey.of(URL, "default", "wiki-a")) is None
    data = tomllib.loads(m.config.read_text())
    assert data["accounts"] == {f"{URL} wiki-c": "work"}
    assert data["publish"] == {f"{URL} wiki-c": "claude-code"}
    assert orphans(m) == []


@pytest.mark.parametrize("key_name", ["wiki-a", ""])  # "": from before the URL was shared
def test_with_a_shared_url_the_history_goes_on_under_the_new_name(m: Machine, key_name: str) -> None:
    own(m, TWO)
    log_in(m, "at-a", key_name, names=names(m, "wiki-a"))
    log_in(m, "at-b", "wiki-b")
    logged = Event(NOW - 60, "login", "wiki-a", URL, "default", key_name)
    m.events.add(logged)
    m.events.add(logged._replace(server="wiki-b", key_name="wiki-b"))
    change(m, "wiki-a", "wiki-c")
    found = find(m.adapters, "wiki-c", "default").key
    assert found is not None
    past = histories(m.adapters).of(found)
    assert [(event.kind, event.server) for event in past] == [
        ("login", "wiki-a"),
        *([("renamed", "wiki-c")] if found.name != key_name else []),
    ]


def test_a_credential_from_before_the_url_was_shared_follows_its_server(m: Machine) -> None:
    own(m, TWO)
    log_in(m, "at-a", names=names(m, "wiki-a"))
    change(m, "wiki-a", "wiki-c")
    assert token(m, "wiki-c", "default") == "at-a"
    assert token(m, "wiki-b") is None


def test_a_server_that_is_alone_keeps_its_credential_also_when_another_one_comes(m: Machine) -> None:
    own(m, f'[servers.lab]\nurl = "{URL}"\n')
    log_in(m, "at-0", names=names(m, "lab"))
    change(m, "lab", "main")
    own_entries.add(m.adapters, "lab", {"url": URL})
    assert token(m, "main") == "at-0"
    assert token(m, "lab") is None


def test_the_name_that_another_program_has_too_keeps_the_credential(m: Machine) -> None:
    own(m, TWO)
    m.put(".claude.json", {"mcpServers": {"wiki-a": {"type": "http", "url": URL}}})
    log_in(m, "at-a", "wiki-a")
    change(m, "wiki-a", "wiki-c")
    assert token(m, "wiki-a", "default") == "at-a"
    assert token(m, "wiki-c") is None
    assert tomllib.loads(m.config.read_text())["accounts"] == {f"{URL} wiki-a": "work"}


@pytest.mark.parametrize("has_one", [True, False])
def test_a_new_name_never_takes_what_a_removed_server_has_left(m: Machine, has_one: bool) -> None:
    own(m, TWO)
    if has_one:
        log_in(m, "at-a", "wiki-a", "work", names=names(m, "wiki-a"))
    log_in(m, "at-b", "wiki-b", "work", names=names(m, "wiki-b"))
    own_entries.remove(m.adapters, own_entries.entry_named(m.adapters, "wiki-b"))
    before = m.config.read_text()
    with pytest.raises(KeyrackError, match="another server called “wiki-b” is still stored") as caught:
        change(m, "wiki-a", "wiki-b")
    assert m.config.read_text() == before
    assert token(m, "wiki-a") == ("at-a" if has_one else None)
    left = CredentialKey.of(URL, "work", "wiki-b")
    kept = m.credentials.load(left)
    assert kept is not None and kept.tokens.access_token.reveal() == "at-b"
    assert "Clear that one first" in caught.value.hint
    m.credentials.delete(left)
    change(m, "wiki-a", "wiki-b")
    assert token(m, "wiki-b") == ("at-a" if has_one else None)


def test_a_new_name_never_overwrites_what_another_program_uses(m: Machine) -> None:
    own(m, TWO)
    m.put(".claude.json", {"mcpServers": {"wiki-c": {"type": "http", "url": URL}}})
    log_in(m, "at-a", "wiki-a")
    log_in(m, "at-c", "wiki-c")
    with pytest.raises(KeyrackError, match="still stored"):
        change(m, "wiki-a", "wiki-c")
    assert token(m, "wiki-a", "default") == "at-a"
    assert token(m, "wiki-c") == "at-c"
    change(m, "wiki-b", "wiki-c")  # has none, and shares that one
    assert token(m, "wiki-c") == "at-c"


def test_a_removed_server_leaves_nothing_to_its_neighbour(m: Machine) -> None:
    own(m, TWO)
    log_in(m, "at-a", names=names(m, "wiki-a"))
    was = own_entries.entry_named(m.adapters, "wiki-a")
    said = own_entries.remove(m.adapters, was)
    assert [each.name for each in said.left] == ["wiki-a"]
    assert token(m, "wiki-b") is None
    assert len(orphans(m)) == 1
    assert m.credentials.load(CredentialKey.of(URL)) is not None


def test_a_removed_server_leaves_its_neighbour_what_is_its_own(m: Machine) -> None:
    own(m, TWO)
    log_in(m, "at-b", names=names(m, "wiki-b"))
    said = own_entries.remove(m.adapters, own_entries.entry_named(m.adapters, "wiki-a"), clear=["default"])
    assert said == own_entries.Affected()
    assert token(m, "wiki-b") == "at-b"


def test_nothing_is_renamed_while_the_credential_can_not_be_stored_again(
    m: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    own(m, TWO)
    log_in(m, "at-a", "wiki-a")
    locked = StoreState("Test Keychain", ready=False, locked=True, reason="The keychain is locked.")
    monkeypatch.setattr(m.store, "state", lambda: locked)
    with pytest.raises(StoreLocked):
        change(m, "wiki-a", "wiki-c")
    assert m.config.read_text() == TWO


def test_the_file_is_as_it_was_if_a_credential_can_not_be_moved(
    m: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    own(m, TWO)
    log_in(m, "at-a", "wiki-a")
    log_in(m, "at-w", "wiki-a", "work")
    save = m.credentials.save

    def full(stored: object) -> object:
        if stored.name == "wiki-c" and stored.account == "work":  # type: ignore[attr-defined]
            raise KeyrackError("The keychain is full.")
        return save(stored)  # type: ignore[arg-type]

    monkeypatch.setattr(m.credentials, "save", full)
    with pytest.raises(KeyrackError, match="full"):
        change(m, "wiki-a", "wiki-c")
    assert m.config.read_text() == TWO
    assert token(m, "wiki-a", "default") == "at-a"
    assert token(m, "wiki-a", "work") == "at-w"
    assert m.credentials.load(CredentialKey.of(URL, "default", "wiki-c")) is None


def test_a_new_server_at_a_used_url_is_told_to_be_apart(m: Machine) -> None:
    own(m, f'[servers.lab]\nurl = "{URL}"\n')
    log_in(m, "at-0", names=names(m, "lab"))
    said = own_entries.add(m.adapters, "second", {"url": URL})
    assert said.same_url == ("lab",)
    assert token(m, "second") is None
    assert token(m, "lab") == "at-0"


def test_a_program_that_asks_for_the_old_name_is_named(m: Machine) -> None:
    own(m, f'[servers.lab]\nurl = "{URL}"\n')
    m.put(".cursor/mcp.json", {"mcpServers": {"lab": {"url": URL}}})
    m.log_in()
    assert m.run("connect", "lab", "--to", "cursor", "--write") == 0
    said = change(m, "lab", "main")
    assert said.askers == ("Cursor",)
