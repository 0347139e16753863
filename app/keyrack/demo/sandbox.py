"""The demo's sandbox: servers, a home folder, a credential store and a browser. It leaves nothing behind."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mcp.server.auth.provider import ProviderTokenVerifier

from keyrack.demo.cast import ALL_SCOPES, CAST
from keyrack.demo.folder import own_folder
from keyrack.demo.home import furnish
from keyrack.demo.loopback import Loopback
from keyrack.demo.provider import Provider
from keyrack.demo.seed import register, stock
from keyrack.demo.servers import Guard, authorization_server, mcp_server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.operations.ports import Adapters
from keyrack.store.credential_store import keychain_credential_store, memory_credential_store
from keyrack.system.paths import data_dir
from keyrack.wiring import adapters


class Sandbox(NamedTuple):
    adapters: Adapters
    home: Path
    issuer: str
    urls: dict[str, str]  # by the server's name


@contextmanager
def sandbox(browse: Callable[[str], bool], keychain: Mapping[str, str] | None = None) -> Generator[Sandbox]:
    """Run everything inside the block; then stop the servers and delete the folder.

    Credentials are in memory, or in a keychain that ends with the demo, to which these variables lead.
    """
    with own_folder() as home, Loopback() as loopback:
        sock, issuer = loopback.reserve()
        provider = Provider(issuer)
        loopback.serve(sock, authorization_server(provider, ALL_SCOPES))
        verifier = ProviderTokenVerifier(provider)
        urls: dict[str, str] = {}
        for role in CAST:
            sock, base = loopback.reserve()
            urls[role.name] = url = f"{base}/mcp"
            if role.part == "down":
                continue  # its port is reserved and nobody listens
            guard = Guard(issuer, verifier, list(role.scopes)) if role.scopes else None
            loopback.serve(sock, mcp_server(role.name, role.tool, url, guard))
        env = {**furnish(home, urls), **(keychain or {})}
        if keychain is None:
            credentials = memory_credential_store(time.time)
        else:
            credentials = keychain_credential_store(data_dir(env, sys.platform), time.time)
        registration = register(provider, ALL_SCOPES)
        for role in CAST:
            stock(credentials, role, urls[role.name], provider, registration, time.time())
        yield Sandbox(
            adapters(env=env, cwd=str(home), credentials=credentials, browse=browse), home, issuer, urls
        )
