"""Another program's file is replaced in one step or not at all, after a backup."""

from __future__ import annotations

import os
import stat
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from keyrack.domain.change import Edit
from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Source
from keyrack.domain.rewrite import Rewrite
from keyrack.domain.secret import Secret
from keyrack.sources.rewriting import rewrite
from keyrack.system import swapping
from support.sudden_end import Killed, dying

OLD, NEW = b"the old text, with the secret\r\n", b"the new text\r\n"
EFFECTS = ("open", "fsync", "chmod", "chown", "replace", "unlink", "stat")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "mcp.json"
    path.write_bytes(OLD)
    return path


def change(path: Path) -> Rewrite:
    return Rewrite(Source("Cursor", str(path), "a"), (), (), Secret(OLD.decode()), Secret(NEW.decode()))


def unkept(edit: Edit) -> None:
    """No backup."""


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has these permissions")
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664])
def test_permissions_stay_and_the_edit_is_kept_before_it_is_made(path: Path, mode: int) -> None:
    path.chmod(mode)
    kept: list[tuple[Edit, bytes]] = []
    rewrite.apply(change(path), lambda edit: kept.append((edit, path.read_bytes())))
    [(edit, then)] = kept
    assert (edit.old, edit.new, then) == (Secret(OLD.decode()), Secret(NEW.decode()), OLD)
    assert path.read_bytes() == NEW and stat.S_IMODE(path.stat().st_mode) == mode
    assert os.listdir(path.parent) == ["mcp.json"]


def test_without_a_backup_the_file_stays(path: Path) -> None:
    def refuse(edit: Edit) -> None:
        raise KeyrackError("There is no place for it.")

    with pytest.raises(KeyrackError, match="no place"):
        rewrite.apply(change(path), refuse)
    assert path.read_bytes() == OLD


def test_a_link_stays_a_link(path: Path) -> None:
    link = path.parent / "home" / "mcp.json"
    link.parent.mkdir()
    link.symlink_to(path)
    rewrite.apply(change(link), unkept)
    assert link.is_symlink() and path.read_bytes() == NEW


@pytest.mark.parametrize("meanwhile", ["changed", "gone", "folder"])
def test_a_file_that_another_program_changed_meanwhile_stays(path: Path, meanwhile: str) -> None:
    def busy(edit: Edit) -> None:
        path.unlink()
        if meanwhile == "changed":
            path.write_bytes(b"another text")
        elif meanwhile == "folder":
            path.mkdir()

    with pytest.raises(KeyrackError):
        rewrite.apply(change(path), busy)
    assert [path.exists(), path.is_dir()] == [meanwhile != "gone", meanwhile == "folder"]
    if meanwhile == "changed":
        assert path.read_bytes() == b"another text"
    assert os.listdir(path.parent) == (["mcp.json"] if meanwhile != "gone" else [])


@pytest.mark.parametrize("failing", ["open", "fsync", "swap"])
def test_a_disk_that_is_full_leaves_the_file(
    path: Path, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = count()
    where: Any = swapping if failing == "swap" else os
    real = getattr(where, failing)

    def fail(*args: Any, **options: Any) -> Any:
        writes = failing != "open" or args[1] & os.O_CREAT
        if writes and next(turns) >= 0:
            raise OSError(28, "No space left on device")
        return real(*args, **options)

    monkeypatch.setattr(where, failing, fail)
    with pytest.raises(KeyrackError, match="No space left"):
        rewrite.apply(change(path), unkept)
    monkeypatch.undo()
    assert path.read_bytes() == OLD
    assert os.listdir(path.parent) == ["mcp.json"]


def test_a_file_that_may_not_be_written_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may write everything, so the file's own mode proves nothing here.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(KeyrackError, match="Permission denied"):
        rewrite.apply(change(path), unkept)
    assert path.read_bytes() == OLD


def test_a_kill_at_any_moment_leaves_the_old_file_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[bytes] = set()
    for at in range(200):
        folder = tmp_path / str(at)
        folder.mkdir()
        path = folder / "mcp.json"
        path.write_bytes(OLD)
        with monkeypatch.context() as patch:
            dying(patch, at, *EFFECTS)
            try:
                rewrite.apply(change(path), unkept)
                finished = True
            except Killed:
                finished = False
        seen.add(path.read_bytes())
        assert path.read_bytes() in (OLD, NEW)
        if finished:
            break
    else:
        pytest.fail("it never came to an end")
    assert seen == {OLD, NEW} and at > 4
