"""A home with a server in each state, several accounts, and other programs that are logged in.

keyrack in it is real, with its files and its vault; the network, the keychain and the browser are not. Every
secret in it, and each that its issuers hand out, contains SENTINEL, so that a test can look for it anywhere.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from keyrack.domain.model import (
    Check,
    ClientKind,
    CredentialInfo,
    CredentialKey,
    Endpoints,
    Registration,
    StoredCredential,
    TokenSet,
    Verdict,
)
from keyrack.domain.secret import Secret
from keyrack.net.echo import without_echo
from keyrack.oauth.http import Failed, Request, Response
from keyrack.operations.ports import Adapters
from keyrack.sources.locations import Search
from keyrack.sources.tokens.held import TokenFiles
from keyrack.system.running import Ran
from keyrack.wiring import adapters
from support import vaults
from support.canned import metadata, reply, rpc
from support.clock import Clock
from support.machine import Items, Lasting
from support.workbench import REDIRECT, approve

SENTINEL = "sEnTiNeL7q"
HOUR = 3600.0
DAY = 24 * HOUR
NOT_PROTECTED = ("docs", "switched-off")
DOWN = "warehouse"
NO_REGISTRATION = "crm"  # its issuer wants a client id of the user's


def url_of(name: str) -> str:
    return f"https://{name}.example/mcp"


def issuer_of(name: str) -> str:
    return f"https://auth.{name}.example"


class Callback:
    """A user who signs in at once, or is away until somebody gives up."""

    def __init__(self, home: FullHome) -> None:
        self._home = home
        self.redirect_uri = REDIRECT
        self._state = Secret("")
        self._closed = threading.Event()

    def expect(self, state: Secret, stray: Any) -> None:
        self._state = state

    def wait(self, seconds: float) -> dict[str, Secret] | None:
        if self._home.user_is_there:
            return approve(self._state)
        with self._home.waits:
            self._closed.wait(seconds)
        return None

    def close(self) -> None:
        self._closed.set()


class Waits:
    """How many threads wait for the user."""

    def __init__(self) -> None:
        self.count, self._lock = 0, threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self.count += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self.count -= 1


class FullHome:
    def __init__(self, home: Path, patch: pytest.MonkeyPatch) -> None:
        patch.setattr("keyrack.store.vault.passphrase.seal", vaults.seal)
        self.keychain = Lasting()
        patch.setattr("keyrack.stores.MachineStores._keychain", lambda stores: self.keychain)
        self.path, self.clock = home, Clock()
        self.items = Items()  # of other programs
        self.issued: list[str] = []  # every access and refresh token
        self.typed: list[str] = []  # what the user may have entered
        self._good: set[str] = set()  # those of them that work
        self._numbers = count(1)
        self.user_is_there = True
        self.waits = Waits()
        self.browsed: list[str] = []
        self.answer: Any = None  # answer(request): in place of the servers' own reply, unless it is None
        self.asked: list[Request] = []
        self._lock = threading.Lock()
        env = {"HOME": str(home), "KEY_OF_LOOKUP": self.secret("variable")}
        self.env: Mapping[str, str] = env
        self.adapters: Adapters = adapters(env=env, platform="linux", cwd=str(home), now=self.clock)._replace(
            http_client=lambda *words: self,
            listen=lambda port, host, path: Callback(self),
            browse=self._browse,
            run=self._run,
            refresh_apart=None,
            other_programs=lambda: TokenFiles(
                Search(env, "linux", str(home)), self.items.find, now=self.clock, keychain=lambda: self.items
            ),
        )
        self._write_files()
        self._fill_store()

    def secret(self, word: str) -> str:
        """A new one, which no server knows."""
        return f"{word}-{SENTINEL}-{next(self._numbers)}"

    def token(self, word: str) -> str:
        """A new one that works."""
        found = self.secret(word)
        with self._lock:
            self.issued.append(found)
            self._good.add(found)
        return found

    # -- what there is

    def put(self, file: str, content: Any) -> Path:
        path = self.path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=2) + "\n")
        path.chmod(0o600)
        return path

    def _write_files(self) -> None:
        def http(*names: str) -> dict[str, Any]:
            return {name: {"type": "http", "url": url_of(name)} for name in names}

        def local(**more: Any) -> dict[str, Any]:
            return {"type": "stdio", "command": "mcp-files", "args": ["."], **more}

        claude = http("notes", "mail", "sales", "drive", DOWN, "tracker")
        claude["files"] = local(env={"ROOT": "/srv"})
        claude["local-db"] = local(env={"DB_TOKEN": self.secret("env")})
        self.put(".claude.json", {"mcpServers": claude})
        held = {
            f"drive|{1:016x}": self._claude_row("drive"),
            f"tracker|{2:016x}": self._claude_row("tracker"),
            f"closed-down|{3:016x}": self._claude_row("closed-down"),
        }
        self.put(".claude/.credentials.json", {"mcpOAuth": held})
        headers = {
            "search": f"Bearer {self.token('literal')}",
            "weather": "Bearer ${env:KEY_OF_WEATHER}",
            "lookup": "Bearer ${env:KEY_OF_LOOKUP}",
        }
        cursor: dict[str, Any] = {name: {"url": url_of(name)} for name in ("notes", "issues", "docs")}
        cursor |= {n: {"url": url_of(n), "headers": {"Authorization": h}} for n, h in headers.items()}
        cursor["draft"] = {"title": "neither a url nor a command"}
        self.put(".cursor/mcp.json", {"mcpServers": cursor})
        codex = [f'[mcp_servers.{name}]\nurl = "{url_of(name)}"\n' for name in ("mail", "billing", "crm")]
        off = f'[mcp_servers.switched-off]\nurl = "{url_of("switched-off")}"\nenabled = false\n'
        self.put(".codex/config.toml", "\n".join([*codex, off]))
        own = f'[servers.own-tools]\nurl = "{url_of("own-tools")}"\n'
        self.put(".config/keyrack/config.toml", own)
        (self.path / ".local/share/keyrack").mkdir(parents=True)

    def _claude_row(self, name: str) -> dict[str, Any]:
        return {
            "serverName": name,
            "serverUrl": url_of(name),
            "accessToken": self.token("access-of-claude"),
            "discoveryState": {"authorizationServerUrl": issuer_of(name), "oauthMetadataFound": True},
            "clientId": "client-of-claude",
            "redirectUri": "http://localhost:58339/callback",
            "refreshToken": self.token("refresh-of-claude"),
            "expiresAt": int((self.clock() + HOUR) * 1000),
            "scope": "read",
        }

    def _fill_store(self) -> None:
        self.save("notes", 2 * HOUR, label="ana@example.com")
        self.save("notes", HOUR, account="work", label="ana@work.example")
        self.save("mail", 4 * 60, refresh=False)
        self.save("issues", -HOUR)
        self.save("sales", -HOUR, refused=True)
        self.save("billing", 3 * DAY, kind="token")
        self.save("own-tools", 20 * DAY, kind="token")
        self.save("forgotten", 9 * HOUR)  # no program names it
        checks: dict[str, Verdict] = {"drive": "required", "docs": "open", DOWN: "unreachable"}
        for name, verdict in checks.items():
            self.store.note(CredentialKey.of(url_of(name)), check=Check(self.clock() - 60, verdict))

    @property
    def store(self) -> Any:
        return self.adapters.credentials()

    def save(
        self,
        name: str,
        left: float,
        *,
        account: str = "default",
        kind: Any = "oauth",
        refresh: bool = True,
        refused: bool = False,
        label: str = "",
    ) -> CredentialKey:
        """Store a credential that ends in `left` seconds, as if a login or the user had brought it."""
        now, url, issuer, oauth = self.clock(), url_of(name), issuer_of(name), kind == "oauth"
        client: ClientKind = "dynamic"
        facts = CredentialInfo(kind, obtained_at=now - HOUR, expires_at=now + left, label=label)
        if oauth:
            facts = facts._replace(
                issuer=issuer, client_id="client", client_kind=client, resource=url, scopes=("read",),
                refreshable=refresh,
            )  # fmt: skip
        tokens = TokenSet(
            Secret(self.token("access") if left > 0 else self.secret("expired")),
            Secret(self.token("refresh")) if oauth and refresh else None,
            expires_at=now + left,
            scopes=("read",) if oauth else (),
        )
        client_secret = Secret(self.secret("client-secret"))
        registration = Registration(issuer, "client", client, client_secret, "client_secret_post")
        stored = StoredCredential(
            url, account, facts, tokens,
            registration if oauth else None,
            Endpoints(f"{issuer}/token", f"{issuer}/revoke") if oauth else None,
        )  # fmt: skip
        self.store.save(stored)
        key = CredentialKey.of(url, account)
        if refused:
            self.store.note(key, refusal=(now - 300, "The server refused the token."))
        return key

    def stored(self) -> dict[CredentialKey, StoredCredential]:
        """All that can be loaded now."""
        found = {key: self.store.load(key) for key in self.store.records()}
        return {key: stored for key, stored in found.items() if stored is not None}

    # -- the network, the browser, and what another program would get

    def _browse(self, url: str) -> bool:
        self.browsed.append(url)
        return True

    def _run(self, argv: Sequence[str], env: Mapping[str, str], seconds: float, folder: str) -> Ran:
        return Ran(0, json.dumps({"Authorization": f"Bearer {self.token('ran')}"}), "")

    def send(self, request: Request, *, server_url: str = "") -> Response | Failed:
        self.asked.append(request)
        own = self.answer(request) if self.answer is not None else None
        found = own or self._reply(request)
        return without_echo(request, found) if isinstance(found, Response) else found

    def close(self) -> None:
        pass

    def _reply(self, request: Request) -> Response | Failed:
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        name = host.removeprefix("auth.").removesuffix(".example")
        if name == DOWN:
            return Failed(f"{host} did not answer within 10 s.")
        if host.startswith("auth."):
            return self._issuer(request, name, parts.path)
        if "/.well-known/oauth-protected-resource" in parts.path:
            if name in NOT_PROTECTED:
                return reply(None, 404)
            body = {"resource": url_of(name), "authorization_servers": [issuer_of(name)]}
            return reply(body | {"scopes_supported": ["read"]})
        if parts.path != "/mcp":
            return reply(None, 404)
        sent = request.headers.get("Authorization")
        token = sent.reveal().partition(" ")[2] if isinstance(sent, Secret) else ""
        if name in NOT_PROTECTED or token in self._good:
            return rpc({"tools": []})
        return reply(None, 401, WWW_Authenticate="Bearer")

    def _issuer(self, request: Request, name: str, path: str) -> Response:
        issuer = issuer_of(name)
        if path == "/.well-known/oauth-authorization-server":
            return reply(
                metadata(
                    issuer=issuer,
                    authorization_endpoint=f"{issuer}/authorize",
                    token_endpoint=f"{issuer}/token",
                    registration_endpoint=None if name == NO_REGISTRATION else f"{issuer}/register",
                    revocation_endpoint=f"{issuer}/revoke",
                    token_endpoint_auth_methods_supported=["client_secret_post", "none"],
                )
            )
        if path == "/register":
            body = {"client_id": "client", "redirect_uris": [REDIRECT]}
            secret = {"client_secret": self.secret("client-secret")}
            return reply({**body, **secret, "token_endpoint_auth_method": "client_secret_post"}, 201)
        if path == "/token":
            return self._grant(request)
        return reply({}) if path == "/revoke" else reply(None, 404)

    def _grant(self, request: Request) -> Response:
        form = request.form or {}
        if form.get("grant_type") == "refresh_token":
            sent = form.get("refresh_token")
            word = sent.reveal() if isinstance(sent, Secret) else str(sent)
            if word not in self._good:
                return reply({"error": "invalid_grant"}, 400)
            self._good.discard(word)
        fresh = {"access_token": self.token("access"), "refresh_token": self.token("refresh")}
        return reply({**fresh, "token_type": "Bearer", "expires_in": 3600, "scope": "read"})
