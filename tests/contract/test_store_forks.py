"""A program that forks after using its credentials, as servers do: parent and child stay independent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.keychain import private_keychain

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")

TESTS = str(Path(__file__).parents[1])

ASKING = """
import collections, os, sys, threading, time
from keyrack.domain.secret import Secret
from keyrack.store.backends.chooser import KeychainBackend

def answers(store, entry, seconds):
    seen, end = collections.Counter(), time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = store.get(entry)
            seen[found.reveal() if found else "nothing"] += 1
        except Exception as error:
            seen[type(error).__name__] += 1
    return " ".join(sorted(seen))

store = KeychainBackend(limit=10)
for number in range(3):
    store.set(f"entry-{number}", Secret(f"secret-{number}"))
threads = [threading.Thread(target=answers, args=(store, "entry-2", 1.5)) for _ in range(2)]
for thread in threads[: int(sys.argv[1])]:
    thread.start()
reads = []
for number in range(2):
    read, write = os.pipe()
    if os.fork() == 0:
        os.write(write, answers(store, f"entry-{number}", 1.5).encode())
        if number:
            os._exit(0)
        sys.exit(0)  # with all that is done at a program's end
    os.close(write)
    reads.append(read)
print(answers(store, "entry-2", 2.5))
for read in reads:
    print(os.read(read, 1000).decode())
    os.wait()
print(store.get("entry-2").reveal())
"""

RENEWING = """
import os, sys, time
from keyrack.domain.model import CredentialKey
from keyrack.store.credential_store import keychain_credential_store
from support.store_fakes import stored_credential, word_of

urls = [f"https://number-{number}.example/mcp" for number in range(3)]
credentials = keychain_credential_store(sys.argv[1], time.time)
for url in urls:
    credentials.save(stored_credential("start", url=url))
for url in urls:
    if os.fork() == 0:
        for number in range(10):
            with credentials.lock(CredentialKey(url)):
                with credentials.renewing(credentials.load(CredentialKey(url))) as save:
                    save(stored_credential(f"new{number}", url=url))
        os._exit(0)
print(*(os.wait()[1] for _ in urls))
print(*(word_of(keychain_credential_store(sys.argv[1], time.time).load(CredentialKey(url))) for url in urls))
"""


def run(script: str, *words: str) -> list[str]:
    """The lines that a program prints beside a keychain of its own."""
    with private_keychain() as keychain:
        done = subprocess.run(
            [sys.executable, "-c", script, *words],
            env=os.environ | keychain | {"PYTHONPATH": TESTS},
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("threads", [0, 2])
def test_a_child_gets_its_own_answers(threads: int) -> None:
    """Also where it was forked while other threads were in the middle of a call."""
    assert run(ASKING, str(threads)) == ["secret-2", "secret-0", "secret-1", "secret-2"]


def test_children_that_renew_lose_nothing(tmp_path: Path) -> None:
    assert run(RENEWING, str(tmp_path)) == ["0 0 0", "new9 new9 new9"]
