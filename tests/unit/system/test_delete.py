"""Another program's file is deleted only if it is still what was read."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from keyrack.domain.errors import FileChanged
from keyrack.system import writing


@pytest.mark.parametrize("links", [True, False])
def test_what_is_at_the_path_instead_is_not_deleted(
    tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*names: str) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    if not links:
        monkeypatch.setattr(os, "link", cannot)
    for make in (Path.mkdir, os.mkfifo, lambda path: path.write_text("newer")):
        path = tmp_path / "tokens.json"
        make(path)
        before = path.stat().st_ino
        with pytest.raises(FileChanged):
            writing.delete(str(path), b"old")
        assert path.stat().st_ino == before and os.listdir(tmp_path) == ["tokens.json"]
        path.rmdir() if path.is_dir() else path.unlink()
