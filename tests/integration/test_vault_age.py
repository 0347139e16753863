"""The vault and the age tool open each other's files, and the command line asks for the passphrase."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.store.vault import age as vault_age
from keyrack.store.vault import passphrase as vault_passphrase
from support import vaults
from support.keychain import private_keychain
from support.require import need
from support.screen import Screen, screen
from support.store_fakes import URL, stored_credential
from support.vaults import PASSPHRASE, vault

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
TOKEN = "token-typed-by-hand"


@pytest.fixture
def age() -> str:
    path = shutil.which("age")
    need("age is not installed (apt-get install age)", path is not None)
    return path or ""


@pytest.fixture
def data(own_home: Path) -> Path:
    return own_home / ".local" / "share" / "keyrack"


@pytest.fixture
def env(own_home: Path) -> dict[str, str]:
    """A machine without a keychain."""
    return {
        "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(own_home),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }  # fmt: skip


def entries(plain: str) -> dict[str, str]:
    content = json.loads(plain)
    assert content["format"] == 1
    return dict(content["entries"])


def type_in(terminal: Screen, prompt: str, text: str) -> None:
    terminal.until(prompt)
    terminal.press("-l", text)
    terminal.press("Enter")


def test_age_opens_the_vault_with_its_passphrase(age: str, tmp_path: Path, env: dict[str, str]) -> None:
    store = vault(tmp_path)
    store.create(PASSPHRASE)  # with all the work that a real one has
    store.set("one", Secret(TOKEN))
    words = [age, "--decrypt", "-i", store.identity_path, "-o", str(tmp_path / "plain"), store.path]
    with screen(words, env) as terminal:
        type_in(terminal, "passphrase", PASSPHRASE.reveal())
        assert terminal.until_ended() == 0
    assert entries((tmp_path / "plain").read_text()) == {"one": TOKEN}


def test_age_opens_the_vault_with_each_recipients_identity(age: str, tmp_path: Path) -> None:
    keys = {}
    for name in ("first", "second"):
        path = tmp_path / name
        subprocess.run(["age-keygen", "-o", path], check=True, capture_output=True)
        shown = subprocess.run(["age-keygen", "-y", path], check=True, capture_output=True, text=True)
        keys[name] = shown.stdout
    store = vault(tmp_path, file=tmp_path / "first")
    store.create(None, [keys["second"]])
    store.set("one", Secret(TOKEN))
    for name in keys:
        words = [age, "--decrypt", "-i", tmp_path / name, store.path]
        plain = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        assert entries(plain) == {"one": TOKEN}
    assert vault(tmp_path, file=tmp_path / "second").get("one") == Secret(TOKEN)


def test_what_age_seals_is_opened(age: str, tmp_path: Path, env: dict[str, str]) -> None:
    identity = vault_age.new_identity()
    recipient = vault_age.recipient_of(identity)
    plain = json.dumps({"format": 1, "recipients": [recipient], "entries": [["one", TOKEN]]})
    for armour in ([], ["--armor"]):
        words = [age, *armour, "-r", recipient, "-o", tmp_path / "vault.age"]
        subprocess.run(words, input=plain, check=True, text=True)
        assert vault(tmp_path, identity=identity).get("one") == Secret(TOKEN)
        (tmp_path / "key.txt").write_text(identity.reveal() + "\n")
        sealed = str(tmp_path / f"identity{len(armour)}")
        with screen([age, "-p", *armour, "-o", sealed, str(tmp_path / "key.txt")], env) as terminal:
            type_in(terminal, "Enter passphrase", PASSPHRASE.reveal())
            type_in(terminal, "Confirm passphrase", PASSPHRASE.reveal())
            assert terminal.until_ended() == 0
        store = vault(tmp_path, file=Path(sealed))
        assert store.state().locked
        store.unlock(PASSPHRASE)
        assert store.get("one") == Secret(TOKEN)


@pytest.mark.slow("each command derives the key from the passphrase")
def test_a_person_makes_one_and_is_asked_once_per_command(env: dict[str, str], data: Path) -> None:
    with screen([KEYRACK, "vault", "init"], env) as terminal:
        type_in(terminal, "New passphrase", PASSPHRASE.reveal())
        type_in(terminal, "Repeat the passphrase", PASSPHRASE.reveal())
        assert terminal.until_ended() == 0
        assert "✓ Created the vault" in terminal.text()
        assert PASSPHRASE.reveal() not in terminal.text()
    with screen([KEYRACK, "set", URL, "--no-check"], env) as terminal:
        type_in(terminal, "Passphrase for the sealed vault", PASSPHRASE.reveal())
        type_in(terminal, "Token for", TOKEN)
        assert terminal.until_ended() == 0
        assert "is in Sealed vault" in terminal.text()
    with screen([KEYRACK, "token", URL], env) as terminal:
        type_in(terminal, "Passphrase for the sealed vault", PASSPHRASE.reveal())
        assert terminal.until_ended() == 0
        assert TOKEN in terminal.text()
        assert PASSPHRASE.reveal() not in terminal.text()
    with screen([KEYRACK, "token", URL], env) as terminal:
        type_in(terminal, "Passphrase for the sealed vault", "a slip")
        type_in(terminal, "Wrong passphrase. Passphrase for the sealed vault", PASSPHRASE.reveal())
        assert terminal.until_ended() == 0
    with screen([KEYRACK, "token", URL], env) as terminal:
        type_in(terminal, "Passphrase for the sealed vault", "a guess")
        for times in (1, 2):
            terminal.until(lambda text, times=times: text.count("Wrong passphrase.") == times)
            type_in(terminal, "Wrong passphrase.", "a guess")
        assert terminal.until_ended() == 5
        assert "That is not the passphrase of the sealed vault." in terminal.text()
    with screen([KEYRACK, "list"], env) as terminal:
        assert terminal.until_ended() == 0
        assert "mcp.example" in terminal.text()
        assert "Passphrase" not in terminal.text()


def test_two_different_passphrases_make_none(env: dict[str, str], data: Path) -> None:
    with screen([KEYRACK, "vault", "init"], env) as terminal:
        type_in(terminal, "New passphrase", "one")
        type_in(terminal, "Repeat the passphrase", "two")
        assert terminal.until_ended() == 1
        assert "The two passphrases are different." in terminal.text()
    assert not data.exists()


def test_where_nobody_can_type_the_variables_open_it(env: dict[str, str], own_home: Path) -> None:
    def keyrack(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [KEYRACK, *words], env={**env, **variables}, input=TOKEN, capture_output=True, text=True
        )

    key = own_home / "key.txt"
    key.write_text(vault_age.new_identity().reveal())
    assert keyrack("vault", "init", "--identity", str(key)).returncode == 0
    assert keyrack("set", URL, "--no-check").returncode == 0
    assert keyrack("token", URL).stdout == f"{TOKEN}\n"
    moved = key.rename(own_home / "moved.txt")
    locked = keyrack("token", URL)
    assert (locked.returncode, locked.stdout) == (5, "")
    assert "KEYRACK_VAULT_IDENTITY_FILE" in locked.stderr
    for name, value in (("IDENTITY_FILE", str(moved)), ("IDENTITY", moved.read_text())):
        assert keyrack("token", URL, **{f"KEYRACK_VAULT_{name}": value}).stdout == f"{TOKEN}\n"


def test_a_passphrase_in_a_variable_opens_it(env: dict[str, str], data: Path) -> None:
    variable = {"KEYRACK_VAULT_PASSPHRASE": PASSPHRASE.reveal()}
    for words, code, out in (
        (["vault", "init"], 0, ""), (["vault", "status"], 0, "State    open"), (["token", URL], 3, ""),
    ):  # fmt: skip
        done = subprocess.run(
            [KEYRACK, *words], env=env | variable, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        assert PASSPHRASE.reveal() not in done.stdout + done.stderr
        assert done.returncode == code
        assert out in done.stdout
    wrong = subprocess.run(
        [KEYRACK, "vault", "recipients"], env=env | {"KEYRACK_VAULT_PASSPHRASE": "a guess"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    assert wrong.returncode == 5
    assert "a guess" not in wrong.stderr


def test_what_a_real_passphrase_seals_it_opens(tmp_path: Path) -> None:
    sealed = vault_passphrase.seal(Secret("text"), PASSPHRASE)
    assert vault_passphrase.unseal(sealed, PASSPHRASE) == Secret("text")
    with pytest.raises(vault_passphrase.WrongPassphrase):
        vault_passphrase.unseal(sealed, Secret("a guess"))
    for broken in (b"", b"hello", sealed[:60], sealed[:-1]):
        with pytest.raises(vault_age.NotSealed):
            vault_passphrase.unseal(broken, PASSPHRASE)


def test_a_grant_comes_back_from_a_vault_that_age_rewrote(age: str, tmp_path: Path) -> None:
    from keyrack.store.credential_store import BackendCredentialStore
    from keyrack.store.records.files import RecordFiles
    from keyrack.system.locks import Locks

    identity = vault_age.new_identity()
    store = vault(tmp_path, identity=identity)
    store.create(None)
    locks = Locks(str(tmp_path / "locks"))
    credentials = BackendCredentialStore(
        store, RecordFiles(str(tmp_path / "records"), locks, lambda: 0.0), locks
    )
    credentials.save(stored_credential("one"))
    (tmp_path / "key.txt").write_text(identity.reveal())
    plain = subprocess.run(
        [age, "-d", "-i", tmp_path / "key.txt", store.path], check=True, capture_output=True
    ).stdout
    recipient = vault_age.recipient_of(identity)
    subprocess.run([age, "-r", recipient, "-o", store.path], input=plain, check=True)
    found = credentials.load(CredentialKey.of(URL))
    assert found is not None and found.tokens == stored_credential("one").tokens


@pytest.mark.slow("a passphrase of full strength is worked out several times, in processes of their own")
def test_everything_moves_from_a_real_keychain_and_back(
    env: dict[str, str], data: Path, own_home: Path
) -> None:
    del env["PYTHON_KEYRING_BACKEND"]
    with private_keychain() as keychain:
        env |= {**keychain, "KEYRACK_VAULT_PASSPHRASE": PASSPHRASE.reveal()}

        def keyrack(*words: str, typed: str = "") -> str:
            done = subprocess.run([KEYRACK, *words], env=env, input=typed, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            return done.stdout + done.stderr

        for account in ("default", "work"):
            keyrack("set", URL, "--no-check", "--account", account, typed=f"token-{account}")
        assert "2 credentials are in the keychain" in keyrack("vault", "init")
        assert "In use   no" in keyrack("vault", "status")
        vaults.open_in_no_time(data / "identity.age", PASSPHRASE)
        for to, there in (("vault", "Sealed vault"), ("keychain", "Secret Service")):
            out = keyrack("vault", "move", "--to", to)
            assert out.count(f"(in the {there}; deleted from the ") == 2
            listed = json.loads(keyrack("list", "--json"))
            assert [row["store"] for row in listed] == [there] * 2
            for account in ("default", "work"):
                assert keyrack("token", URL, "--account", account) == f"token-{account}\n"
        store = vault(data, passphrase=PASSPHRASE)
        assert store.entries() == ()
