"""A damaged vault is never overwritten, and another process's changes are seen at once."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pyrage
import pytest

from keyrack.domain.errors import KeyrackError, NewerFormat, StoreAbsent, StoreUnavailable
from keyrack.domain.secret import Secret
from keyrack.store.vault import age as vault_age
from keyrack.store.vault.backend import VaultBackend
from keyrack.store.vault.content import Content, encode
from support.vaults import HIDDEN, PASSPHRASE, vault

Patch = pytest.MonkeyPatch


class TestDamage:
    """Nothing that can't be read is ever overwritten."""

    @pytest.mark.parametrize("cut", [0, 1, 40, 200, -1, -20])
    def test_a_vault_cut_short_is_named_and_left(self, cut: int, full: VaultBackend) -> None:
        path = Path(full.path)
        path.write_bytes(path.read_bytes()[:cut])
        self.is_left(full)

    def test_a_changed_byte_is_noticed(self, full: VaultBackend) -> None:
        path = Path(full.path)
        data = bytearray(path.read_bytes())
        data[-30] ^= 1
        path.write_bytes(data)
        self.is_left(full)

    @pytest.mark.parametrize(
        "plain", [b"", b"[]", b"{}", b'{"format": 1}', b'{"format": 1, "entries": {"one": "x"}}',
                  b'{"format": 1, "entries": [["one", 2]], "recipients": []}', b"\xff\xfe"],
    )  # fmt: skip
    def test_other_content_is_damage(self, plain: bytes, full: VaultBackend) -> None:
        Path(full.path).write_bytes(vault_age.seal(plain, full.recipients()))
        self.is_left(full)

    def test_a_newer_format_is_refused_and_left(self, full: VaultBackend) -> None:
        content = json.loads(encode(Content(full.recipients(), {})))
        Path(full.path).write_bytes(
            vault_age.seal(json.dumps(content | {"format": 2}).encode(), full.recipients())
        )
        self.is_left(full, NewerFormat, "newer keyrack")

    def test_a_link_is_not_followed(self, full: VaultBackend, tmp_path: Path) -> None:
        target = tmp_path / "elsewhere"
        os.rename(full.path, target)
        os.symlink(target, full.path)
        with pytest.raises(StoreUnavailable, match="is a link"):
            full.get("one")
        with pytest.raises(StoreUnavailable, match="is a link"):
            full.set("one", Secret("x"))
        assert Path(full.path).is_symlink()

    def test_a_pipe_holds_nobody_up(self, full: VaultBackend) -> None:
        os.unlink(full.path)
        os.mkfifo(full.path)
        with pytest.raises(StoreUnavailable, match="not a file that keyrack has written"):
            full.get("one")

    def test_a_damaged_key_is_named(self, full: VaultBackend, tmp_path: Path) -> None:
        path = Path(full.identity_path)
        path.write_bytes(path.read_bytes()[:-10])
        with pytest.raises(StoreUnavailable, match=r"identity\.age is damaged"):
            vault(tmp_path).unlock(PASSPHRASE)

    def test_one_that_is_gone_is_not_made_anew_by_a_save(self, full: VaultBackend) -> None:
        os.unlink(full.path)
        for use in (lambda: full.get("one"), lambda: full.set("one", Secret("x"))):
            with pytest.raises(StoreAbsent, match="does not exist") as caught:
                use()
            assert caught.value.hint == "Run keyrack vault init to create one."
        assert not os.path.exists(full.path)
        assert full.state()[:2] == ("Sealed vault", False)

    def test_a_full_disk_leaves_the_old_vault(self, full: VaultBackend, monkeypatch: Patch) -> None:
        def no_space(fd: int) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", no_space)
            with pytest.raises(StoreUnavailable, match="No space left on device"):
                full.set("two", Secret("x"))
        assert (full.get("one"), full.get("two")) == (Secret(HIDDEN), None)

    def test_a_disk_that_keeps_something_else_is_found_out(
        self, full: VaultBackend, monkeypatch: Patch
    ) -> None:
        def forgetful(fd: int) -> None:
            os.ftruncate(fd, 10) if stat.S_ISREG(os.fstat(fd).st_mode) else None

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", forgetful)
            with pytest.raises(StoreUnavailable, match="did not keep"):
                full.set("one", Secret("x"))
        assert full.get("one") == Secret(HIDDEN)

    @staticmethod
    def is_left(
        store: VaultBackend, error: type[KeyrackError] = StoreUnavailable, said: str = "damaged"
    ) -> None:
        before = Path(store.path).read_bytes()
        for use in (
            lambda: store.get("one"), lambda: store.set("one", Secret("x")), lambda: store.delete("one"),
            lambda: store.change_recipients(lambda all: all),
        ):  # fmt: skip
            with pytest.raises(error, match=said) as caught:
                use()
            assert store.path in str(caught.value)
            assert HIDDEN not in str(caught.value)
        assert Path(store.path).read_bytes() == before


def test_what_another_process_wrote_is_seen_at_once(full: VaultBackend, tmp_path: Path) -> None:
    other = vault(tmp_path, passphrase=PASSPHRASE)
    for number in range(50):  # the same length each time, faster than some clocks tick
        other.set("one", Secret(f"token-{number:02}"))
        assert full.get("one") == Secret(f"token-{number:02}")


def test_a_file_that_was_just_written_may_be_another_one_that_looks_the_same(
    full: VaultBackend, monkeypatch: Patch
) -> None:
    # Where a clock ticks slowly and a number is given out again, the next file has the same stamp.
    before = os.stat(full.path)
    monkeypatch.setattr("keyrack.store.vault.backend.time.time_ns", lambda: before.st_mtime_ns + 1)
    assert full.get("one") == Secret(HIDDEN)
    plain = encode(Content(full.recipients(), {"one": Secret("x" * len(HIDDEN))}))
    while len(sealed := vault_age.seal(plain, full.recipients())) != before.st_size:
        pass  # it pads each file by a length of its own
    Path(full.path).write_bytes(sealed)
    os.utime(full.path, ns=(0, before.st_mtime_ns))
    assert full.get("one") == Secret("x" * len(HIDDEN))


def test_an_unchanged_file_is_decrypted_once(full: VaultBackend, monkeypatch: Patch) -> None:
    os.utime(full.path, ns=(0, 1_000_000_000))
    full.get("one")
    monkeypatch.setattr(pyrage, "decrypt", lambda *_: pytest.fail("decrypted again"))
    assert full.get("one") == Secret(HIDDEN)
