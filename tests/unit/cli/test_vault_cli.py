"""`keyrack vault`: its arguments, output and questions. For passphrases at a terminal see test_vault_age."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keyrack import wiring
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState
from keyrack.operations.receipt import Line, Receipt
from keyrack.store.vault import age as vault_age
from support import vaults
from support.cli_kit import FakeAdapters, Terminal, linear, oauth, record, run
from support.store_fakes import URL
from support.vaults import PASSPHRASE

Capture = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch
Keyrack = Callable[..., int]


@pytest.fixture
def keyrack(monkeypatch: Patch, own_home: Path) -> Keyrack:
    """`keyrack WORDS` on a machine without a keychain, with `typed` on standard input."""
    monkeypatch.setattr("keyrack.store.vault.passphrase.seal", vaults.seal)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

    def keyrack(*words: str, typed: str = "") -> int:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        return run(list(words), adapters=wiring.adapters)

    return keyrack


@pytest.fixture
def opened(monkeypatch: Patch) -> None:
    monkeypatch.setenv("KEYRACK_VAULT_PASSPHRASE", PASSPHRASE.reveal())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("open",), "takes one of these actions: init, status, passphrase, recipients, add-recipient,"),
        (("init", "age1x"), "can only be used with keyrack vault add-recipient or remove-recipient."),
        (("add-recipient",), "keyrack vault add-recipient needs a recipient."),
        (("move", "--to", "disk"), "--to: must be vault or keychain."),
        (("status", "--to", "vault"), "--to can only be used with keyrack vault move."),
        (("status", "--identity", "x"), "--identity can only be used with keyrack vault init."),
        (("move", "--recipient", "x"), "--recipient can only be used with keyrack vault init."),
        (("add-recipient", "a", "b"), "Too many arguments: keyrack vault takes [ACTION] [RECIPIENT]."),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_reported(words: tuple[str, ...], said: str, capsys: Capture) -> None:
    assert run(["vault", *words], adapters=FakeAdapters()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_from_nothing_to_a_vault_in_use(keyrack: Keyrack, own_home: Path, capsys: Capture) -> None:
    assert keyrack("vault") == 0
    out = capsys.readouterr().out
    assert "(does not exist)" in out
    assert "Run keyrack vault init to create one." in out
    assert keyrack("vault", "init", typed=PASSPHRASE.reveal() + "\n") == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "✓ Created the vault: " in err
    assert "identity.age" in err
    assert keyrack("vault", "status") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Vault    {own_home}/.local/share/keyrack/vault.age"
    assert lines[2:] == ["State    locked", "In use   yes"]


def test_a_locked_vault_exits_with_5_and_names_the_variables(keyrack: Keyrack, capsys: Capture) -> None:
    keyrack("vault", "init", typed=PASSPHRASE.reveal())
    capsys.readouterr()
    for words in ("vault recipients", "vault passphrase", f"set {URL} --no-check", f"login {URL}"):
        assert keyrack(*words.split(), typed="token-1") == 5, words
        out, err = capsys.readouterr()
        assert (out, err.splitlines()[0]) == ("", "keyrack: The sealed vault is locked.")
        assert "KEYRACK_VAULT_PASSPHRASE" in err


def test_the_same_errors_from_a_listing_are_none(keyrack: Keyrack, capsys: Capture) -> None:
    keyrack("vault", "init", typed=PASSPHRASE.reveal())
    assert keyrack("list") == 0


def test_recipients_are_shown_added_and_removed(keyrack: Keyrack, opened: None, capsys: Capture) -> None:
    other = vault_age.recipient_of(vault_age.new_identity())
    assert keyrack("vault", "init", "--recipient", other) == 0
    capsys.readouterr()
    assert keyrack("vault", "recipients") == 0
    own, second = capsys.readouterr().out.splitlines()
    assert own.endswith("  this machine")
    assert second == other
    assert keyrack("vault", "remove-recipient", other) == 0
    assert "may have kept a copy of the vault, so log in again" in capsys.readouterr().err
    assert keyrack("vault", "add-recipient", other) == 0
    assert keyrack("vault", "add-recipient", "AGE-SECRET-KEY-1HIDDEN") == 1
    out, err = capsys.readouterr()
    assert "not an age recipient" in err
    assert "HIDDEN" not in out + err


def test_the_passphrase_is_changed_by_a_pipe(
    keyrack: Keyrack, opened: None, monkeypatch: Patch, capsys: Capture
) -> None:
    keyrack("vault", "init")
    assert keyrack("vault", "passphrase", typed="another\n") == 0
    assert "A copy of the old identity.age still opens with the old passphrase." in capsys.readouterr().err
    assert keyrack("vault", "recipients") == 5
    monkeypatch.setenv("KEYRACK_VAULT_PASSPHRASE", "another")
    assert keyrack("vault", "recipients") == 0


def test_a_move_tells_a_line_for_each_and_its_outcome(monkeypatch: Patch, capsys: Capture) -> None:
    lines = (Line("Use the Sealed vault", "done"), Line("linear\x1b[1m", "failed", "It stays."))

    def move(adapters: Any, to: str, *, on_line: Callable[[Line], Any]) -> Receipt:
        for line in lines:
            on_line(line)
        return Receipt(lines)

    monkeypatch.setattr("keyrack.operations.storage.move.move", move)
    assert run(["vault", "move", "--to", "vault"], adapters=FakeAdapters()) == 1
    assert capsys.readouterr().out == "✓ Use the Sealed vault\n✕ linear[1m: failed (It stays.)\n"


def test_a_move_to_a_keychain_that_is_not_there_changes_nothing(
    keyrack: Keyrack, opened: None, capsys: Capture
) -> None:
    keyrack("vault", "init")
    assert keyrack("set", URL, "--no-check", typed="token-1") == 0
    capsys.readouterr()
    assert keyrack("vault", "move", "--to", "keychain") == 5
    assert "This machine has no keychain." in capsys.readouterr().err
    assert keyrack("token", URL) == 0
    assert capsys.readouterr().out == "token-1\n"


class TestWhoIsAsked:
    """Only a person at a terminal, and not by a listing."""

    @pytest.fixture
    def asked(self, monkeypatch: Patch) -> list[str]:
        prompts: list[str] = []

        def getpass(prompt: str, stream: Any = None) -> str:
            prompts.append(prompt)
            return PASSPHRASE.reveal()

        monkeypatch.setattr("getpass.getpass", getpass)
        return prompts

    def at_a_terminal(self, monkeypatch: Patch, *words: str, stdin: Any = None, stderr: Any = None) -> int:
        monkeypatch.setattr(sys, "stdin", stdin or Terminal())
        monkeypatch.setattr(sys, "stderr", stderr or Terminal())
        return run(list(words), adapters=wiring.adapters)

    def test_once_for_a_command(self, keyrack: Keyrack, asked: list[str], monkeypatch: Patch) -> None:
        keyrack("vault", "init", typed=PASSPHRASE.reveal())
        assert self.at_a_terminal(monkeypatch, "vault", "recipients") == 0
        assert asked == ["Passphrase for the sealed vault: "]

    @pytest.mark.parametrize("words", [("list",), ("vault", "status"), ("list", "--json")])
    def test_nobody_where_nothing_is_read(
        self, words: tuple[str, ...], keyrack: Keyrack, asked: list[str], monkeypatch: Patch
    ) -> None:
        keyrack("vault", "init", typed=PASSPHRASE.reveal())
        assert self.at_a_terminal(monkeypatch, *words) == 0
        assert asked == []

    @pytest.mark.parametrize("piped", ["stdin", "stderr"])
    def test_nobody_where_a_stream_is_a_pipe(
        self, piped: str, keyrack: Keyrack, asked: list[str], monkeypatch: Patch
    ) -> None:
        # A client that runs `keyrack token` may itself be what is drawn on this terminal.
        keyrack("vault", "init", typed=PASSPHRASE.reveal())
        assert self.at_a_terminal(monkeypatch, "vault", "recipients", **{piped: io.StringIO()}) == 5
        assert asked == []

    def test_before_a_token_is_typed(self, keyrack: Keyrack, asked: list[str], monkeypatch: Patch) -> None:
        keyrack("vault", "init", typed=PASSPHRASE.reveal())
        assert self.at_a_terminal(monkeypatch, "set", URL, "--no-check") == 0
        assert asked[0] == "Passphrase for the sealed vault: "
        assert len(asked) == 2


HEAVY = ("pyrage", "subprocess", "getpass", "keyring", "cryptography")
LISTING = f"""
import sys
from keyrack import wiring
from keyrack.cli import run
before = set(sys.modules)
assert run(["list"], adapters=wiring.adapters, screen=None, demo=None) == 0
loaded = set(sys.modules) - before
assert "keyrack.store.credential_store" in loaded
print(*sorted(set({HEAVY!r}) & loaded), *sorted(name for name in loaded if "vault" in name))
"""


@pytest.mark.parametrize("chosen", [True, False])
def test_a_listing_opens_no_vault_and_loads_none_that_is_not_chosen(
    chosen: bool, keyrack: Keyrack, own_home: Path
) -> None:
    if chosen:
        keyrack("vault", "init", typed=PASSPHRASE.reveal())
    done = subprocess.run([sys.executable, "-c", LISTING], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1].split()
    assert bool(loaded) == chosen
    assert not set(loaded) & set(HEAVY)


def test_several_refreshes_ask_before_they_begin(monkeypatch: Patch) -> None:
    # In threads ctrl+c could not end the question.
    opened: list[str] = []

    class Vault:
        def unlock(self) -> None:
            opened.append("unlock")

    class Stores:
        def vault(self) -> Vault:
            return Vault()

    def refresh(adapters: Any, server: Any, *, min_valid: float) -> Any:
        opened.append("refresh")
        return oauth()

    state = StoreState("Sealed vault", ready=True, locked=True)
    adapters = FakeAdapters([linear()], [record(linear(), oauth(expires_at=1.0))], state=state)
    monkeypatch.setattr("keyrack.operations.tokens.refresh.refresh", refresh)

    def build(**options: Any) -> Any:
        return adapters(**options)._replace(stores=Stores)

    assert run(["refresh"], adapters=build) == 0
    assert opened == ["unlock", "refresh"]


def test_no_passphrase_is_in_a_report_of_a_fault(
    keyrack: Keyrack, opened: None, monkeypatch: Patch, capsys: Capture
) -> None:
    keyrack("vault", "init")
    monkeypatch.setenv("KEYRACK_DEBUG", "1")

    def broken(sealed: bytes, passphrase: Secret) -> Secret:
        raise RuntimeError(passphrase.reveal())

    monkeypatch.setattr("keyrack.store.vault.passphrase.unseal", broken)
    assert keyrack("vault", "recipients") == 1
    out, err = capsys.readouterr()
    assert "RuntimeError" in err
    assert PASSPHRASE.reveal() not in out + err


def test_a_copy_of_a_vault_is_used_with_all_that_is_in_it(
    keyrack: Keyrack, opened: None, own_home: Path, capsys: Capture
) -> None:
    """The records stayed on the machine that it comes from."""
    assert keyrack("vault", "init") == 0
    assert keyrack("set", "https://mcp.example.com/mcp", "--no-check", typed="tok-1\n") == 0
    data = own_home / ".local/share/keyrack"
    shutil.rmtree(data / "records")
    (own_home / ".config/keyrack/config.toml").unlink()
    capsys.readouterr()

    assert keyrack("vault", "init") == 0
    said = capsys.readouterr().err
    assert "The vault already exists, and it opens" in said
    assert "1 credential in it had no record here before" in said
    assert keyrack("list") == 0
    assert "valid" in capsys.readouterr().out


def test_a_move_goes_to_the_other_place(
    keyrack: Keyrack, opened: None, monkeypatch: Patch, capsys: Capture
) -> None:
    seen: list[str] = []

    def move(adapters: object, to: str, on_line: object) -> Receipt:
        seen.append(to)
        return Receipt(())

    monkeypatch.setattr("keyrack.operations.storage.move.move", move)
    assert keyrack("vault", "move") == 0
    assert keyrack("vault", "init") == 0
    assert keyrack("vault", "move") == 0
    assert seen == ["vault", "keychain"]
