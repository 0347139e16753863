"""A relay in this process: what it writes and tells, and a credential in memory."""

from __future__ import annotations

import json
import queue
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from keyrack.domain.model import CredentialInfo, Endpoints, Registration, Server, StoredCredential, TokenSet
from keyrack.domain.secret import Secret
from keyrack.operations.ports import Adapters
from keyrack.operations.relay.relay import Relay
from keyrack.store.credential_store import memory_credential_store
from keyrack.wiring import adapters

PATIENCE = 30.0  # seconds
INITIALIZE = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "t", "version": "1"},
}


def stored(
    url: str, token: str, *, issuer: str = "", seconds: float = 3600, **facts: Any
) -> StoredCredential:
    """A login at `issuer`, whose token endpoint is /token; or a token that was entered by hand."""
    now = time.time()
    if not issuer:
        info = CredentialInfo("token", obtained_at=now, **facts)
        return StoredCredential(
            url,
            "default",
            info,
            TokenSet(Secret(token)),
            headers=(("Authorization", Secret(f"Bearer {token}")),),
        )
    info = CredentialInfo(
        "oauth",
        issuer,
        "c-1",
        "dynamic",
        obtained_at=now,
        expires_at=now + seconds,
        refreshable=True,
        **facts,
    )
    tokens = TokenSet(Secret(token), Secret("refresh"), expires_at=now + seconds)
    return StoredCredential(
        url, "default", info, tokens, Registration(issuer, "c-1", "dynamic"), Endpoints(f"{issuer}/token")
    )


def world(*credentials: StoredCredential, **changes: Any) -> Adapters:
    """The real adapters with a credential store in memory."""
    store = memory_credential_store(time.time)
    for each in credentials:
        store.save(each)
    return adapters(credentials=store, browse=lambda url: False)._replace(refresh_apart=None, **changes)


class Relayed:
    def __init__(self, parts: Adapters, server: Server, **options: Any) -> None:
        self.lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.told: list[str] = []
        self.relay = Relay(parts, server, self.lines.put, self.told.append, **options)
        self._number = 0

    def request(self, method: str, **params: Any) -> int:
        self._number += 1
        self.send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        return self._number

    def send(self, message: Mapping[str, Any]) -> None:
        self.relay.accept(json.dumps(message).encode())

    def next(self) -> Any:
        return json.loads(self.lines.get(timeout=PATIENCE))

    def call(self, method: str, **params: Any) -> Any:
        """The response; messages before it are dropped."""
        id = self.request(method, **params)
        while True:
            message = self.next()
            if message.get("id") == id:
                return message

    def error(self, method: str, **params: Any) -> str:
        """The sentence of the error."""
        return self.call(method, **params)["error"]["message"]

    def initialize(self) -> Any:
        answer = self.call("initialize", **INITIALIZE)
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return answer


@contextmanager
def relayed(parts: Adapters, url: str, **options: Any) -> Iterator[Relayed]:
    server = options.pop("server", None) or Server("odd", url)
    running = Relayed(parts, server, **options)
    try:
        yield running
    finally:
        running.relay.close()
