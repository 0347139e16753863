"""Processes that a test can kill, and the process that forks them.

Forked, because a Python that starts takes longer than the work in which it is to be killed.
"""

from __future__ import annotations

import importlib
import os
import pickle
import signal
import socket
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import CredentialKey, Server
from keyrack.domain.secret import Secret
from keyrack.operations.clearing.clear import clear
from keyrack.operations.login.login import login
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.refresh import refresh
from keyrack.operations.tokens.set_token import MAIN, Typed, set_token
from keyrack.wiring import adapters
from support.signing_in import Person

# What the operations import when they need it.
WARM = ("keyring.backends.SecretService", "keyrack.net.callback", "keyrack.net.http_client",
        "keyrack.store.backends.chooser", "keyrack.store.backends.chunked", "keyrack.store.credential_store",
        "keyrack.store.backends.secret_service")  # fmt: skip


def serve(number: int) -> None:
    """Fork a process for each request that comes over the socket of this number; answer with its id."""
    for name in WARM:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them here
    with socket.socket(fileno=number) as requests:
        while True:
            request, [pipe], *_ = socket.recv_fds(requests, 1 << 16, 1)
            pid = os.fork()
            if pid == 0:
                requests.close()
                _perform(Connection(pipe), *pickle.loads(request))
            os.close(pipe)
            requests.send(str(pid).encode())


def _perform(pipe: Connection, env: dict[str, str], work: Any, args: tuple[Any, ...]) -> None:
    """Do the work once the other side says so, as a program of its own would, and end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(env)
    try:
        pipe.recv()
        work(pipe, *args)
    except EOFError:
        pass  # the test has ended
    except BaseException as error:
        traceback.print_exc()
        pipe.send(f"failed with {type(error).__name__}")
    finally:
        os._exit(0)


class Answer(NamedTuple):
    """A token, or an error's exit code and words."""

    token: str = ""
    code: int = 0
    words: str = ""


def ask(pipe: Connection, server: Server) -> None:
    """Ask for a token, as `keyrack token` does; says how it went."""
    pipe.send(_answer(adapters().credentials(), server))


def hold_and_ask(pipe: Connection, server: Server) -> None:
    """The same, but it rests when it has got the credential's lock: it says "held"."""
    credentials = adapters().credentials()
    _rest_at_the_lock(pipe, credentials)
    pipe.send(_answer(credentials, server))


def act(pipe: Connection, server: Server, what: str, rests: bool, token: str) -> None:
    """Log in, refresh, set `token` or clear; says "done". If it `rests`, it says "held" before."""
    credentials = adapters().credentials()
    if rests:
        _rest_at_the_lock(pipe, credentials)
    world = adapters(credentials=credentials, browse=Person())
    if what == "login":
        login(world, server)
    elif what == "refresh":
        refresh(world, server)
    elif what == "set":
        set_token(world, server, Typed({MAIN: Secret(token)}))
    elif what == "clear":
        clear(world, server)
    pipe.send("done")


def _rest_at_the_lock(pipe: Connection, credentials: Any) -> None:
    lock, first = credentials.lock, iter([True])

    @contextmanager
    def told(key: CredentialKey, **more: Any) -> Iterator[None]:
        with lock(key, **more):
            if next(first, False):
                pipe.send("held")
                pipe.recv()
            yield

    credentials.lock = told


def _answer(credentials: Any, server: Server) -> Answer:
    try:
        return Answer(get_token(adapters(credentials=credentials), server).token.reveal())
    except KeyrackError as error:
        return Answer(code=error.exit_code, words=f"{error} {error.hint}")
