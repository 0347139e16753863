"""How fast credentials are refreshed, beside POSTs by httpx alone to the same endpoint."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from timing import medians

from keyrack.domain.model import (
    CredentialInfo,
    Endpoints,
    Registration,
    Server,
    Source,
    StoredCredential,
    TokenSet,
)
from keyrack.domain.secret import Secret
from keyrack.operations.tokens.refresh import refresh
from keyrack.store.backends.chooser import KeychainBackend
from keyrack.store.credential_store import (
    BackendCredentialStore,
    keychain_credential_store,
    memory_credential_store,
)
from keyrack.system.batch import Batch
from keyrack.system.paths import data_dir
from keyrack.wiring import adapters

Tell = Callable[[str, float, float, float | None], None]
MANY = 200  # credentials that are all due
BLOCK = 10  # refreshes per measurement
FORM = {"grant_type": "refresh_token", "refresh_token": "x" * 32, "client_id": "bench"}


@contextmanager
def issuer() -> Iterator[str]:
    """The address of a stand-in that runs in a process of its own."""
    script = str(Path(__file__).with_name("issuer.py"))
    process = subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.kill()


def stored_credential(base: str, number: int) -> StoredCredential:
    """A credential that is due."""
    url, now = f"{base}/mcp/{number}", time.time()
    facts = CredentialInfo(
        "oauth", base, "bench", "dynamic", obtained_at=now, expires_at=now, refreshable=True
    )
    tokens = TokenSet(Secret("x" * 32), Secret("y" * 32), expires_at=now)
    registration = Registration(base, "bench", "dynamic")
    return StoredCredential(url, "default", facts, tokens, registration, Endpoints(f"{base}/token"))


def bare(base: str, count: int) -> Callable[[], float]:
    """Seconds for so many POSTs, one after the other over one kept connection."""
    client = httpx.Client(trust_env=False)

    def measure() -> float:
        start = time.perf_counter()
        for _ in range(count):
            client.post(f"{base}/token", data=FORM).raise_for_status()
        return time.perf_counter() - start

    return measure


def server(base: str, number: int) -> Server:
    return Server(
        f"server-{number:03}", f"{base}/mcp/{number}", sources=(Source("keyrack", "config.toml", "x"),)
    )


def one_by_one(base: str, credentials: BackendCredentialStore) -> Callable[[], float]:
    """Seconds for a block of refreshes of one credential."""
    credentials.save(stored_credential(base, 0))
    world = adapters(credentials=credentials)

    def measure() -> float:
        start = time.perf_counter()
        for _ in range(BLOCK):
            refresh(world, server(base, 0))
        return time.perf_counter() - start

    return measure


def side_by_side(base: str, credentials: BackendCredentialStore) -> Callable[[], float]:
    """Seconds for many credentials, as `keyrack refresh` and the screen do it."""
    for number in range(MANY):
        credentials.save(stored_credential(base, number))
    world = adapters(credentials=credentials)

    def measure() -> float:
        outcomes: list[Any] = []
        ended = threading.Event()
        start = time.perf_counter()
        Batch(
            range(MANY),
            lambda number: refresh(world, server(base, number)),
            lambda number, outcome: outcomes.append(outcome),
            ended.set,
        )
        ended.wait()
        assert all(isinstance(outcome, CredentialInfo) for outcome in outcomes)
        return time.perf_counter() - start

    return measure


def in_memory(tell: Tell, runs: int) -> None:
    with issuer() as base:
        one, floor = medians(
            one_by_one(base, memory_credential_store(time.time)), bare(base, BLOCK), runs=runs
        )
        tell("a refresh in memory / a bare POST on a kept connection", one / BLOCK, floor / BLOCK, None)
        many, floor = medians(
            side_by_side(base, memory_credential_store(time.time)), bare(base, MANY), runs=runs
        )
        tell(f"{MANY} refreshes in memory, side by side / {MANY} bare POSTs, one by one", many, floor, None)


def on_keychain(tell: Tell, runs: int) -> None:
    """On the keychain to which this process's environment leads; in its home nothing may be kept."""
    credentials = keychain_credential_store(data_dir(os.environ, sys.platform), time.time)
    with issuer() as base:
        one, floor = medians(one_by_one(base, credentials), bare(base, BLOCK), runs=runs)
        tell("a refresh on the Secret Service / a bare POST", one / BLOCK, floor / BLOCK, None)
        window, write = _window(one_by_one(base, credentials))
        tell("a refresh on the Secret Service / one write of it", one / BLOCK, write, None)
        what = "from the issuer's answer until the Secret Service has it / one write of it"
        tell(what, window, write, None)
        # Once, for a keychain is slow where it holds so much.
        many, floor = side_by_side(base, credentials)(), bare(base, MANY)()
        tell(f"{MANY} refreshes on the Secret Service, side by side / {MANY} bare POSTs", many, floor, None)


def _window(measure: Callable[[], float]) -> tuple[float, float]:
    """Seconds from the reply's last byte to the new tokens in the keychain; seconds of the write in it.

    A process that dies in between loses the grant, and the write is what it can't do without.
    """
    from keyrack.net import exchange

    read, store = exchange.read_body, KeychainBackend.set
    windows: list[float] = []
    writes: list[float] = []
    replied: list[float] = []

    def heard(*args: Any) -> Any:
        body = read(*args)
        replied[:] = [time.perf_counter()]
        return body

    def stored(self: KeychainBackend, entry: str, secret: Secret) -> None:
        start = time.perf_counter()
        store(self, entry, secret)
        if replied:  # the first write after the reply
            windows.append(time.perf_counter() - replied.pop())
            writes.append(time.perf_counter() - start)

    exchange.read_body, KeychainBackend.set = heard, stored  # type: ignore[method-assign]
    try:
        measure()
    finally:
        exchange.read_body, KeychainBackend.set = read, store  # type: ignore[method-assign]
    return statistics.median(windows), statistics.median(writes)
