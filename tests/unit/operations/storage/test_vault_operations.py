"""Creating a vault, opening an existing one, sharing it; on a machine without a keychain."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from keyrack.domain.errors import KeyrackError, StoreAbsent, StoreLocked
from keyrack.domain.model import CredentialKey, Record, Server
from keyrack.domain.secret import Secret
from keyrack.operations.login.login import login
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.overview import overview
from keyrack.operations.storage.vault import (
    Made,
    add_recipient,
    change_passphrase,
    create,
    lock,
    recipients_of,
    remove_recipient,
    status,
    unlock,
    wants_new_passphrase,
)
from keyrack.operations.tokens.get_token import get_token
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.naming import record_id
from keyrack.store.records.records import StoredRecord
from keyrack.store.vault import age as vault_age
from keyrack.wiring import adapters
from support import vaults
from support.store_fakes import URL, stored_credential, word_of
from support.vaults import PASSPHRASE

NewParts = Callable[..., Adapters]


@pytest.fixture
def new(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> NewParts:
    """Each call is a new process on a machine without a keychain; named values are its variables."""
    monkeypatch.setattr("keyrack.store.vault.passphrase.seal", vaults.seal)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

    def make(ask: Callable[[], Secret | None] | None = None, **variables: str) -> Adapters:
        return adapters(env={"HOME": str(own_home), **variables}, platform="linux", ask=ask)

    return make


@pytest.fixture
def key(own_home: Path) -> Path:
    path = own_home / "key.txt"
    path.write_text(vault_age.new_identity().reveal() + "\n")
    return path


def config(home: Path) -> dict[str, object]:
    return tomllib.loads((home / ".config/keyrack/config.toml").read_text())


def test_without_a_keychain_the_vault_is_the_way_on(new: NewParts) -> None:
    for work in (
        lambda: login(new(), Server("a", URL)), lambda: new().credentials().save(stored_credential()),
    ):  # fmt: skip
        with pytest.raises(StoreAbsent, match="This machine has no keychain") as caught:
            work()
        assert caught.value.hint.startswith("Run keyrack vault init to create a sealed vault")


def test_a_vault_with_a_passphrase(new: NewParts, own_home: Path) -> None:
    first = new()
    assert wants_new_passphrase(first)
    made = create(first, PASSPHRASE)
    folder = str(own_home / ".local/share/keyrack")
    assert made == Made(f"{folder}/vault.age", f"{folder}/identity.age", False, 0)
    first.credentials().save(stored_credential("one"))
    assert config(own_home) == {"store": "vault"}
    second = new()
    found = status(second)
    assert (found.exists, found.chosen, found.has_own_key, found.state.locked) == (True, True, False, True)
    with pytest.raises(StoreLocked):
        unlock(second, Secret("guess"))
    unlock(second, PASSPHRASE)
    assert get_token(second, Server("a", URL), min_valid=-1e10).token.reveal().startswith("access-one")
    lock(second)
    assert second.credentials().state().locked


def test_a_vault_with_an_identity_file(new: NewParts, own_home: Path, key: Path) -> None:
    first = new()
    assert not wants_new_passphrase(first, str(key))
    assert create(first, None, identity_file=str(key)).identity_path == ""
    assert config(own_home) == {"store": "vault", "vault_identity": str(key)}
    first.credentials().save(stored_credential("one"))
    assert word_of(new().credentials().load(CredentialKey.of(URL))) == "one"
    assert not (own_home / ".local/share/keyrack/identity.age").exists()


def test_a_machine_makes_one_by_its_variables_alone(new: NewParts, key: Path) -> None:
    identity = key.read_text().strip()
    by_value, by_file = {"KEYRACK_VAULT_IDENTITY": identity}, {"KEYRACK_VAULT_IDENTITY_FILE": str(key)}
    assert not wants_new_passphrase(new(**by_value))
    create(new(**by_value), None)
    new(**by_value).credentials().save(stored_credential("one"))
    assert word_of(new(**by_file).credentials().load(CredentialKey.of(URL))) == "one"


def test_a_machine_makes_one_with_the_passphrase_in_a_variable(new: NewParts) -> None:
    variable = {"KEYRACK_VAULT_PASSPHRASE": PASSPHRASE.reveal()}
    assert not wants_new_passphrase(new(**variable))
    create(new(**variable), None)
    new(**variable).credentials().save(stored_credential("one"))
    assert word_of(new(**variable).credentials().load(CredentialKey.of(URL))) == "one"


def test_a_file_that_is_no_identity_changes_nothing(new: NewParts, own_home: Path) -> None:
    (own_home / "notes.txt").write_text("hello")
    with pytest.raises(KeyrackError, match="contains no age identity"):
        create(new(), None, identity_file=str(own_home / "notes.txt"))
    assert not (own_home / ".config").exists()
    assert not status(new()).exists


def test_one_that_is_there_is_taken_up_by_whoever_opens_it(new: NewParts, own_home: Path, key: Path) -> None:
    first = new()
    create(first, PASSPHRASE, recipients=[vault_age.recipient_of(Secret(key.read_text().strip()))])
    first.credentials().save(stored_credential("one"))
    (own_home / ".config/keyrack/config.toml").unlink()  # another machine, with a copy of the file
    with pytest.raises(StoreLocked):
        create(new(), Secret("guess"))
    assert not status(new()).chosen
    made = create(new(), None, identity_file=str(key))
    assert made.found
    assert word_of(new().credentials().load(CredentialKey.of(URL))) == "one"


def test_credentials_in_a_keychain_are_not_left_behind(new: NewParts, own_home: Path) -> None:
    credentials = new().credentials()
    assert isinstance(credentials, BackendCredentialStore)
    facts = stored_credential().credential._replace(store="Secret Service", slot="a")
    credentials._records.change(
        record_id(CredentialKey.of(URL)), lambda now: StoredRecord(Record(URL, "default", facts), 1)
    )
    made = create(new(), PASSPHRASE)
    assert made.waiting == 1
    assert not status(new()).chosen
    assert not (own_home / ".config").exists()


def test_what_was_kept_in_memory_goes_into_it(new: NewParts) -> None:
    running = new()
    running.keep_in_memory()
    running.credentials().save(stored_credential("one"))
    create(running, PASSPHRASE)
    assert running.credentials().state().name == "Sealed vault"
    assert word_of(running.credentials().load(CredentialKey.of(URL))) == "one"
    again = new()
    unlock(again, PASSPHRASE)
    assert word_of(again.credentials().load(CredentialKey.of(URL))) == "one"


def test_recipients_come_and_go(new: NewParts, key: Path) -> None:
    running = new()
    create(running, PASSPHRASE)
    (own,) = recipients_of(running)
    assert own.is_here
    other = vault_age.recipient_of(Secret(key.read_text().strip()))
    add_recipient(running, other)
    add_recipient(running, other)
    assert recipients_of(running) == (own, (other, False))
    assert new(KEYRACK_VAULT_IDENTITY_FILE=str(key)).credentials().held(CredentialKey.of(URL)) is None
    remove_recipient(running, other)
    assert recipients_of(running) == (own,)
    for wrong in (other, "age1"):
        with pytest.raises(KeyrackError, match="does not have that recipient"):
            remove_recipient(running, wrong)
    with pytest.raises(KeyrackError, match="could no longer open the vault"):
        remove_recipient(running, own.key)


def test_a_changed_passphrase_is_the_one_that_opens(new: NewParts) -> None:
    create(new(), PASSPHRASE)
    running = new()
    unlock(running, PASSPHRASE)
    change_passphrase(running, Secret("another"))
    unlock(new(), Secret("another"))
    with pytest.raises(StoreLocked):
        unlock(new(), PASSPHRASE)


def test_a_person_is_asked_once_for_a_whole_login(new: NewParts) -> None:
    create(new(), PASSPHRASE)
    asked: list[int] = []

    def ask() -> Secret:
        asked.append(1)
        return PASSPHRASE

    running = new(ask)
    assert running.credentials().state()[1:4] == (True, True, True)
    running.credentials().prove_writable()
    running.credentials().save(stored_credential("one"))
    assert word_of(running.credentials().load(CredentialKey.of(URL))) == "one"
    assert len(asked) == 1


def test_a_listing_asks_nobody(new: NewParts) -> None:
    create(new(), PASSPHRASE)
    running = new(lambda: pytest.fail("a listing asked"))
    assert overview(running).rows == ()
