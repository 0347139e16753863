"""Other programs' locks: held by a real other process, taken over where it was killed, and given back."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from keyrack.domain.errors import KeyrackError, Temporary
from keyrack.system.program_locks import file_lock, folder_lock
from support.other_program import finish, running, told

Lock = Callable[[Path, float], AbstractContextManager[None]]
STALE = 2.0  # seconds: the shortest that proper-lockfile allows
pytestmark = pytest.mark.skipif(os.name != "posix", reason="the other program uses flock")


def by_file(path: Path, timeout: float) -> AbstractContextManager[None]:
    return file_lock(str(path), program="Codex", timeout=timeout)


def by_folder(path: Path, timeout: float) -> AbstractContextManager[None]:
    return folder_lock(str(path), program="Claude Code", timeout=timeout, stale=STALE)


KINDS = pytest.mark.parametrize(
    ("lock", "other"),
    [(by_file, ("file-lock",)), (by_folder, ("folder-lock", STALE))],
    ids=["file", "folder"],
)


def args(other: tuple[object, ...], path: Path) -> tuple[object, ...]:
    return (other[0], path, *other[1:])


@KINDS
def test_while_the_program_holds_it_we_wait_and_then_have_it(
    tmp_path: Path, lock: Lock, other: tuple[object, ...]
) -> None:
    path = tmp_path / "file.lock"
    with running(*args(other, path)) as program:
        assert told(program) == "held"
        with pytest.raises(Temporary, match=r"holds the lock .*file\.lock"), lock(path, 0.05):
            pytest.fail("two hold it")
        assert finish(program) == "released"
        with lock(path, 5.0):
            pass


@KINDS
def test_while_we_hold_it_the_program_waits(tmp_path: Path, lock: Lock, other: tuple[object, ...]) -> None:
    path = tmp_path / "file.lock"
    with ExitStack() as programs:
        with lock(path, 0.0):
            program = programs.enter_context(running(*args(other, path)))
            assert told(program) == "waiting"
        assert told(program) == "held"
        assert finish(program) == "released"


@KINDS
def test_the_lock_of_a_killed_program_is_taken_over(
    tmp_path: Path, lock: Lock, other: tuple[object, ...]
) -> None:
    path = tmp_path / "file.lock"
    with running(*args(other, path)) as program:
        assert told(program) == "held"
        program.kill()
        program.wait()
        if lock is by_folder:
            with pytest.raises(Temporary), lock(path, 0.0):
                pytest.fail("it is not stale yet")
            an_age_ago(path)
        with lock(path, 1.0):
            pass


@KINDS
@pytest.mark.parametrize("end", ["kill", "interrupt", "error"])
def test_after_we_end_in_any_way_the_program_has_it(
    tmp_path: Path, lock: Lock, other: tuple[object, ...], end: str
) -> None:
    path = tmp_path / "file.lock"
    script = (
        "import sys, time\n"
        "from keyrack.system import program_locks\n"
        "lock = getattr(program_locks, sys.argv[1])\n"
        "with lock(sys.argv[2], program='a program', timeout=1):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60) if sys.argv[3] != 'error' else 1 / 0\n"
    )
    name = "file_lock" if lock is by_file else "folder_lock"
    command = [sys.executable, "-c", script, name, str(path), end]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as ours:
        assert told(ours) == "held"
        if end != "error":
            ours.send_signal(signal.SIGKILL if end == "kill" else signal.SIGINT)
        ours.wait()
    if lock is by_folder and end == "kill":
        an_age_ago(path)
    elif lock is by_folder:
        assert not path.exists()
    with running(*args(other, path)) as program:
        assert told(program) == "held"


def test_a_folder_that_is_held_for_long_stays_fresh(tmp_path: Path) -> None:
    path = tmp_path / "file.lock"
    with folder_lock(str(path), program="a program", timeout=0, stale=0.2):
        made = path.stat().st_mtime_ns
        eventually(lambda: path.stat().st_mtime_ns > made)
    assert not path.exists()


def test_a_folder_that_was_taken_from_us_is_left_to_its_new_owner(tmp_path: Path) -> None:
    path = tmp_path / "file.lock"
    with ExitStack() as programs:
        with by_folder(path, 0.0):
            an_age_ago(path)  # as after this machine slept
            program = programs.enter_context(running("folder-lock", path, STALE))
            assert told(program) == "held"
        assert finish(program) == "released"


def test_what_is_no_folder_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "file.lock"
    path.write_text("a note")
    an_age_ago(path)
    with pytest.raises(Temporary), by_folder(path, 0.05):
        pytest.fail("it is not ours")
    assert path.read_text() == "a note"


@pytest.mark.parametrize("lock", [by_file, by_folder])
def test_where_no_lock_can_be_made_the_path_and_the_reason_are_told(tmp_path: Path, lock: Lock) -> None:
    (tmp_path / "a file").write_text("")
    path = tmp_path / "a file" / "file.lock"
    with pytest.raises(KeyrackError, match=r"lock .*file\.lock can't be taken: \w+"), lock(path, 0.0):
        pytest.fail("there is no such folder")


@pytest.mark.parametrize("lock", [by_file, by_folder])
def test_a_name_with_a_nul_is_refused_like_any_other_that_can_not_be(tmp_path: Path, lock: Lock) -> None:
    with pytest.raises(KeyrackError, match="the path is not valid"), lock(tmp_path / "a\0b.lock", 0.0):
        pytest.fail("there is no such path")


def test_a_lock_file_is_its_owners_alone_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "locks" / "file.lock"
    with by_file(path, 0.0):
        pass
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def an_age_ago(path: Path) -> None:
    then = time.time() - 3600
    os.utime(path, times=(then, then))


def eventually(happened: Callable[[], bool], limit: float = 20.0) -> None:
    deadline = time.monotonic() + limit
    while not happened():
        assert time.monotonic() < deadline, f"not within {limit:g} s"
        time.sleep(0.01)
