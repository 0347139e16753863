"""Fixtures for all tests: a home folder of their own, and servers that start once."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from support.authserver import AuthServer

# A deadline would be a test of the machine.
settings.register_profile("keyrack", deadline=None)
settings.load_profile("keyrack")

KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TERM", "TMPDIR", "SYSTEMROOT", "KEYRACK_TEST_REQUIRE")
SLOW = 20.0  # seconds


def pytest_configure() -> None:
    """What holds for a worker as a whole.

    A shell's background job and nohup ignore these signals, and a program that a test starts would
    inherit that. One that has a handler here is at its default there.

    Nothing waits for the disk: only after a power cut would there be a difference, and no test makes one.
    """
    for name in ("SIGINT", "SIGQUIT", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            handler = signal.default_int_handler if name == "SIGINT" else lambda number, frame: None
            signal.signal(number, handler)
    setattr(os, "fsync", lambda handle: None)  # noqa: B010


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Of `-n auto`: three more than there are cores, since many tests wait for another process; and none for
    a file or two, which are over before any worker has started."""
    if len(config.args) < 3 and all(arg.partition("::")[0].endswith(".py") for arg in config.args):
        return 0
    affinity = getattr(os, "sched_getaffinity", None)
    return 3 + (len(affinity(0)) if affinity else os.cpu_count() or 1)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays: looking through it for garbage again and again took a third of the time of the
    collection, and a tenth of that of the tests of the screens."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Slow tests come first, spread over the workers: none is left alone with one at the end."""
    for item in items:
        for mark in item.iter_markers("slow"):
            assert mark.args and str(mark.args[0]), f"{item.nodeid}: slow, and why?"
    workers: int = getattr(config, "workerinput", {}).get("workercount", 1)
    slow = [item for item in items if "slow" in item.keywords]
    others = [item for item in items if "slow" not in item.keywords]
    share = -(-len(items) // workers)  # what `--dist worksteal` gives each worker at first, in this order
    spread: list[pytest.Item] = []
    for worker in range(workers):
        first = slow[worker::workers]
        spread += first + others[: max(0, share - len(first))]
        del others[: max(0, share - len(first))]
    items[:] = spread + others


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests tell with record_property("told", …), and those that should be marked as slow."""
    calls = [
        report
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
    ]
    told = [str(text) for report in calls for name, text in report.user_properties if name == "told"]
    told += [
        f"{report.nodeid} took {report.duration:.0f} s, and is not marked as slow"
        for report in calls
        if report.duration > SLOW and "slow" not in report.keywords
    ]
    if told:
        terminalreporter.section("told by tests")
        for text in sorted(told):
            terminalreporter.write_line(text)


@pytest.fixture(scope="session")
def new_homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders that are not there yet. `mktemp` reads the names of all earlier ones for each new one,
    a quarter of the time of the quickest tests."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in count())


@pytest.fixture(autouse=True)
def own_home(new_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home and a bare environment: no test sees the files, the browser or the
    keychain of whoever runs it."""
    home = next(new_homes)
    home.mkdir(mode=0o700)
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
