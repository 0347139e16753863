"""Real adapters, except for the network and the keychain: canned replies, credentials in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from keyrack.domain.model import (
    CredentialInfo,
    CredentialKey,
    Endpoints,
    Registration,
    Server,
    Source,
    StoredCredential,
    TokenSet,
)
from keyrack.domain.reading import Reading
from keyrack.domain.secret import Secret
from keyrack.oauth.http import Request, Response
from keyrack.operations.ports import Adapters
from keyrack.services.known import KnownServices
from keyrack.sources.rewriting import rewrite
from keyrack.store.credential_store import memory_credential_store
from support.canned import ISSUER, REDIRECT, URL, World, rpc, unauthorized

NOW = 1_000_000.0
SERVER = Server("example", URL, sources=(Source("keyrack", "/config.toml", "example"),))


class Listener:
    """A callback that answers when the test says so, or at once with `answer(state)`."""

    def __init__(self, answer: Callable[[Secret], dict[str, Secret]] | None, host: str = "127.0.0.1") -> None:
        self.redirect_uri = REDIRECT.replace("127.0.0.1", host)
        self.closed = threading.Event()
        self._answer = answer
        self._state = Secret("")

    def expect(self, state: Secret, stray: Callable[[dict[str, Secret]], Any]) -> None:
        self._state, self.stray = state, stray

    def wait(self, seconds: float) -> dict[str, Secret] | None:
        if self._answer is not None:
            return self._answer(self._state)
        self.closed.wait(seconds)
        return None

    def close(self) -> None:
        self.closed.set()


def approve(state: Secret) -> dict[str, Secret]:
    return {"code": Secret("code-1"), "state": state}


def build(
    world: World | None = None,
    *,
    answer: Callable[[Secret], dict[str, Secret]] | None = approve,
    browse: Callable[[str], bool] = lambda url: True,
    credentials: Any = None,
    servers: tuple[Server, ...] = (SERVER,),
) -> Adapters:
    """Parts for a test; `adapters.credentials()` is always the same credential store."""
    credentials = credentials or memory_credential_store(lambda: NOW)
    world = world or World()
    return Adapters(
        read=lambda: Reading(servers, (), ()),
        credentials=lambda: credentials,
        http_client=lambda: world,
        listen=lambda port, host, path: Listener(answer, host),
        browse=browse,
        now=lambda: NOW,
        keep_in_memory=lambda: None,
        services=KnownServices,
        rewriting=lambda: rewrite,
    )


def stored_credential(
    *, access: str = "at-0", refresh: str | None = "rt-0", expires_at: float | None = NOW + 3600, **facts: Any
) -> StoredCredential:
    """A stored OAuth credential."""
    tokens = TokenSet(
        Secret(access), Secret(refresh) if refresh else None, expires_at=expires_at, scopes=("read",)
    )
    credential = CredentialInfo(
        "oauth",
        ISSUER,
        "dyn-0",
        "dynamic",
        URL,
        ("read",),
        NOW - 100,
        expires_at,
        refresh is not None,
        **facts,
    )
    registration = Registration(ISSUER, "dyn-0", "dynamic", redirect_uris=(REDIRECT,))
    return StoredCredential(
        URL, "default", credential, tokens, registration, Endpoints(ISSUER + "/token", ISSUER + "/revoke")
    )


def accepts(*tokens: str) -> dict[str, Any]:
    """A protected server that accepts these access tokens."""

    def answer(request: Request) -> Response:
        sent = request.headers.get("Authorization")
        sent = sent.reveal() if isinstance(sent, Secret) else sent
        if sent is None or sent.removeprefix("Bearer ") not in tokens:
            return unauthorized()
        return rpc({"tools": []})

    return {f"POST {URL}": answer}


def stored_token(adapters: Adapters) -> str | None:
    """The access token that is stored for `URL`."""
    found = adapters.credentials().load(CredentialKey.of(URL))
    return found and found.tokens.access_token.reveal()
