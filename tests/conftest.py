"""What all tests share: a home of their own, and servers that are started once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.authserver import AuthServer

KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TERM", "TMPDIR", "SYSTEMROOT", "KEYRACK_TEST_REQUIRE")


def pytest_configure() -> None:
    """A shell's background job and nohup ignore these signals, and a program that a test starts would
    inherit that. One that has a handler here is at its default there."""
    for name in ("SIGINT", "SIGQUIT", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            handler = signal.default_int_handler if name == "SIGINT" else lambda number, frame: None
            signal.signal(number, handler)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home and a bare environment: no test sees the files, the browser or the
    keychain of whoever runs it."""
    home = tmp_path_factory.mktemp("home")
    for name in set(os.environ) - set(KEPT):
        if not name.startswith(("PYTEST", "COVERAGE")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    return home


@pytest.fixture(scope="session")
def oidc_server() -> Iterator[AuthServer]:
    """npm's oidc-provider and the MCP server behind it."""
    from support import authserver

    with authserver.oidc() as server:
        yield server


@pytest.fixture(scope="session")
def sdk_server() -> Iterator[AuthServer]:
    """The official Python SDK's authorization server and the MCP server behind it."""
    from support import authserver

    with authserver.sdk() as server:
        yield server
