"""A faulty keychain: a clear error, in time, and no secret in the exception."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

import pytest

from keyrack.domain.errors import KeyrackError, StoreAbsent, StoreLocked, StoreSlow, StoreUnavailable
from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.store.backends.chooser import KeychainBackend
from keyrack.store.backends.memory import MemoryBackend
from keyrack.store.backends.timeouts import GIVE_UP
from keyrack.store.credential_store import (
    memory_credential_store,
)
from support.keychain import private_keychain
from support.keychain_stores import store_over
from support.store_fakes import (
    URL,
    Backend,
    DeleteThenAdd,
    Dropping,
    Hanging,
    Throwing,
    Truncating,
    Undeletable,
    stored_credential,
    word_of,
)

TOKEN = "a-token-nobody-may-see"


def foreign(module: str, name: str, *bases: type[BaseException]) -> BaseException:
    return type(name, bases or (Exception,), {"__module__": module})(TOKEN)


def dbus_error(name: str) -> BaseException:
    error = foreign("jeepney.wrappers", "DBusErrorResponse")
    error.name = name  # type: ignore[attr-defined]
    return error


def foreign_errors() -> list[tuple[BaseException, type[StoreUnavailable]]]:
    from keyring import errors

    return [
        (errors.KeyringLocked(TOKEN), StoreLocked),
        (errors.NoKeyringError(TOKEN), StoreAbsent),
        (errors.InitError(TOKEN), StoreUnavailable),
        (errors.PasswordSetError(TOKEN), StoreUnavailable),
        (errors.PasswordDeleteError(TOKEN), StoreUnavailable),
        (RuntimeError(TOKEN), StoreUnavailable),
        (UnicodeEncodeError("utf-8", TOKEN, 0, 1, "no"), StoreUnavailable),
        (SystemExit(TOKEN), StoreUnavailable),
        (TimeoutError(TOKEN), StoreSlow),
        (foreign("secretstorage.exceptions", "ItemNotFoundException"), StoreUnavailable),
        (foreign("secretstorage.exceptions", "LockedException"), StoreLocked),
        (foreign("secretstorage.exceptions", "SecretServiceNotAvailableException"), StoreAbsent),
        (foreign("pywintypes", "error"), StoreUnavailable),
        (dbus_error("org.freedesktop.DBus.Error.NoReply"), StoreSlow),
        (dbus_error("org.freedesktop.DBus.Error.ServiceUnknown"), StoreAbsent),
        (dbus_error("org.freedesktop.Secret.Error.IsLocked"), StoreLocked),
        (dbus_error("org.freedesktop.DBus.Error.Failed"), StoreUnavailable),
    ]


@pytest.mark.parametrize(("error", "kind"), foreign_errors(), ids=lambda value: type(value).__name__)
def test_foreign_exceptions_become_our_own_without_their_words(
    error: BaseException, kind: type[StoreUnavailable]
) -> None:
    store = KeychainBackend(lambda: Throwing(error))
    for call in (lambda: store.get("one"), lambda: store.set("one", Secret(TOKEN))):
        with pytest.raises(StoreUnavailable) as caught:
            call()
        assert type(caught.value) is kind
        assert caught.value.__context__ is None and caught.value.__cause__ is None
        assert TOKEN not in "".join(traceback.format_exception(caught.value))
        assert caught.value.hint


def test_our_own_errors_pass_through() -> None:
    mine = KeyrackError("A sentence.", hint="A hint.")
    with pytest.raises(KeyrackError) as caught:
        KeychainBackend(lambda: Throwing(mine)).get("one")
    assert caught.value is mine


def test_our_own_errors_leave_behind_what_they_were_raised_over() -> None:
    class Chaining(Backend):
        def get_password(self, service: str, username: str) -> str | None:
            try:
                raise ValueError(TOKEN)
            except ValueError:
                raise KeyrackError("A sentence.") from None

    with pytest.raises(KeyrackError, match=r"A sentence\.") as caught:
        KeychainBackend(Chaining).get("one")
    assert caught.value.__context__ is None


@pytest.mark.parametrize("backend", [Dropping(), Truncating()], ids=["dropping", "truncating"])
def test_a_write_that_did_not_arrive_is_found_out(backend: Backend, tmp_path: Path) -> None:
    good = Backend()
    good.entries = backend.entries
    store_over(good, tmp_path).save(stored_credential("old"))
    credentials = store_over(backend, tmp_path)
    with pytest.raises(StoreUnavailable, match="could not be read back"):
        credentials.prove_writable()
    with pytest.raises(StoreUnavailable, match="could not be read back"):
        credentials.save(stored_credential("new"))
    assert word_of(credentials.load(CredentialKey.of(URL))) == "old"
    store_over(good, tmp_path).save(stored_credential("next"))
    assert word_of(credentials.load(CredentialKey.of(URL))) == "next"


@pytest.mark.parametrize("silent", [True, False])
def test_a_delete_that_did_not_happen_is_reported_and_the_record_stays(silent: bool, tmp_path: Path) -> None:
    credentials = store_over(Undeletable(silent=silent), tmp_path)
    credentials.save(stored_credential("one"))
    removal = credentials.delete(CredentialKey.of(URL))
    assert (removal.deleted, removal.verified) == (False, False)
    assert "still in the" in removal.reason
    assert word_of(credentials.load(CredentialKey.of(URL))) == "one"
    record = credentials.record(CredentialKey.of(URL))
    assert record is not None and record.credential is not None


def test_with_old_entries_that_stay_the_newest_is_read(tmp_path: Path) -> None:
    backend = Undeletable(silent=True)
    for word in ("one", "two", "three"):
        store_over(backend, tmp_path).save(stored_credential(word))
        credentials = store_over(backend, tmp_path)
        assert word_of(credentials.load(CredentialKey.of(URL))) == word
    assert any("could not be deleted" in warning for warning in credentials.warnings)


def test_a_delete_that_fails_although_the_entry_is_gone_is_a_success(tmp_path: Path) -> None:
    class Grumbling(Backend):
        def delete_password(self, service: str, username: str) -> None:
            super().delete_password(service, username)
            raise RuntimeError

    credentials = store_over(Grumbling(), tmp_path)
    credentials.save(stored_credential())
    assert credentials.delete(CredentialKey.of(URL)).verified


def test_a_keychain_that_hangs_is_slow_and_others_need_not_wait_again() -> None:
    backend = Hanging()
    store = KeychainBackend(lambda: backend, limit=0.05, person_limit=0.05)
    with pytest.raises(StoreSlow):
        store.get("one")
    patient = KeychainBackend(lambda: backend, limit=30, person_limit=30)
    patient._calls._bounded = store._calls._bounded
    began = time.monotonic()
    with pytest.raises(StoreSlow):
        patient.set("one", Secret("x"))
    assert time.monotonic() - began < 15
    assert backend.calls == 1
    backend.free.set()
    for thread in threading.enumerate():
        if thread.name == "keychain":
            thread.join()
    assert patient.get("one") is None


def test_a_call_that_hangs_forever_stops_blocking_others_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = Hanging()
    store = KeychainBackend(lambda: backend, limit=0.05, person_limit=0.05)
    with pytest.raises(StoreSlow):
        store.get("one")
    later = time.monotonic() + GIVE_UP + 1
    monkeypatch.setattr("keyrack.store.backends.timeouts.time.monotonic", lambda: later)
    store.set("two", Secret("x"))
    assert backend.entries == {"two": "x"}
    backend.free.set()


def test_threads_that_find_a_connection_spent_do_not_trip_over_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One call outlives its limit and drops the connection, while others are about to use it."""

    class Service:
        is_slow = False

        def get(self, *names: str) -> bytes:
            if Service.is_slow:
                time.sleep(0.02)
            return b"word"

        def is_locked(self) -> bool:
            return False

        def close(self) -> None:
            pass

    def work() -> None:
        while time.monotonic() < end:
            Service.is_slow = not Service.is_slow
            try:
                assert store.get("one") == Secret("word")
            except StoreSlow:
                pass
            except BaseException as error:
                wrong.append(error)

    monkeypatch.setattr("keyrack.store.backends.keyring_choice.secret_service_is_the_choice", lambda: True)
    monkeypatch.setattr("keyrack.store.backends.secret_service_items.Items.connect", Service)
    store, wrong, end = KeychainBackend(limit=0.005), [], time.monotonic() + 2
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not wrong


def test_a_call_that_hangs_does_not_hold_up_the_exit() -> None:
    script = """
import sys, threading
from keyrack.store.backends.chooser import KeychainBackend
class Hangs:
    def get_password(self, service, username): threading.Event().wait()
try: KeychainBackend(Hangs, limit=0.05, person_limit=0.05).get("one")
except Exception as error: sys.exit(type(error).__name__)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr.strip()) == (1, "StoreSlow")


def test_the_fast_reader_and_keyring_see_the_same_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.backends.SecretService import Keyring

    with private_keychain() as env:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        Keyring().set_password("keyrack", "one", "by keyring ✓")
        Keyring().set_password("another program", "one", "not ours")
        store = KeychainBackend()
        with monkeypatch.context() as patch:
            for name in ("secret_service", "chosen_by_keyring"):  # a read must not load keyring
                patch.setattr(f"keyrack.store.backends.keyring_choice.{name}", pytest.fail)
            assert store.get("one") == Secret("by keyring ✓")
        assert store.entries() == ("one",)
        store.set("one", Secret("by us"))
        assert Keyring().get_password("keyrack", "one") == "by us"
        assert Keyring().get_password("another program", "one") == "not ours"


@pytest.mark.parametrize("backend_class", [Backend, DeleteThenAdd])
def test_a_credential_in_another_store_is_said_to_be_there(
    backend_class: type[Backend], tmp_path: Path
) -> None:
    keychain = store_over(backend_class(), tmp_path)
    credential = keychain.save(stored_credential("old"))
    memory = memory_credential_store(lambda: 0.0, str(tmp_path))
    assert memory.records()[CredentialKey(URL)].credential == credential
    with pytest.raises(StoreAbsent, match=f"is in the {credential.store}"):
        memory.load(CredentialKey.of(URL))
    assert "still there" in memory.delete(CredentialKey.of(URL)).reason
    memory.save(stored_credential("new"))
    assert word_of(memory.load(CredentialKey.of(URL))) == "new"
    assert memory.delete(CredentialKey.of(URL)).verified
    assert word_of(keychain.load(CredentialKey.of(URL))) == "old"


def test_the_memory_store_is_not_persistent() -> None:
    assert MemoryBackend().state()[:5] == ("memory", True, False, False, "")
