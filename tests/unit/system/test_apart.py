"""A command in a process of its own: waited for, left running, and started once."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.system.apart import keyrack_command, run_apart
from keyrack.system.locks import Locks

ENDS = 20.0  # seconds, far more than it takes


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_its_end_is_waited_for(tmp_path: Path) -> None:
    done = tmp_path / "done"
    assert run_apart(python(f"open({str(done)!r}, 'w')"), Locks(str(tmp_path)), "a", ENDS)
    assert done.exists()


def test_it_continues_without_us_and_holds_none_of_our_streams(tmp_path: Path) -> None:
    go, done = tmp_path / "go", tmp_path / "done"
    os.mkfifo(go)
    code = f"import os; open({str(go)!r}).read(); os.rename({str(go)!r}, {str(done)!r})"
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    assert not run_apart(python(code), Locks(str(tmp_path)), "a", 0.0)
    os.close(writer)
    assert os.read(reader, 1) == b""  # the end of the pipe, while the process runs
    os.close(reader)
    go.write_text("")
    deadline = time.monotonic() + ENDS
    while not done.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert done.exists()


class Tried(Locks):
    """Locks that tell when somebody has tried to take one."""

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.tried = threading.Event()

    @contextmanager
    def hold(self, name: str, *, timeout: float) -> Generator[None]:
        if timeout:
            self.tried.set()
        with super().hold(name, timeout=timeout):
            yield


def test_while_one_runs_its_end_is_waited_for_and_no_other_is_started(tmp_path: Path) -> None:
    log, locks, ended = tmp_path / "log", Tried(str(tmp_path)), list[bool]()
    command = python(f"open({str(log)!r}, 'w')")
    other = threading.Thread(target=lambda: ended.append(run_apart(command, locks, "a", ENDS)))
    with Locks(str(tmp_path)).hold("a", timeout=0):
        other.start()
        assert locks.tried.wait(ENDS)
    other.join()
    assert ended == [True]
    assert not log.exists()


def test_waiting_for_another_has_its_limit_too(tmp_path: Path) -> None:
    with Locks(str(tmp_path)).hold("a", timeout=0):
        assert not run_apart(python(""), Locks(str(tmp_path)), "a", 0.05)


def test_a_command_that_cannot_be_started_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyrackError, match="can't be started"):
        run_apart([str(tmp_path / "none")], Locks(str(tmp_path)), "a", ENDS)


def test_the_current_folder_is_no_place_to_import_keyrack_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "keyrack").mkdir()
    (tmp_path / "keyrack" / "__main__.py").write_text("open('taken', 'w')")
    monkeypatch.chdir(tmp_path)
    assert run_apart(keyrack_command(["--version"]), Locks(str(tmp_path / "locks")), "a", ENDS)
    assert not (tmp_path / "taken").exists()
