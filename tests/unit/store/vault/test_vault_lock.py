"""When the vault locks, who can open it, and its passphrase."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from keyrack.domain.errors import KeyrackError, StoreLocked, StoreUnavailable
from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.files import RecordFiles
from keyrack.store.vault import age as vault_age
from keyrack.store.vault import passphrase as vault_passphrase
from keyrack.store.vault.backend import VaultBackend
from keyrack.system.locks import Locks
from support import vaults
from support.clock import Clock
from support.store_fakes import URL, stored_credential, word_of
from support.vaults import HIDDEN, PASSPHRASE, made, vault

Patch = pytest.MonkeyPatch


class TestLocked:
    def test_nothing_is_read_written_or_asked_and_the_state_says_so(
        self, full: VaultBackend, tmp_path: Path
    ) -> None:
        before = Path(full.path).read_bytes()
        store = vault(tmp_path)
        for use in (
            lambda: store.get("one"), lambda: store.set("one", Secret("x")),
            lambda: store.delete("one"), store.entries, store.recipients,
        ):  # fmt: skip
            with pytest.raises(StoreLocked, match=r"^The sealed vault is locked\.$") as caught:
                use()
            assert "KEYRACK_VAULT_PASSPHRASE" in caught.value.hint
        assert Path(full.path).read_bytes() == before
        state = store.state()
        assert (state.name, state.ready, state.locked) == ("Sealed vault", False, True)
        assert state.reason == "The sealed vault is locked."

    def test_the_passphrase_opens_it(self, full: VaultBackend, tmp_path: Path) -> None:
        store = vault(tmp_path)
        store.unlock(PASSPHRASE)
        assert store.get("one") == Secret(HIDDEN)
        assert (store.state().ready, store.state().locked) == (True, False)

    def test_a_wrong_passphrase_changes_nothing(self, full: VaultBackend, tmp_path: Path) -> None:
        before = {path.name: path.read_bytes() for path in tmp_path.glob("*.age")}
        store = vault(tmp_path)
        with pytest.raises(StoreLocked, match="not the passphrase"):
            store.unlock(Secret("guess"))
        assert store.state().locked
        assert {path.name: path.read_bytes() for path in tmp_path.glob("*.age")} == before

    def test_it_locks_a_while_after_its_last_use(self, tmp_path: Path, monkeypatch: Patch) -> None:
        clock = Clock()
        store = made(tmp_path, monkeypatch, clock)
        for _ in range(3):  # each use counts anew
            clock.time += 14 * 60
            assert store.get("one") is None
        clock.time += 15 * 60 + 1
        assert store.state().locked
        with pytest.raises(StoreLocked):
            store.get("one")

    def test_looking_at_the_state_is_no_use(self, tmp_path: Path, monkeypatch: Patch) -> None:
        clock = Clock()
        store = made(tmp_path, monkeypatch, clock)
        clock.time += 14 * 60
        assert not store.state().locked
        clock.time += 2 * 60
        assert store.state().locked

    def test_a_clock_that_was_set_back_leaves_it_open_for_as_long_again(
        self, tmp_path: Path, monkeypatch: Patch
    ) -> None:
        clock = Clock()
        store = made(tmp_path, monkeypatch, clock)
        clock.time -= 3600
        assert not store.state().locked
        clock.time += 15 * 60 + 1
        assert store.state().locked

    @pytest.mark.parametrize("event", ["locked", "time over", "set back", "locked and unlocked"])
    def test_a_refresh_that_is_under_way_can_be_stored(
        self, event: str, tmp_path: Path, monkeypatch: Patch
    ) -> None:
        clock = Clock()
        store, locks = made(tmp_path, monkeypatch, clock), Locks(str(tmp_path / "locks"))
        credentials = BackendCredentialStore(
            store, RecordFiles(str(tmp_path / "records"), locks, clock), locks
        )
        credentials.save(stored_credential("old"))
        stored = credentials.load(CredentialKey.of(URL))
        assert stored is not None
        with credentials.lock(CredentialKey.of(URL)), credentials.renewing(stored) as save:
            if event.startswith("locked"):
                store.lock()
            if event.endswith("unlocked"):
                store.unlock(PASSPHRASE)
            clock.time += {"time over": 3600, "set back": -3600}.get(event, 0)
            save(stored_credential("new"))
        assert store.state().locked == (event == "locked")
        store.unlock(PASSPHRASE)
        assert word_of(credentials.load(CredentialKey.of(URL))) == "new"

    def test_a_forked_child_does_not_hold_it_open_for_its_parent(
        self, tmp_path: Path, monkeypatch: Patch
    ) -> None:
        clock = Clock()
        store = made(tmp_path, monkeypatch, clock)
        with store.staying_open():
            store.reset_after_fork()  # as after a fork
            clock.time += 3600
            assert store.state().locked

    def test_locking_forgets_what_was_read(self, full: VaultBackend) -> None:
        os.utime(full.path, ns=(0, 1_000_000_000))
        full.get("one")
        assert full._seen is not None
        full.lock()
        assert full._seen is None
        assert full.state().locked
        with pytest.raises(StoreLocked):
            full.get("one")


class TestWhoOpensIt:
    def test_a_person_is_asked_once(self, full: VaultBackend, tmp_path: Path) -> None:
        asked: list[int] = []

        def ask() -> Secret:
            asked.append(1)
            return PASSPHRASE

        store = vault(tmp_path, ask=ask)
        assert store.state()[:4] == ("Sealed vault", True, True, True)  # ready, and will ask
        assert not asked
        assert store.get("one") == store.get("one") == Secret(HIDDEN)
        store.lock()
        with pytest.raises(StoreLocked):
            store.get("one")
        assert len(asked) == 1

    def test_a_person_who_is_asked_keeps_no_other_process_waiting(
        self, full: VaultBackend, tmp_path: Path
    ) -> None:
        def ask() -> Secret:
            full.set("two", Secret("meanwhile"))  # with locks of its own, as another process
            return PASSPHRASE

        store = vault(tmp_path, ask=ask)
        store.set("three", Secret("later"))
        assert set(full.entries()) == {"one", "two", "three"}

    @pytest.mark.parametrize(("typed", "asked"), [(None, 1), (Secret(""), 1), (Secret("guess"), 3)])
    def test_a_person_who_does_not_know_it_is_not_asked_again(
        self, typed: Secret | None, asked: int, full: VaultBackend, tmp_path: Path
    ) -> None:
        answers = [typed] * 3
        store = vault(tmp_path, ask=answers.pop)
        for _ in range(2):
            with pytest.raises(StoreLocked):
                store.get("one")
        assert store.state().ready is False and len(answers) == 3 - asked

    def test_a_slip_of_the_finger_is_asked_about_again(self, full: VaultBackend, tmp_path: Path) -> None:
        answers = [PASSPHRASE, Secret("slip")]
        assert vault(tmp_path, ask=answers.pop).get("one") == Secret(HIDDEN)

    def test_without_a_key_nobody_is_asked_for_its_passphrase(
        self, full: VaultBackend, tmp_path: Path
    ) -> None:
        (tmp_path / "identity.age").unlink()
        store = vault(tmp_path, ask=lambda: pytest.fail("there is nothing to open"))
        assert "There is no key for the sealed vault" in store.state().reason and not store.state().ready
        with pytest.raises(StoreLocked, match="There is no key") as caught:
            store.get("one")
        assert "keyrack vault init --identity FILE" in caught.value.hint

    def test_the_environments_passphrase(self, full: VaultBackend, tmp_path: Path) -> None:
        store = vault(tmp_path, passphrase=PASSPHRASE)
        assert store.state()[1:4] == (True, True, False)
        assert store.get("one") == Secret(HIDDEN)
        with pytest.raises(StoreLocked, match=r"^KEYRACK_VAULT_PASSPHRASE is not"):
            vault(tmp_path, passphrase=Secret("guess")).get("one")

    def test_an_identity_of_its_own_needs_no_passphrase(self, tmp_path: Path) -> None:
        identity = vault_age.new_identity()
        store = vault(tmp_path, identity=identity)
        store.create(None)
        store.set("one", Secret(HIDDEN))
        assert not Path(store.identity_path).exists()
        file = tmp_path / "key.txt"
        file.write_text(f"# created by hand\r\n{identity.reveal()}\r\n")
        for again in (vault(tmp_path, identity=identity), vault(tmp_path, file=file)):
            assert again.state().ready
            assert again.get("one") == Secret(HIDDEN)

    def test_an_identity_file_may_be_sealed_itself(
        self, tmp_path: Path, full: VaultBackend, monkeypatch: Patch
    ) -> None:
        elsewhere = tmp_path / "keys"
        elsewhere.mkdir()
        os.rename(full.identity_path, elsewhere / "key")
        store = vault(tmp_path, file=elsewhere / "key")
        assert store.state().locked
        store.unlock(PASSPHRASE)
        assert store.get("one") == Secret(HIDDEN)

    @pytest.mark.parametrize("text", ["", "# only words\n", "hidden-token\n", "AGE-SECRET-KEY-1HIDDEN-TOKEN"])
    def test_a_file_without_an_identity_is_named_and_not_quoted(
        self, text: str, full: VaultBackend, tmp_path: Path
    ) -> None:
        file = tmp_path / "key.txt"
        file.write_text(text)
        with pytest.raises(KeyrackError, match=r"key\.txt contains no age identity") as caught:
            vault(tmp_path, file=file).get("one")
        assert "hidden" not in str(caught.value).lower()

    def test_without_its_key_it_is_locked_and_says_what_is_missing(
        self, full: VaultBackend, tmp_path: Path
    ) -> None:
        os.unlink(full.identity_path)
        store = vault(tmp_path, ask=lambda: pytest.fail("there is nothing to open"))
        assert store.state().locked
        with pytest.raises(StoreLocked, match=r"identity\.age does not exist"):
            store.get("one")

    def test_another_key_is_told_how_to_become_a_recipient(self, full: VaultBackend, tmp_path: Path) -> None:
        other = vault_age.new_identity()
        with pytest.raises(StoreLocked, match="does not open the sealed vault") as caught:
            vault(tmp_path, identity=other).get("one")
        assert caught.value.hint.endswith(f"keyrack vault add-recipient {vault_age.recipient_of(other)}")


class TestPassphrase:
    def test_a_change_keeps_the_vault_and_retires_the_old_one(
        self, full: VaultBackend, tmp_path: Path
    ) -> None:
        before = Path(full.path).read_bytes()
        full.change_passphrase(Secret("another"))
        assert Path(full.path).read_bytes() == before
        store = vault(tmp_path)
        with pytest.raises(StoreLocked):
            store.unlock(PASSPHRASE)
        store.unlock(Secret("another"))
        assert store.get("one") == Secret(HIDDEN)

    def test_it_can_only_be_changed_in_an_open_vault(self, full: VaultBackend, tmp_path: Path) -> None:
        with pytest.raises(StoreLocked):
            vault(tmp_path).change_passphrase(Secret("another"))

    def test_an_empty_one_is_refused(self, full: VaultBackend) -> None:
        before = Path(full.identity_path).read_bytes()
        with pytest.raises(KeyrackError, match="empty"):
            full.change_passphrase(Secret(""))
        assert Path(full.identity_path).read_bytes() == before

    def test_one_that_is_no_text_hangs_on_no_error(self, full: VaultBackend) -> None:
        with pytest.raises(KeyrackError, match="bytes that are not text") as caught:
            full.unlock(Secret("half a pair: \udce9"))
        assert caught.value.__context__ is None

    def test_a_vault_with_a_configured_key_has_none(self, tmp_path: Path) -> None:
        store = vault(tmp_path, identity=vault_age.new_identity())
        store.create(None)
        with pytest.raises(KeyrackError, match="an identity file, and has no passphrase"):
            store.change_passphrase(Secret("another"))

    def test_scrypt_runs_with_neither_arguments_nor_variables_that_tell(self, monkeypatch: Patch) -> None:
        started: list[tuple[object, dict[str, object]]] = []
        run = subprocess.run

        def watched(command: list[str], **options: object) -> object:
            started.append((command, options))
            return run(command, **options)  # type: ignore[call-overload]

        monkeypatch.setenv("KEYRACK_VAULT_PASSPHRASE", HIDDEN)
        monkeypatch.setenv("KEYRACK_VAULT_IDENTITY", HIDDEN)
        monkeypatch.setattr(subprocess, "run", watched)
        assert vault_passphrase.seal(Secret("identity"), Secret(HIDDEN)).startswith(b"age-encryption.org/v1")
        sealed = vaults.seal(Secret("identity"), Secret(HIDDEN))  # which is opened in no time
        assert vault_passphrase.unseal(sealed, Secret(HIDDEN)) == Secret("identity")
        for command, options in started:
            assert HIDDEN not in repr(command) + repr(options["env"])
        assert len(started) == 2

    def test_running_out_of_memory_is_a_sentence(self, monkeypatch: Patch, tmp_path: Path) -> None:
        program = tmp_path / "killed.py"
        program.write_text("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
        monkeypatch.setattr(vault_passphrase, "PROGRAM", str(program))
        with pytest.raises(StoreUnavailable, match="could not be checked") as caught:
            vault_passphrase.seal(Secret("identity"), Secret("x"))
        assert "memory" in caught.value.hint
