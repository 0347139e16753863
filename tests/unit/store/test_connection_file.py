"""The record of the entries that keyrack wrote into other programs' files."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.store.connections import ConnectionFile
from keyrack.system.locks import Locks


@pytest.mark.parametrize("text", ["", "[]", "{", '{"connections": ' + "[" * 100_000])
def test_a_damaged_file_is_named_with_what_helps(tmp_path: Path, text: str) -> None:
    path = tmp_path / "connections.json"
    path.write_text(text)
    with pytest.raises(KeyrackError) as caught:
        ConnectionFile(str(path), Locks(str(tmp_path / "locks"))).all()
    assert str(path) in str(caught.value) and f"rm {path}" in caught.value.hint
