"""Runs keyrack with a real keychain and a real issuer in processes that a test can kill."""

from __future__ import annotations

import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from keyrack.domain.errors import DamagedData
from keyrack.domain.model import CredentialKey, Server, StoredCredential
from keyrack.operations.login.login import login
from keyrack.store.backends.chooser import KeychainBackend
from keyrack.store.credential_store import BackendCredentialStore, keychain_credential_store
from keyrack.store.records.naming import SLOTS, record_id
from keyrack.store.transaction.slots import Slots
from keyrack.system.paths import data_dir
from keyrack.wiring import adapters
from support.authserver import AuthServer, Count
from support.keychain import private_keychain
from support.killable import Answer
from support.signing_in import Person

PATIENCE = 60.0  # seconds for a process to answer or to end
NURSERY = "import sys; from support.killable import serve; serve(int(sys.argv[1]))"


class Place:
    """A home with a keychain, and an MCP server that one can log in to."""

    def __init__(self, authority: AuthServer, env: dict[str, str], nursery: socket.socket) -> None:
        self.authority = authority
        self.env = env  # leads a keyrack there
        self._nursery = nursery
        # One connection for what the test itself does: gnome-keyring 42 does not live through thousands.
        self._store = KeychainBackend()
        self._credentials = self.credentials()

    @property
    def server(self) -> Server:
        return self.authority.server

    @property
    def url(self) -> str:
        return self.authority.mcp_url

    def beside(self, name: str) -> Place:
        """Another data folder on the same keychain."""
        folder = Path(self.env["HOME"]) / name
        return Place(self.authority, {**self.env, "XDG_DATA_HOME": str(folder)}, self._nursery)

    def credentials(self) -> BackendCredentialStore:
        """A new one, as the next process would have it."""
        return keychain_credential_store(data_dir(self.env, sys.platform), time.time)

    def log_in(self) -> None:
        """Store a new grant."""
        person = Person()
        login(adapters(credentials=self._credentials, browse=person), self.server)
        person.leave()

    def stored(self) -> StoredCredential:
        stored_credential = self._credentials.load(CredentialKey.of(self.url))
        assert stored_credential is not None, "nothing is stored"
        return stored_credential

    def expire(self, seconds_left: float = -60) -> StoredCredential:
        """Let the stored access token run out then: a minute ago, unless told otherwise."""
        stored_credential, end = self.stored(), time.time() + seconds_left
        facts = stored_credential.credential._replace(expires_at=end)
        self._credentials.save(
            stored_credential._replace(
                credential=facts, tokens=stored_credential.tokens._replace(expires_at=end)
            )
        )
        return self.stored()

    def lives(self, stored_credential: StoredCredential) -> bool:
        """Does the issuer still renew this grant?"""
        assert stored_credential.tokens.refresh_token
        return self.authority.active(stored_credential.tokens.refresh_token.reveal())

    def in_keychain(self) -> tuple[StoredCredential, ...]:
        """What the credential's entries hold, whatever the record says; damaged ones left out."""
        slots, ident = Slots(self._store), record_id(CredentialKey.of(self.url))
        found = []
        for slot in SLOTS:
            try:
                payload = slots.read(ident, slot)
            except DamagedData:
                continue
            if payload is not None:
                found.append(payload.stored_credential)
        return tuple(found)

    def entries(self) -> set[str]:
        """The names of the keychain's entries."""
        return set(self._store.entries() or ())

    def start(self, work: Callable[..., None], *args: Any) -> Process:
        """A process that does this work of `support.killable`, once it is told to."""
        ours, theirs = socket.socketpair()
        with theirs:
            request = pickle.dumps((self.env, work, (self.server, *args)))
            socket.send_fds(self._nursery, [request], [theirs.fileno()])
            return Process(int(self._nursery.recv(64)), ours)


class Process:
    """A process that may be killed. It ends with this one."""

    def __init__(self, pid: int, pipe: socket.socket) -> None:
        self._handle = os.pidfd_open(pid)  # never another process, as a number might be one day
        self._pipe = Connection(pipe.detach())

    def tell(self) -> None:
        """Let it begin, or go on."""
        self._pipe.send(None)

    def hear(self) -> Any:
        """What it says next. Raises EOFError when it has died."""
        assert self._pipe.poll(PATIENCE), "the process says nothing"
        return self._pipe.recv()

    def stop(self) -> None:
        """Freeze it where it stands; its locks stay held."""
        self._signal(signal.SIGSTOP)

    def kill(self) -> list[Any]:
        """End it at once, and wait until the system has taken its locks back; what it had still said."""
        self._signal(signal.SIGKILL)
        return self.end()

    def end(self) -> list[Any]:
        """Wait for its end; what it had still said."""
        assert select.select([self._handle], [], [], PATIENCE)[0], "the process does not end"
        os.close(self._handle)
        said: list[Any] = []
        with self._pipe, suppress(EOFError, ConnectionResetError):
            while True:
                said.append(self._pipe.recv())
        return said

    def _signal(self, number: int) -> None:
        try:
            signal.pidfd_send_signal(self._handle, number)
        except ProcessLookupError:
            pass


def since(place: Place, before: Count) -> Count:
    """What came to the token endpoint meanwhile."""
    return Count(*(now - then for now, then in zip(place.authority.count(), before, strict=True)))


def all_have_one_token(place: Place, given: list[Answer]) -> bool:
    """And the server takes it."""
    assert [answer.words for answer in given if answer.code] == []
    [token] = {answer.token for answer in given}
    return place.authority.accepts(token)


@contextmanager
def place(authority: AuthServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A keychain of its own for `home`, which keyrack in this process uses too."""
    with ExitStack() as stack:
        keychain = stack.enter_context(private_keychain())
        for name, value in keychain.items():
            monkeypatch.setenv(name, value)
        env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(home), **keychain}
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        stack.enter_context(ours)
        nursery = subprocess.Popen(
            [sys.executable, "-c", NURSERY, str(theirs.fileno())],
            env={**env, "PYTHONPATH": str(Path(__file__).parents[1])},
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        stack.callback(nursery.wait)
        stack.callback(nursery.kill)
        yield Place(authority, env, ours)
