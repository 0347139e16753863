"""An edit of another program's file loses none of what that program writes at the same time."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from keyrack.domain.errors import FileChanged, KeyrackError, Temporary
from keyrack.system import files, swapping, writing
from support.other_program import finish, running, told
from support.sudden_end import Killed, dying

OLD = b'{"other": 0}'
ROUNDS = 200
SWAPS = pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="only these can swap two files")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(OLD)
    return path


@pytest.fixture(params=["swapped", "renamed"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the system can swap two files, and as where it can't."""
    if request.param == "renamed":
        monkeypatch.setattr(swapping, "swap", lambda *_: False)


def setting(key: str, value: int) -> Callable[[bytes], bytes]:
    return lambda data: json.dumps(json.loads(data) | {key: value}).encode()


def as_the_other_does(path: Path, content: bytes) -> None:
    draft = path.with_name("others-draft")
    draft.write_bytes(content)
    os.replace(draft, path)


def test_the_file_holds_what_the_change_made_of_it(path: Path, either_way: None) -> None:
    assert writing.edit(str(path), setting("ours", 1)) == path.read_bytes() == b'{"other": 0, "ours": 1}'
    assert os.listdir(path.parent) == ["file"]


def test_without_a_change_nothing_is_written(path: Path) -> None:
    before = path.stat()
    assert writing.edit(str(path), setting("other", 0)) == OLD
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has these permissions")
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664])
def test_mode_and_link_stay(path: Path, mode: int, either_way: None) -> None:
    path.chmod(mode)
    link = path.parent / "home" / "link"
    link.parent.mkdir()
    link.symlink_to(path)
    writing.edit(str(link), setting("ours", 1))
    assert link.is_symlink() and not path.is_symlink() and b"ours" in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert os.listdir(link.parent) == ["link"]


@pytest.mark.parametrize("at", ["before the look", "before the swap"])
@SWAPS
def test_what_the_other_puts_there_at_the_last_moment_is_kept_and_changed(
    path: Path, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "holds" if at == "before the look" else "swap"
    real, turns = getattr(swapping, name), count()

    def late(*args: Any) -> Any:
        if next(turns) == 0:
            as_the_other_does(path, b'{"other": 1}')
        return real(*args)

    monkeypatch.setattr(swapping, name, late)
    writing.edit(str(path), setting("ours", 1))
    assert json.loads(path.read_bytes()) == {"other": 1, "ours": 1}
    assert os.listdir(path.parent) == ["file"]


@SWAPS
def test_of_several_that_come_while_it_is_given_back_the_last_one_stays(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, turns = swapping.swap, count(1)

    def late(*args: str) -> bool:
        number = next(turns)
        if number <= 4:
            as_the_other_does(path, b'{"other": %d}' % number)
        return real(*args)

    monkeypatch.setattr(swapping, "swap", late)
    with pytest.raises(FileChanged):
        writing.replace(str(path), OLD, b"ours")
    assert path.read_bytes() == b'{"other": 4}' and os.listdir(path.parent) == ["file"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has leases")
def test_who_opens_the_file_before_it_is_given_back_reads_what_is_given_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_swap, real_holds = swapping.swap, swapping.holds
    theirs = b'{"other": 1}'
    readers: list[subprocess.Popen[bytes]] = []
    read: list[bytes] = []
    ours = threading.Thread(target=lambda: read.append(files.read_bytes(str(path))))

    def late_swap(*args: str) -> bool:
        if not readers:
            as_the_other_does(path, theirs)
        return real_swap(*args)

    def watched_look(at: str, data: bytes) -> bool:
        if at != str(path) and not readers:
            readers.append(subprocess.Popen(["cat", path], stdout=subprocess.PIPE))
            ours.start()
            waits_for(path)
        return real_holds(at, data)

    monkeypatch.setattr(swapping, "swap", late_swap)
    monkeypatch.setattr(swapping, "holds", watched_look)
    with pytest.raises(FileChanged):
        writing.replace(str(path), OLD, b'{"ours": "which is longer than what the other wrote"}')
    ours.join()
    assert [readers[0].communicate()[0], *read, path.read_bytes()] == [theirs] * 3


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has leases")
def test_who_opens_an_older_file_while_a_newer_one_is_given_back_reads_the_newer(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that was displaced goes back while the program puts a newer one in place of ours."""
    real, turns = swapping.swap, count(1)
    readers: list[subprocess.Popen[bytes]] = []

    def late(*args: str) -> bool:
        number = next(turns)
        if number <= 2:
            as_the_other_does(path, b'{"other": "%s"}' % (b"old, and long" if number == 1 else b"new"))
        result = real(*args)
        if number == 2:
            readers.append(subprocess.Popen(["cat", path], stdout=subprocess.PIPE))
            waits_for(path)
        return result

    monkeypatch.setattr(swapping, "swap", late)
    with pytest.raises(FileChanged):
        writing.replace(str(path), OLD, b"ours")
    assert readers[0].communicate()[0] == path.read_bytes() == b'{"other": "new"}'
    assert os.listdir(path.parent) == ["file"]


@SWAPS
def test_a_file_that_also_has_another_name_keeps_its_content_there(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as a copy that the program keeps of what it wrote before."""
    real, turns = swapping.swap, count(1)

    def late(*args: str) -> bool:
        number = next(turns)
        if number <= 2:
            as_the_other_does(path, b'{"other": %d}' % number)
            if number == 1:
                os.link(path, path.with_name("kept"))
        return real(*args)

    monkeypatch.setattr(swapping, "swap", late)
    with pytest.raises(FileChanged):
        writing.replace(str(path), OLD, b"ours")
    assert path.read_bytes() == b'{"other": 2}' and path.with_name("kept").read_bytes() == b'{"other": 1}'


@SWAPS
def test_an_interrupted_look_at_what_was_there_gives_it_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = swapping.holds

    def interrupted(at: str, data: bytes) -> bool:
        if at != str(path):
            raise KeyboardInterrupt
        return real(at, data)

    monkeypatch.setattr(swapping, "holds", interrupted)
    with pytest.raises(KeyboardInterrupt):
        writing.edit(str(path), setting("ours", 1))
    assert path.read_bytes() == OLD and os.listdir(path.parent) == ["file"]


@SWAPS
def test_a_file_that_is_deleted_at_the_last_moment_is_not_made_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = swapping.swap

    def late(*args: str) -> bool:
        path.unlink(missing_ok=True)
        return real(*args)

    monkeypatch.setattr(swapping, "swap", late)
    with pytest.raises(KeyrackError, match="does not exist any more"):
        writing.edit(str(path), setting("ours", 1))
    assert os.listdir(path.parent) == []


def test_a_file_that_never_rests_is_told_and_left_to_the_other(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, turns = swapping.holds, count(1)

    def late(*args: Any) -> bool:
        as_the_other_does(path, b'{"other": %d}' % next(turns))
        return real(*args)

    monkeypatch.setattr(swapping, "holds", late)
    with pytest.raises(Temporary, match=r"file is being changed by another program all the time"):
        writing.edit(str(path), setting("ours", 1), tries=3)
    assert path.read_bytes() == b'{"other": 3}' and os.listdir(path.parent) == ["file"]


def test_a_change_that_the_other_undid_is_made_again_after_a_moment(
    path: Path, monkeypatch: pytest.MonkeyPatch, either_way: None
) -> None:
    undone = [b'{"other": 1}', b'{"other": 2}']
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if seconds == 0.25 and undone:
            as_the_other_does(path, undone.pop(0))

    monkeypatch.setattr(time, "sleep", sleep)
    written = writing.edit(str(path), setting("ours", 1), settle=0.25)
    assert json.loads(written) == {"other": 2, "ours": 1} and written == path.read_bytes()
    assert pauses.count(0.25) == 3


def test_what_the_change_refuses_stays_as_it_is(path: Path) -> None:
    def refuse(data: bytes) -> bytes:
        raise KeyrackError("There is no such row any more.")

    with pytest.raises(KeyrackError, match="no such row"):
        writing.edit(str(path), refuse)
    assert path.read_bytes() == OLD and os.listdir(path.parent) == ["file"]


@pytest.mark.parametrize("kind", ["nothing", "a folder"])
def test_what_is_no_file_is_an_error(tmp_path: Path, kind: str) -> None:
    if kind == "a folder":
        (tmp_path / "file").mkdir()
    with pytest.raises(KeyrackError, match=r"file(:| does not exist)"):
        writing.edit(str(tmp_path / "file"), setting("ours", 1))


def test_a_kill_at_any_moment_leaves_a_whole_file_and_the_next_edit_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, either_way: None
) -> None:
    seen: set[bytes] = set()
    new = setting("ours", 1)(OLD)
    for at in count():
        path = tmp_path / str(at) / "file"
        path.parent.mkdir()
        path.write_bytes(OLD)
        with monkeypatch.context() as patch:
            dying(patch, at, "open", "fsync", "chmod", "replace", "unlink")
            try:
                writing.edit(str(path), setting("ours", 1))
                finished = True
            except Killed:
                finished = False
        seen.add(path.read_bytes())
        left = [each for each in path.parent.iterdir() if each != path]
        assert len(left) <= 1
        with monkeypatch.context() as patch:
            writing.edit(str(path), setting("ours", 2))
            assert [each for each in path.parent.iterdir() if each != path] == left, "another may still write"
            patch.setattr(writing, "ABANDONED", -1.0)
            writing.edit(str(path), setting("ours", 3))
        assert os.listdir(path.parent) == ["file"]
        if finished:
            break
    assert seen == {OLD, new} and at > 8


def test_only_our_own_drafts_are_removed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "ABANDONED", -1.0)
    names = {"file.0123abcd.tmp", "file.tmp.12.3", "file.bak", "another.keyrack-0123abcd.tmp"}
    for name in names:
        (path.parent / name).write_bytes(b"")
    writing.edit(str(path), setting("ours", 1))
    assert set(os.listdir(path.parent)) == names | {"file"}


@SWAPS
def test_of_two_writers_at_once_we_lose_nothing_of_the_other(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, turns = swapping.holds, count(1)
    conflicts: list[str] = []

    def long_look(at: str, data: bytes) -> bool:
        """Leaves the other the time to rename between our look at the file and our swap."""
        result = real(at, data)
        if at == str(path) and next(turns) % 2:
            time.sleep(0.003)
        if at != str(path) and not result:
            conflicts.append(at)
        return result

    monkeypatch.setattr(swapping, "holds", long_look)
    number = 0
    with running("writer", path) as other:
        assert told(other) == "begun"
        for number in count(1):
            written = json.loads(writing.edit(str(path), setting("ours", number), tries=1000, settle=0.005))
            assert written["ours"] == number
            if written["other"] >= ROUNDS and conflicts:
                break
        result = finish(other)
    writing.edit(str(path), setting("ours", number))
    rounds = json.loads(path.read_bytes())["other"]
    assert json.loads(path.read_bytes()) == {"other": rounds, "ours": number}
    assert result == f"wrote {rounds}, lost 0"
    assert os.listdir(path.parent) == ["file"]


def waits_for(path: Path, limit: float = 20.0) -> None:
    """Until somebody waits for the end of the lease on this file."""
    lease, deadline = f":{path.stat().st_ino} ", time.monotonic() + limit
    while not any(
        "BREAKING" in each and lease in each for each in Path("/proc/locks").read_text().splitlines()
    ):
        assert time.monotonic() < deadline, f"nobody waits, after {limit:g} s"
        time.sleep(0.005)
