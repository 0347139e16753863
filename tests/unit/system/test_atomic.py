"""A file is replaced completely or not at all, readable only by its owner, and flushed to the disk first."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from keyrack.system import atomic
from support.sudden_end import Killed

OLD, NEW = b"old", b"new\r\n"
POSIX = pytest.mark.skipif(os.name != "posix", reason="only POSIX has it")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(OLD)
    return path


@pytest.mark.parametrize("locked", [False, True])
def test_the_new_file_is_its_owners_alone_and_leaves_nothing_beside_it(tmp_path: Path, locked: bool) -> None:
    path = tmp_path / "new" / "folder" / "file"
    for data in (OLD, NEW):
        atomic.replace(str(path), data, locked=locked)
        assert path.read_bytes() == data
    assert os.listdir(path.parent) == ["file"]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@POSIX
def test_the_data_is_on_the_disk_before_its_name_and_the_name_before_the_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []

    def told(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def step(*args: Any) -> Any:
            is_file = name == "fsync" and stat.S_ISREG(os.fstat(args[0]).st_mode)
            steps.append(name if name != "fsync" else f"fsync {'file' if is_file else 'folder'}")
            return real(*args)

        return step

    for name in ("fsync", "replace", "rename", "unlink"):
        monkeypatch.setattr(os, name, told(name))
    atomic.replace(str(path), NEW)
    atomic.rename(str(path), f"{path}.2")
    atomic.create(str(path), NEW)
    atomic.delete(str(path))
    assert steps == [
        *("fsync file", "replace", "fsync folder"),
        *("rename", "fsync folder"),
        *("fsync file", "fsync folder"),
        *("unlink", "fsync folder"),
    ]


@pytest.mark.parametrize("locked", [False, True])
def test_a_kill_at_any_moment_leaves_the_old_file_or_the_new(
    tmp_path: Path, locked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[bytes] = set()
    for at in range(100):
        path = tmp_path / str(at) / "file"
        path.parent.mkdir()
        path.write_bytes(OLD)
        turns = count()

        def dying(real: Any, turns: Any = turns, at: int = at) -> Any:
            def step(*args: Any, **options: Any) -> Any:
                if next(turns) >= at:
                    raise Killed
                result = real(*args, **options)
                if next(turns) >= at:
                    raise Killed
                return result

            return step

        with monkeypatch.context() as patch:
            for name in ("open", "fsync", "replace", "unlink"):
                patch.setattr(os, name, dying(getattr(os, name)))
            try:
                atomic.replace(str(path), NEW, locked=locked)
                finished = True
            except Killed:
                finished = False
        seen.add(path.read_bytes())
        atomic.replace(str(path), b"next", locked=locked)
        assert path.read_bytes() == b"next"
        assert not locked or os.listdir(path.parent) == ["file"]
        if finished:
            break
    assert seen == {OLD, NEW} and at >= 8


@pytest.mark.parametrize("failing", ["open", "fsync", "replace"])
@pytest.mark.parametrize("locked", [False, True])
def test_a_full_disk_leaves_the_old_file_and_no_draft(
    path: Path, locked: bool, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
        patch.setattr(os, failing, full)
        atomic.replace(str(path), NEW, locked=locked)
    assert path.read_bytes() == OLD and os.listdir(path.parent) == ["file"]


def test_a_disk_that_keeps_something_else_is_found_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, pytest.raises(OSError, match="did not keep"):
        patch.setattr(os, "fsync", lambda handle: os.ftruncate(handle, 2))
        atomic.replace(str(path), NEW)
    assert path.read_bytes() == OLD and os.listdir(path.parent) == ["file"]


def test_what_is_raised_at_the_last_moment_changes_nothing(path: Path) -> None:
    def refuse(draft: str) -> None:
        assert Path(draft).read_bytes() == NEW
        raise Killed

    with pytest.raises(Killed):
        atomic.replace(str(path), NEW, before=refuse)
    assert path.read_bytes() == OLD and os.listdir(path.parent) == ["file"]


@POSIX
def test_a_draft_that_a_killed_process_left_is_neither_followed_nor_kept(path: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    os.symlink(outside, f"{path}.new")
    atomic.replace(str(path), NEW, locked=True)
    assert (outside.read_bytes(), path.read_bytes()) == (b"mine", NEW)
    assert not path.is_symlink() and sorted(os.listdir(tmp_path)) == ["file", "outside"]


def test_one_that_exists_is_not_created_over(path: Path) -> None:
    with pytest.raises(FileExistsError):
        atomic.create(str(path), NEW)
    assert path.read_bytes() == OLD


def test_one_that_is_not_there_is_not_deleted(path: Path) -> None:
    assert [atomic.delete(str(path)), atomic.delete(str(path))] == [True, False]


def test_windows_is_asked_again_while_another_process_reads_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, refusals = os.replace, count()

    def busy(*args: Any) -> None:
        if next(refusals) < 3:
            raise PermissionError(13, "Access is denied")
        real(*args)

    monkeypatch.setattr(os, "replace", busy)
    with monkeypatch.context() as patch:
        patch.setattr(atomic, "PAUSE", 0)
        patch.setattr(os, "name", "nt")
        atomic.replace(str(path), NEW)
    assert path.read_bytes() == NEW
