"""Several processes with one vault: no write is lost, and no reader sees half of one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from keyrack.domain.secret import Secret
from support.vaults import PASSPHRASE, made, vault

WRITES = 25
WRITER = """
import sys
from pathlib import Path
from keyrack.domain.secret import Secret
from support.vaults import PASSPHRASE, vault

folder, name, writes = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store = vault(folder, passphrase=PASSPHRASE)
store.entries()
print("open", flush=True)
sys.stdin.readline()
for number in range(writes):
    store.set(f"{name}-{number}", Secret(name * 100))
    print(number, flush=True)
"""


def start(folder: Path, name: str, writes: int = WRITES) -> subprocess.Popen[str]:
    """A process that has opened the vault and waits for a line to begin."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), name, str(writes)],
        env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def test_two_processes_that_write_at_once_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = made(tmp_path, monkeypatch)
    writers = {name: start(tmp_path, name) for name in ("a", "b")}
    for process in writers.values():
        go(process)
    seen = 0
    while any(process.poll() is None for process in writers.values()):
        now = len(store.entries())  # a reader without a lock, all the while
        assert now >= seen
        seen = now
    for process in writers.values():
        process.communicate()
        assert process.returncode == 0
    assert set(store.entries()) == {f"{name}-{number}" for name in writers for number in range(WRITES)}
    assert store.get("a-0") == Secret("a" * 100)


def test_one_that_is_killed_while_it_writes_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = made(tmp_path, monkeypatch)
    for kill in range(6):
        process = start(tmp_path, f"k{kill}", 10_000)
        go(process)
        assert process.stdout is not None
        written = [int(process.stdout.readline()) for _ in range(3 * kill + 1)]
        process.send_signal(signal.SIGKILL)
        process.communicate()
        store.set("mine", Secret(str(kill)))
        assert store.get("mine") == Secret(str(kill))
        assert {f"k{kill}-{number}" for number in written} <= set(store.entries())
    again = vault(tmp_path, passphrase=PASSPHRASE)
    assert again.entries() == store.entries()
