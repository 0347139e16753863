"""The log of events: complete lines from any number of processes, a limited length, and never an error."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyrack.domain.event import Event
from keyrack.store import event_log
from keyrack.store.event_log import EventFiles
from keyrack.system.locks import Locks

HANDED = Event(1.5, "handed-out", "linear", "https://mcp.linear.app/mcp", "work", "", "header", "claude", "")


def files_in(folder: Path) -> EventFiles:
    return EventFiles(str(folder), Locks(str(folder / "locks")))


def test_an_event_is_read_back_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    log = files_in(tmp_path / "new")
    assert log.all() == ()
    log.add(HANDED)
    log.add(HANDED._replace(at=2.0, kind="cleared", note="ä“\n"))
    assert log.all() == (HANDED, HANDED._replace(at=2.0, kind="cleared", note="ä“\n"))
    if os.name == "posix":
        assert stat.S_IMODE(os.stat(log.path).st_mode) == 0o600


WRITER = """
import sys
from keyrack.domain.event import Event
from keyrack.store import event_log
from keyrack.store.event_log import EventFiles
from keyrack.system.locks import Locks
folder, number, count, event_log.LONGEST = sys.argv[1], *map(int, sys.argv[2:])
log = EventFiles(folder, Locks(folder + "/locks"))
sys.stdin.read()
for each in range(count):
    log.add(Event(float(each), "handed-out", f"server-{number}", note="n" * (each % 290)))
"""


def written(folder: Path, processes: int, count: int, longest: int) -> EventFiles:
    """The log after so many processes have added so many events each, all at once."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), str(number), str(count), str(longest)],
            stdin=subprocess.PIPE,
        )
        for number in range(processes)
    ]
    for each in started:
        assert each.stdin is not None
        each.stdin.close()
    assert [each.wait(60) for each in started] == [0] * processes
    return files_in(folder)


def test_no_line_of_many_processes_is_torn_or_lost(tmp_path: Path) -> None:
    log = written(tmp_path, processes=8, count=150, longest=event_log.LONGEST)
    found = {(event.server, event.at) for event in log.all()}
    assert found == {(f"server-{number}", float(each)) for number in range(8) for each in range(150)}
    assert Path(log.path).read_text().count("\n") == 8 * 150


def test_the_log_stays_short_with_many_processes_and_keeps_the_newest(tmp_path: Path) -> None:
    longest, line = 20_000, 700
    log = written(tmp_path, processes=6, count=200, longest=longest)
    for path in (log.path, log.older_path):
        assert os.path.getsize(path) <= 2 * longest + 6 * line
    events = log.all()
    # Every line is whole, and those of each process are its last ones, in order and without a gap.
    assert len(events) == sum(Path(path).read_text().count("\n") for path in (log.older_path, log.path))
    for name in {event.server for event in events}:
        numbers = [event.at for event in events if event.server == name]
        assert numbers == [float(each) for each in range(int(numbers[0]), int(numbers[0]) + len(numbers))]
    assert any(event.at == 199.0 for event in events)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.binary(max_size=80), st.integers(1, 90)), max_size=8))
def test_what_is_foreign_or_cut_off_never_hides_a_whole_line(
    tmp_path: Path, parts: list[bytes | int]
) -> None:
    """A number is a line that a full disk has cut off after so many bytes; bytes are of somebody else."""
    log = files_in(tmp_path)
    Path(log.path).write_bytes(b"")
    count = 0
    for part in parts:
        if isinstance(part, bytes):
            with open(log.path, "ab") as file:
                file.write(b"\n" + part.replace(b'{"at": ', b"") + b"\n")
            continue
        start = os.path.getsize(log.path)
        log.add(HANDED)
        os.truncate(log.path, start + part)
        log.add(HANDED)
        count += 1
    assert log.all() == (HANDED,) * count


@pytest.mark.parametrize(
    "line", ['{"at": 1, "x": ' + "[" * 100_000, f'{{"at": {"9" * 400}, "kind": "login"}}']
)
def test_what_no_parser_can_read_hides_no_other_line(tmp_path: Path, line: str) -> None:
    log = files_in(tmp_path)
    Path(log.path).write_text(f"{line}\n")
    log.add(HANDED)
    assert log.all() == (HANDED,)


def test_a_log_that_can_not_be_written_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    files_in(tmp_path / "file").add(HANDED)  # the folder is a file
    log = files_in(tmp_path)
    os.mkdir(log.path)
    log.add(HANDED)
    os.rmdir(log.path)
    monkeypatch.setattr(os, "write", lambda fd, data: (_ for _ in ()).throw(OSError(28, "No space left")))
    log.add(HANDED)
    monkeypatch.undo()
    assert log.all() == ()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such files")
def test_a_pipe_or_a_link_in_its_place_is_neither_waited_for_nor_followed(tmp_path: Path) -> None:
    log = files_in(tmp_path)
    os.mkfifo(log.path)
    log.add(HANDED)
    assert log.all() == ()
    os.unlink(log.path)
    (tmp_path / "other").write_text("mine")
    os.symlink(tmp_path / "other", log.path)
    log.add(HANDED)
    assert (tmp_path / "other").read_text() == "mine"


def test_a_log_that_can_not_be_replaced_does_not_grow_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = files_in(tmp_path)
    monkeypatch.setattr(event_log, "LONGEST", 1000)
    monkeypatch.setattr(os, "replace", lambda old, new: (_ for _ in ()).throw(OSError(13, "Not permitted")))
    for _ in range(50):
        log.add(HANDED)
    assert 2000 < os.path.getsize(log.path) < 2400


def test_long_values_are_cut(tmp_path: Path) -> None:
    log = files_in(tmp_path)
    log.add(HANDED._replace(server="s" * 5000, url="u" * 5000, program="p" * 5000, note="n" * 5000))
    assert os.path.getsize(log.path) < 1500


def test_fields_and_kinds_of_a_newer_keyrack_are_accepted(tmp_path: Path) -> None:
    log = files_in(tmp_path)
    Path(log.path).write_text('{"at": 1, "kind": "lent", "server": "s", "to": {"x": 1}}\n{"at": "1"}\n[1]\n')
    assert log.all() == (Event(1.0, "lent", "s"),)


def test_its_stamp_changes_with_each_event(tmp_path: Path) -> None:
    log = files_in(tmp_path / "new")
    stamps = [log.stamp()]
    for _ in range(2):
        log.add(HANDED)
        stamps += [log.stamp()]
    assert len(set(stamps)) == 3
    assert log.stamp() == stamps[-1]
