"""The store is never guessed: an invalid setting is reported, and refused where it matters."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyrack.config.settings import read
from keyrack.domain.errors import StoreUnavailable
from keyrack.domain.model import CredentialKey, Server
from keyrack.domain.secret import Secret
from keyrack.domain.settings import Settings
from keyrack.operations.clearing.clear import clear
from keyrack.operations.ports import Adapters
from keyrack.sources.reader import read_all
from keyrack.store.vault import age as vault_age
from keyrack.wiring import adapters
from support.store_fakes import URL, stored_credential, word_of
from support.vaults import vault


@pytest.fixture
def config(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    path = own_home / ".config" / "keyrack" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


def settings(config: Path, text: str) -> Settings:
    config.write_text(text)
    return read(os.environ, "linux")


def here(**variables: str) -> Adapters:
    """The parts of a machine without a keychain."""
    return adapters(env={**os.environ, **variables}, platform="linux")


def data(config: Path) -> Path:
    return config.parents[2] / ".local" / "share" / "keyrack"


def test_without_a_file_it_is_the_keychain(own_home: Path) -> None:
    assert read(os.environ, "linux") == Settings("keychain", "", 15, (), "")


def test_every_setting_is_read(config: Path, own_home: Path) -> None:
    text = """\
store = "vault"
vault_identity = "~/key"
vault_lock_minutes = 30
allow_backend = ["a.B", "c.D"]
[servers.a]
url = "https://a.example"
"""
    found = settings(config, text)
    assert found == Settings("vault", f"{own_home}/key", 30, ("a.B", "c.D"), "")
    relative = settings(config, 'vault_identity = "key"')
    assert relative.vault_identity == str(config.parent / "key")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('store = "vaullt"', "“store” should be"),
        ("store = 1", "“store” should be"),
        ("store = []", "“store” should be"),
        ("vault_identity = 1", "“vault_identity” should be the path of a file, but is a number."),
        ("vault_lock_minutes = 5", "“vault_lock_minutes” should be a whole number from 6 to 1440."),
        ("vault_lock_minutes = true", "“vault_lock_minutes” should be"),
        ("vault_lock_minutes = 20.0", "“vault_lock_minutes” should be"),
        ('allow_backend = "a.B"', "“allow_backend” should be a list of names"),
        ("allow_backend = [1]", "“allow_backend” should be a list of names"),
    ],
)
def test_a_wrong_value_is_a_problem_of_the_file(line: str, said: str, config: Path, own_home: Path) -> None:
    found = settings(config, line)
    assert found._replace(refusal="") == Settings()
    assert said in found.refusal
    (problem,) = read_all(os.environ, "linux", str(own_home)).problems
    assert (problem.client, problem.path) == ("keyrack", str(config))
    assert said in problem.sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\nstore = vault\n", "config.toml, line 2: It is not valid TOML"),
        ('store = "x"', "“store” should be"),
        ("vault_identity = 1", "“vault_identity” should be"),
        ("vault_lock_minutes = 5", "“vault_lock_minutes” should be"),
        ('allow_backend = "a.B"', "“allow_backend” should be"),
    ],
)
def test_where_the_store_is_not_known_none_is_used_and_the_list_still_stands(
    text: str, said: str, config: Path
) -> None:
    config.write_text(text)
    credentials = here().credentials()
    assert credentials.records() == {}
    assert credentials.state()[:2] == ("none", False)
    stores = here().stores()
    for use in (
        lambda: credentials.save(stored_credential()), lambda: credentials.prove_writable(),
        lambda: credentials.held(CredentialKey.of(URL)),
        lambda: clear(here(), Server("a", URL), revoke=True), lambda: credentials.repair(),
        lambda: stores.vault(), lambda: stores.credentials("keychain"), lambda: stores.credentials("vault"),
        lambda: stores.choose("vault"), lambda: stores.keep_identity("key"),
    ):  # fmt: skip
        with pytest.raises(StoreUnavailable, match=said) as caught:
            use()
        assert "does not know where to store credentials" in str(caught.value)


def test_the_choice_is_followed_while_it_runs(config: Path) -> None:
    identity = vault_age.new_identity()
    vault(data(config), identity=identity).create(None)
    running = here(KEYRACK_VAULT_IDENTITY=identity.reveal())
    assert running.credentials().state().name == "none"  # no keychain
    config.write_text('store = "vault"\n')
    assert running.credentials().state()[:2] == ("Sealed vault", True)
    running.credentials().save(stored_credential("one"))
    assert running.credentials() is running.credentials()
    config.write_text("# nothing\n")
    assert running.credentials().state().name == "none"


def test_a_choice_keeps_the_rest_of_the_file(config: Path) -> None:
    head, tail = (
        "# mine\nvault_lock_minutes = 20 # long\n",
        '\n[servers.a]  # first\nurl = "https://a.example"\n',
    )
    config.write_text(head + tail)
    here().stores().choose("vault")
    assert config.read_text() == f'{head}store = "vault"\n{tail}'
    here().stores().choose("keychain")
    assert 'store = "keychain"\n' in config.read_text()


def test_the_environment_comes_before_the_settings(config: Path, own_home: Path) -> None:
    identity, other = vault_age.new_identity(), vault_age.new_identity()
    vault(data(config), identity=identity).create(None)
    right, wrong = own_home / "right.txt", own_home / "wrong.txt"
    right.write_text(identity.reveal())
    wrong.write_text(other.reveal())
    config.write_text(f'store = "vault"\nvault_identity = "{wrong}"\n')
    for name, value in (("IDENTITY", identity.reveal()), ("IDENTITY_FILE", str(right))):
        variable = {f"KEYRACK_VAULT_{name}": value}
        here(**variable).credentials().save(stored_credential("one"))
        assert word_of(here(**variable).credentials().load(CredentialKey.of(URL))) == "one"
    with pytest.raises(StoreUnavailable, match="does not open the sealed vault"):
        here().credentials().held(CredentialKey.of(URL))


def test_an_open_vault_stays_open_when_the_file_changes_elsewhere(config: Path) -> None:
    identity = vault_age.new_identity()
    vault(data(config), identity=identity).create(None)
    config.write_text('store = "vault"\n')
    running = here(KEYRACK_VAULT_IDENTITY=identity.reveal())
    before = running.stores().vault()
    config.write_text('store = "vault"\n[servers.a]\nurl = "https://a.example"\n')
    assert running.stores().vault() is before
    config.write_text('store = "vault"\nvault_lock_minutes = 60\n')
    assert running.stores().vault() is not before


def test_memory_ends_where_a_store_is_chosen(config: Path) -> None:
    running = here()
    running.keep_in_memory()
    assert running.credentials().state().name == "memory"
    running.stores().choose("vault")
    assert running.credentials().state().name == "Sealed vault"


def test_a_secret_in_a_variable_is_no_text_in_an_error(config: Path) -> None:
    config.write_text('store = "vault"\n')
    credentials = here(
        KEYRACK_VAULT_IDENTITY="hidden-token", KEYRACK_VAULT_PASSPHRASE="hidden-token"
    ).credentials()
    assert "hidden" not in repr(credentials.state()) + repr(Secret("hidden-token"))
