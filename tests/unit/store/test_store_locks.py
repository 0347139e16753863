"""Locks between threads and processes end with their holder."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from keyrack.domain.errors import KeyrackError, Temporary
from keyrack.system.locks import Locks

HOLDER = """
import sys
from keyrack.system.locks import Locks
with Locks(sys.argv[1]).hold("one", timeout=0):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def other_process(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that holds the lock "one" until its standard input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process:
        assert process.stdout is not None and process.stdout.readline() == b"held\n"
        try:
            yield process
        finally:
            process.kill()


def in_thread(action: object) -> None:
    thread = threading.Thread(target=action)  # type: ignore[arg-type]
    thread.start()
    thread.join()


def is_busy(locks: Locks, name: str = "one") -> bool:
    try:
        with locks.hold(name, timeout=0):
            return False
    except Temporary as error:
        assert error.hint
        return True


def test_another_process_is_kept_out_and_other_names_are_free(tmp_path: Path) -> None:
    locks = Locks(str(tmp_path))
    with other_process(tmp_path):
        assert is_busy(locks)
        assert not is_busy(locks, "two")


def test_a_wait_ends_when_its_time_is_over(tmp_path: Path) -> None:
    with other_process(tmp_path):
        began = time.monotonic()
        with pytest.raises(Temporary), Locks(str(tmp_path)).hold("one", timeout=0.1):
            pass
        assert time.monotonic() - began >= 0.1


def test_a_waiter_gets_the_lock_when_the_holder_lets_go(tmp_path: Path) -> None:
    with other_process(tmp_path) as holder:
        assert holder.stdin is not None
        holder.stdin.close()
        with Locks(str(tmp_path)).hold("one", timeout=30):
            pass


def test_a_killed_holder_and_its_file_block_nobody(tmp_path: Path) -> None:
    with other_process(tmp_path) as holder:
        holder.kill()
        holder.wait()
        assert (tmp_path / "one.lock").exists()
        assert not is_busy(Locks(str(tmp_path)))


@pytest.mark.parametrize("folder", [True, False], ids=["disk", "memory"])
def test_a_thread_may_take_it_again_and_others_not(folder: bool, tmp_path: Path) -> None:
    locks = Locks(str(tmp_path) if folder else None)
    seen: list[bool] = []
    with locks.hold("one", timeout=0):
        with locks.hold("one", timeout=0):
            in_thread(lambda: seen.append(is_busy(locks)))
        in_thread(lambda: seen.append(is_busy(locks)))
    in_thread(lambda: seen.append(is_busy(locks)))
    assert seen == [True, True, False]


def test_two_racks_in_one_process_keep_each_other_out(tmp_path: Path) -> None:
    with Locks(str(tmp_path)).hold("one", timeout=0):
        assert is_busy(Locks(str(tmp_path)))


def test_it_is_let_go_after_an_error(tmp_path: Path) -> None:
    locks = Locks(str(tmp_path))
    with pytest.raises(ValueError, match="inside"), locks.hold("one", timeout=0):
        raise ValueError("inside")
    assert not is_busy(locks)
    assert not is_busy(Locks(str(tmp_path)))


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(KeyrackError, match=r"can't be opened") as caught,
        Locks(str(tmp_path / "file" / "locks")).hold("one", timeout=0),
    ):
        pass
    assert caught.value.hint


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such error")
def test_a_drive_without_locks_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*arguments: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)
    locks = Locks(str(tmp_path))
    for _ in range(2):
        with pytest.raises(KeyrackError, match="No locks available") as caught, locks.hold("one", timeout=0):
            pass
        assert str(tmp_path) in str(caught.value) and caught.value.hint
    monkeypatch.undo()
    assert not is_busy(locks)


HELPERS = """
import os, sys, threading
from keyrack.system.locks import Locks
from keyrack.domain.errors import Temporary

def tell_whether_busy():
    try:
        with locks.hold("one", timeout=0.2):
            print("free", flush=True)
    except Temporary:
        print("busy", flush=True)

locks, held, go = Locks(sys.argv[1]), threading.Event(), threading.Event()
"""
FORKED_BESIDE_A_HOLDER = (
    HELPERS
    + """
def work():
    with locks.hold("one", timeout=0):
        held.set()
        go.wait()

threading.Thread(target=work, daemon=True).start()
held.wait()
if os.fork() == 0:
    tell_whether_busy()
    threading.Event().wait()
sys.stdin.read(1)
go.set()
threading.Event().wait()
"""
)
FORKED_BY_THE_HOLDER = (
    HELPERS
    + """
with locks.hold("one", timeout=0):
    child = os.fork()
    if child:
        threading.Event().wait()
    tell_whether_busy()
tell_whether_busy()
threading.Event().wait()
"""
)


@contextmanager
def forked(script: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process and its child, which lives on whatever becomes of its parent."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    with process:
        try:
            assert process.stdout is not None and process.stdout.readline() == b"busy\n"
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
class TestAForkedChild:
    """It has nothing of its parent's locks."""

    def test_it_does_not_keep_what_its_parent_gives_back(self, tmp_path: Path) -> None:
        with forked(FORKED_BESIDE_A_HOLDER, tmp_path) as process:
            assert is_busy(Locks(str(tmp_path)))
            assert process.stdin is not None
            process.stdin.write(b"x")
            process.stdin.flush()
            with Locks(str(tmp_path)).hold("one", timeout=10):
                pass

    def test_nor_what_died_with_its_parent(self, tmp_path: Path) -> None:
        with forked(FORKED_BESIDE_A_HOLDER, tmp_path) as process:
            process.kill()
            process.wait()
            with Locks(str(tmp_path)).hold("one", timeout=10):
                pass

    def test_nor_does_it_give_back_what_its_parent_has(self, tmp_path: Path) -> None:
        with forked(FORKED_BY_THE_HOLDER, tmp_path) as process:
            assert process.stdout is not None and process.stdout.readline() == b"busy\n"
            assert is_busy(Locks(str(tmp_path)))
