from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from keyrack.domain import digests

TEXT = b"https://server.example/mcp"


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    digests._first.cache_clear()
    yield
    digests._first.cache_clear()


def are_right() -> bool:
    return (digests.sha256_hex(TEXT), digests.md5_hex(TEXT)) == (
        hashlib.sha256(TEXT).hexdigest(),
        hashlib.md5(TEXT).hexdigest(),
    )


def test_digests_are_those_of_hashlib() -> None:
    assert are_right()


def test_a_python_without_its_own_implementations_has_hashlib_s(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def only_hashlib(name: str) -> Any:
        asked.append(name)
        if name.startswith("_"):
            raise ImportError(name)
        return import_module(name)

    monkeypatch.setattr(digests, "import_module", only_hashlib)
    assert are_right()
    assert asked == ["_sha2", "_sha256", "hashlib", "_md5", "hashlib"]
