"""The lock of a keychain that several data folders share: a name on its bus. Real buses, real processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from keyrack.domain.errors import Temporary
from keyrack.domain.model import CredentialKey
from keyrack.store.backends import bus_name
from keyrack.store.backends.bus_name import PREFIX, BusName
from keyrack.store.backends.chooser import KeychainBackend
from keyrack.store.backends.keyring_choice import Backend, is_on_the_bus
from keyrack.store.backends.memory import MemoryBackend
from keyrack.store.credential_store import keychain_credential_store
from keyrack.store.records.naming import record_id
from keyrack.store.transaction.shared_locks import SharedLocks
from keyrack.system.locks import Locks
from support.keychain import private_bus, private_keychain
from support.store_fakes import URL, stored_credential, word_of

HOLDER = """
import os, sys, threading, time
from keyrack.domain.model import CredentialKey
from keyrack.store.credential_store import keychain_credential_store
credentials = keychain_credential_store(sys.argv[1], time.time)
with credentials.lock(CredentialKey(sys.argv[2]), timeout=0):
    if "fork" in sys.argv and os.fork() == 0:
        print("forked", flush=True)
        threading.Event().wait()
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def keychain() -> Iterator[dict[str, str]]:
    with private_keychain() as variables:
        yield variables


@pytest.fixture
def on_keychain(keychain: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in keychain.items():
        monkeypatch.setenv(name, value)


@contextmanager
def holder(folder: Path, *words: str, lines: int = 1) -> Iterator[subprocess.Popen[bytes]]:
    """A process with this data folder that holds the credential's lock until its standard input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), URL, *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    with process:
        try:
            assert process.stdout is not None
            said = sorted(process.stdout.readline() for _ in range(lines))
            assert said[-1] == b"held\n"
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def is_busy(folder: Path, timeout: float = 0) -> bool:
    try:
        with keychain_credential_store(str(folder), time.time).lock(CredentialKey.of(URL), timeout=timeout):
            return False
    except Temporary as error:
        assert error.hint
        return True


@pytest.mark.usefixtures("on_keychain")
class TestTwoDataFoldersOnOneKeychain:
    def test_the_other_is_kept_out_at_once_or_after_a_time(self, tmp_path: Path) -> None:
        with holder(tmp_path / "a"):
            began = time.monotonic()
            assert is_busy(tmp_path / "b", timeout=0.2)
            assert time.monotonic() - began >= 0.2
            assert is_busy(tmp_path / "b")
        assert not is_busy(tmp_path / "b")

    def test_the_other_gets_it_when_it_is_given_back(self, tmp_path: Path) -> None:
        with holder(tmp_path / "a") as process:
            assert process.stdin is not None
            threading.Timer(0.1, process.stdin.close).start()
            assert not is_busy(tmp_path / "b", timeout=30)

    def test_a_killed_holder_blocks_nobody(self, tmp_path: Path) -> None:
        with holder(tmp_path / "a") as process:
            process.kill()
            assert not is_busy(tmp_path / "b", timeout=30)

    def test_a_child_that_its_holder_forked_does_not_keep_it(self, tmp_path: Path) -> None:
        with holder(tmp_path / "a", "fork", lines=2) as process:
            assert is_busy(tmp_path / "b")
            process.kill()
            process.wait()
            assert not is_busy(tmp_path / "b", timeout=30)

    def test_a_child_takes_locks_of_its_own(self, tmp_path: Path) -> None:
        credentials = keychain_credential_store(str(tmp_path / "a"), time.time)
        with credentials.lock(CredentialKey.of(URL)):
            child = os.fork()
            if child == 0:
                os._exit(not is_busy(tmp_path / "b"))
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            assert is_busy(tmp_path / "b")

    def test_other_credentials_are_free(self, tmp_path: Path) -> None:
        with (
            holder(tmp_path / "a"),
            keychain_credential_store(str(tmp_path / "b"), time.time).lock(CredentialKey.of(URL, "work")),
        ):
            pass

    def test_a_thread_may_take_it_again_and_others_not(self, tmp_path: Path) -> None:
        credentials = keychain_credential_store(str(tmp_path / "a"), time.time)
        with credentials.lock(CredentialKey.of(URL), timeout=5):
            with credentials.lock(CredentialKey.of(URL), timeout=5):
                assert is_busy(tmp_path / "b")
            assert is_busy(tmp_path / "b")
        assert not is_busy(tmp_path / "b")

    def test_a_load_looks_on_while_the_other_is_at_it(self, tmp_path: Path) -> None:
        keychain_credential_store(str(tmp_path / "a"), time.time).save(stored_credential("one"))
        with holder(tmp_path / "a"):
            assert (
                word_of(keychain_credential_store(str(tmp_path / "c"), time.time).load(CredentialKey.of(URL)))
                == "one"
            )


def test_it_can_be_held_without_a_bus(tmp_path: Path) -> None:
    assert not BusName("x").take(timeout=0)
    store = KeychainBackend()
    with store.shared_lock("x", timeout=0), store.shared_lock("x", timeout=0):
        pass


def test_it_can_be_held_where_the_bus_lets_nobody_own_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with private_bus('<deny own_prefix="io.github.keyrack"/>') as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert not BusName("x").take(timeout=0)


@pytest.mark.parametrize(
    "answers",
    [(), (b"REJECTED\r\n",), (b"OK 0\r\n",), (b"OK 0\r\n", b"l\x02\x00\x01" * 9)],
    ids=["silent", "nobody let in", "no greeting", "no D-Bus"],
)
def test_a_bus_that_is_none_holds_up_nobody(
    answers: tuple[bytes, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus_name, "ANSWER", 0.2)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/bus")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "bus"))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            kept.append(connection)
            for answer in answers:
                connection.recv(1024)
                connection.sendall(answer)

        kept: list[socket.socket] = []
        threading.Thread(target=serve, daemon=True).start()
        began = time.monotonic()
        assert not BusName("x").take(timeout=30)
        assert time.monotonic() - began < 10
    for connection in kept:
        connection.close()


def test_the_bus_that_ends_in_the_middle_takes_nothing_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with private_bus() as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        first, second = BusName("x"), BusName("x")
        assert first.take(timeout=0)
        waiting = threading.Thread(target=lambda: given.append(second.take(timeout=30)))
        given: list[bool] = []
        waiting.start()
    waiting.join(30)
    assert given == [False]
    first.give_back()
    second.give_back()


def test_the_name_is_one_that_a_bus_takes() -> None:
    name = PREFIX + record_id(CredentialKey.of(URL))
    assert len(name) < 255 and not any(part[0].isdigit() for part in name.split("."))


def test_what_is_not_on_the_bus_has_no_such_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class InOtherStore:
        pass

    backend: Backend = InOtherStore()  # type: ignore[assignment]
    assert not is_on_the_bus(backend)
    monkeypatch.setattr(BusName, "take", lambda self, *, timeout: pytest.fail("it asked a bus"))
    with KeychainBackend(lambda: backend).shared_lock("x", timeout=0):
        pass
    with SharedLocks(Locks(str(tmp_path)), MemoryBackend()).hold("x", timeout=0):
        pass
