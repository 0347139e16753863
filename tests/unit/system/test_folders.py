"""Folders that keyrack creates are their owner's, whatever the umask says."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from keyrack.system import atomic, folders
from keyrack.system.locks import Locks


@pytest.mark.skipif(sys.platform == "win32", reason="no modes")
def test_no_folder_that_is_created_can_be_written_by_others(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        atomic.replace(str(tmp_path / "a" / "keyrack" / "records" / "x.json"), b"{}")
        with Locks(str(tmp_path / "b" / "keyrack" / "locks")).hold("x", timeout=1):
            pass
    finally:
        os.umask(before)
    made = [each for each in tmp_path.rglob("*") if each.is_dir()]
    assert len(made) == 6 and all(each.stat().st_mode & 0o777 == 0o700 for each in made)


def test_a_folder_that_is_there_stays_as_it_is_and_a_file_is_no_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    folders.make(str(tmp_path))
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError):
        folders.make(str(tmp_path / "file"))
    with pytest.raises(OSError):
        folders.make(str(tmp_path / "file" / "x"))
