"""Creating the vault, and who else can open it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from keyrack.domain.errors import KeyrackError, StoreLocked
from keyrack.domain.secret import Secret
from keyrack.store.vault import age as vault_age
from keyrack.store.vault.backend import VaultBackend
from support.vaults import HIDDEN, vault

Patch = pytest.MonkeyPatch


class TestRecipients:
    def test_a_second_machine_opens_a_copy_and_its_writes_keep_the_first(
        self, full: VaultBackend, tmp_path: Path
    ) -> None:
        second = vault_age.new_identity()
        full.change_recipients(lambda own: (*own, f" {vault_age.recipient_of(second)}\n"))
        store = vault(tmp_path, identity=second)
        assert store.get("one") == Secret(HIDDEN)
        store.set("two", Secret("from afar"))
        assert full.get("two") == Secret("from afar")
        assert store.own_recipients() == (vault_age.recipient_of(second),)
        assert store.recipients() == full.recipients()
        assert len(full.recipients()) == 2

    def test_one_that_is_removed_cannot_open_it_any_more(self, full: VaultBackend, tmp_path: Path) -> None:
        second = vault_age.new_identity()
        full.change_recipients(lambda own: (*own, vault_age.recipient_of(second)))
        full.change_recipients(lambda all: all[:1])
        with pytest.raises(StoreLocked, match="does not open the sealed vault"):
            vault(tmp_path, identity=second).get("one")
        assert full.get("one") == Secret(HIDDEN)

    def test_nobody_locks_this_machine_out(self, full: VaultBackend) -> None:
        before = Path(full.path).read_bytes()
        for login_request in ((), (vault_age.recipient_of(vault_age.new_identity()),)):
            with pytest.raises(KeyrackError, match="could no longer open the vault"):
                full.change_recipients(lambda own, login_request=login_request: login_request)
        assert Path(full.path).read_bytes() == before

    @pytest.mark.parametrize("text", ["", "age1hidden-token", "AGE-SECRET-KEY-1HIDDEN", "ssh-ed25519 AAAA"])
    def test_what_is_no_recipient_is_refused_and_not_repeated(self, text: str, full: VaultBackend) -> None:
        with pytest.raises(KeyrackError, match="not an age recipient") as caught:
            full.change_recipients(lambda own: (*own, text))
        assert "hidden" not in str(caught.value).lower()

    def test_others_can_be_named_when_it_is_made(self, tmp_path: Path) -> None:
        second = vault_age.new_identity()
        store = vault(tmp_path, identity=vault_age.new_identity())
        store.create(None, [vault_age.recipient_of(second)])
        assert vault(tmp_path, identity=second).entries() == ()


class TestMade:
    def test_the_files_are_the_owners_alone_and_hold_no_plain_text(
        self, full: VaultBackend, tmp_path: Path
    ) -> None:
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert {path.name for path in files} == {"vault.age", "identity.age", "vault.lock"}
        for path in files:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            data = path.read_bytes()
            assert HIDDEN.encode() not in data
            assert b"AGE-SECRET-KEY" not in data

    def test_a_second_one_is_refused(self, full: VaultBackend) -> None:
        before = Path(full.identity_path).read_bytes()
        with pytest.raises(KeyrackError, match="A vault already exists"):
            full.create(Secret("another"))
        assert Path(full.identity_path).read_bytes() == before
        assert full.get("one") == Secret(HIDDEN)

    def test_a_key_without_its_vault_is_set_aside(self, full: VaultBackend, tmp_path: Path) -> None:
        old = Path(full.identity_path).read_bytes()
        os.rename(full.path, tmp_path / "backup.age")
        vault(tmp_path).create(Secret("another"))
        (aside,) = tmp_path.glob("identity.age.old-*")
        assert aside.read_bytes() == old

    def test_without_any_key_none_is_made(self, tmp_path: Path) -> None:
        with pytest.raises(KeyrackError, match="needs a passphrase, or an identity file"):
            vault(tmp_path).create(None)
        assert list(tmp_path.glob("*.age*")) == []

    def test_a_draft_that_a_killed_process_left_is_no_way_in(
        self, full: VaultBackend, tmp_path: Path
    ) -> None:
        outside = tmp_path / "outside"
        outside.write_text("mine")
        os.symlink(outside, f"{full.path}.new")
        full.set("one", Secret("new"))
        assert outside.read_text() == "mine"
        assert not Path(full.path).is_symlink()
        assert full.get("one") == Secret("new")
