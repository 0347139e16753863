"""A keychain that asks the user about each item: users get time to answer, no means no, and nothing hangs."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from keyrack.domain.errors import StoreDenied, StoreLocked, StoreSlow
from keyrack.domain.secret import Secret
from keyrack.store.backends.chooser import KeychainBackend
from keyrack.store.backends.timeouts import TELL_AFTER
from keyrack.store.credential_store import keychain_credential_store
from support.asking_keychain import AskingKeychain, asking_keychain
from support.store_fakes import URL, Backend, stored_credential

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
LIMIT = 0.3  # seconds for a call that needs nobody, here
THINKS = 4 * LIMIT
READS = ("locked", "refuses", "late")

New = Callable[..., AskingKeychain]


@pytest.fixture
def new(monkeypatch: pytest.MonkeyPatch) -> Iterator[New]:
    """Makes the keychain that this process and its children use. It holds "one" under "old"."""
    with ExitStack() as stack:

        def make(*ways: str) -> AskingKeychain:
            keychain, variables = stack.enter_context(asking_keychain())
            for name, value in variables.items():
                monkeypatch.setenv(name, value)
            KeychainBackend().set("old", Secret("one"))
            keychain.ways.update(ways)
            return keychain

        yield make


PERSON_LIMIT = 30.0  # far more than a busy machine needs for a call that is limited to LIMIT


def store(person_limit: float = PERSON_LIMIT, told: list[str] | None = None) -> KeychainBackend:
    """A client of its own."""
    return KeychainBackend(
        limit=LIMIT, person_limit=person_limit, tell=(told if told is not None else []).append
    )


def thinking(keychain: AskingKeychain, agrees: bool = True) -> None:
    """The person answers after a while."""
    keychain.person = None

    def decide() -> None:
        keychain.person = agrees

    threading.Timer(THINKS, decide).start()


@pytest.mark.parametrize("way", READS)
def test_a_read_waits_for_the_person(new: New, way: str) -> None:
    keychain = new(way)
    thinking(keychain)
    began = time.monotonic()
    assert store().get("old") == Secret("one")
    assert time.monotonic() - began >= THINKS - 0.1 > LIMIT
    assert len(keychain.questions) == 1


@pytest.mark.parametrize("way", READS)
def test_a_no_is_a_no_at_once_and_is_asked_for_once(new: New, way: str) -> None:
    keychain = new(way)
    keychain.person = False
    with pytest.raises(StoreDenied, match="did not allow") as caught:
        store().get("old")
    assert len(keychain.questions) == 1
    assert caught.value.exit_code == 5 and caught.value.hint and not isinstance(caught.value, StoreLocked)


@pytest.mark.parametrize("way", ["locked", "refuses"])
def test_one_permission_is_enough_for_all_reads(new: New, way: str) -> None:
    keychain, client = new(way), store()
    for _ in range(3):
        assert client.get("old") == Secret("one")
    assert len(keychain.questions) == 1


def test_a_write_a_replacement_and_a_delete_wait_for_the_person(new: New) -> None:
    keychain, client = new("create", "delete", "locked"), store()
    thinking(keychain)
    client.set("new", Secret("two"))
    thinking(keychain)
    client.set("old", Secret("two"))
    thinking(keychain)
    assert client.delete("new")
    assert keychain.questions == ["create", "create", "delete"]
    assert client.get("old") == Secret("two") and client.get("new") is None


@pytest.mark.parametrize("action", ["set", "delete"])
def test_a_no_to_a_change_leaves_all_as_it_is(new: New, action: str) -> None:
    keychain, client = new("create", "delete"), store()
    keychain.person = False
    with pytest.raises(StoreDenied):
        client.set("old", Secret("two")) if action == "set" else client.delete("old")
    assert client.get("old") == Secret("one") and client.get("new") is None


@pytest.mark.parametrize("way", ["locked", "late"])
def test_a_person_who_does_not_answer_is_waited_for_no_longer_than_their_time(new: New, way: str) -> None:
    keychain = new(way)
    keychain.person = None
    began = time.monotonic()
    with pytest.raises(StoreSlow) as caught:
        store(person_limit=0.5).get("old")
    assert 0.5 <= time.monotonic() - began < 10
    assert caught.value.hint
    assert keychain.dismissed == (way == "locked"), "no question stays behind"


def test_a_database_that_is_locked_is_unlocked_first_where_there_is_a_screen(
    new: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    keychain = new("database", "locked")
    with pytest.raises(StoreLocked):
        store().get("old")
    assert keychain.questions == [], "nobody sits there"
    monkeypatch.setenv("DISPLAY", ":99")
    thinking(keychain)
    assert store().get("old") == Secret("one")
    assert keychain.questions == ["unlock", "unlock"]  # the database, and the item


def test_a_password_that_is_not_given_leaves_it_locked(new: New, monkeypatch: pytest.MonkeyPatch) -> None:
    keychain = new("database")
    keychain.person = False
    monkeypatch.setenv("DISPLAY", ":99")
    with pytest.raises(StoreLocked, match="is locked"):
        store().get("old")
    assert keychain.questions == ["unlock"]


def test_who_is_waited_for_is_told_after_a_moment_and_not_before(new: New) -> None:
    keychain = new("locked")
    told: list[str] = []
    assert store(told=told).get("old") == Secret("one")
    assert told == []
    keychain.person = None
    threading.Timer(TELL_AFTER + 1, lambda: setattr(keychain, "person", True)).start()
    assert store(told=told).get("old") == Secret("one")
    assert len(told) == 1 and "Secret Service" in told[0] and "30 s" in told[0]


def test_other_threads_wait_for_the_person_too_and_the_state_does_not(new: New) -> None:
    keychain, client = new("locked"), store()
    assert client.state().ready
    keychain.person = None
    read: list[Secret | None] = []
    threads = [threading.Thread(target=lambda: read.append(client.get("old"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    while not keychain.questions:
        time.sleep(0.01)
    assert client.state().ready
    keychain.person = True  # only now
    for thread in threads:
        thread.join(30)
    assert read == [Secret("one")] * 3 and len(keychain.questions) == 1


def test_a_service_that_answers_nothing_at_all_is_slow_after_the_short_limit(new: New) -> None:
    """What hangs before a secret is asked for is not waiting for anybody."""
    keychain = new()
    client = store()
    assert client.get("old") == Secret("one")
    keychain.end()
    began = time.monotonic()
    with pytest.raises(StoreSlow):
        client.get("old")
    assert time.monotonic() - began < PERSON_LIMIT


@pytest.mark.parametrize("screen", [True, False])
def test_one_that_hangs_over_a_secret_is_waited_for_only_where_somebody_may_be_asked(
    new: New, monkeypatch: pytest.MonkeyPatch, screen: bool
) -> None:
    if screen:
        monkeypatch.setenv("DISPLAY", ":99")
    theirs = 6.0 if screen else 60.0
    keychain, client = new("late"), store(person_limit=theirs)
    keychain.person = None
    # From then on it answers nobody.
    monkeypatch.setattr(keychain, "_on_GetSecret", lambda *call: keychain.end())
    began = time.monotonic()
    with pytest.raises(StoreSlow):
        client.get("old")
    assert (time.monotonic() - began >= theirs) is screen


def test_a_backend_of_keyrings_that_may_ask_gets_the_persons_time_each_time() -> None:
    class Asking(Backend):
        def get_password(self, service: str, username: str) -> str | None:
            time.sleep(2 * LIMIT)
            return super().get_password(service, username)

    client = KeychainBackend(Asking, limit=LIMIT, person_limit=30)
    for _ in range(2):  # the second time, too: it asks for each entry
        assert client.get("one") is None


def test_the_command_waits_tells_whom_for_and_takes_a_no(new: New, tmp_path: Path) -> None:
    keychain = new()
    home = tmp_path / "home"
    keychain_credential_store(str(home / ".local" / "share" / "keyrack"), time.time).save(
        stored_credential()._replace(credential=stored_credential().credential._replace(expires_at=None))
    )
    keychain.ways.add("locked")
    env = {**os.environ, "HOME": str(home)}
    keychain.person = None
    process = subprocess.Popen(
        [KEYRACK, "token", URL],
        env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert "Waiting for the Secret Service" in process.stderr.readline()
    keychain.person = True
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0 and out.startswith("access-one")
    keychain.person = False
    done = subprocess.run([KEYRACK, "token", URL], env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (5, "")
    assert "did not allow keyrack to use this entry" in done.stderr
