"""A machine with the files of other programs, a lasting store, and a server whose tokens the test chooses."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from keyrack.config.server_tables import ServerTables
from keyrack.config.servers import set_publish
from keyrack.domain.change import Backup
from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import HeldToken, Item
from keyrack.domain.model import DEFAULT_ACCOUNT, CredentialKey, StoredCredential
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState
from keyrack.oauth.http import Request, Response
from keyrack.operations.ports import Adapters
from keyrack.sources import own_entry
from keyrack.sources.connecting.connector import EntryFiles
from keyrack.sources.locations import Search
from keyrack.sources.reader import read_all
from keyrack.sources.tokens.held import TokenFiles
from keyrack.store.backends.memory import MemoryBackend
from keyrack.store.backups import SealedBackups
from keyrack.store.connections import ConnectionFile
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.records import MemoryRecords
from keyrack.system.locks import Locks
from keyrack.system.running import Ran
from support.canned import ISSUER, URL, World, reply, rpc, unauthorized
from support.cli_kit import run
from support.kept_events import KeptEvents
from support.workbench import NOW, build, stored_credential

CLAUDE = ".claude/.credentials.json"
ROW = "lab|87ff03531557078c"
ACCESS, REFRESH = "at-of-claude", "rt-of-claude"


class Lasting(MemoryBackend):
    """Memory that says that it is a keychain."""

    name = "Test Keychain"
    persistent = True

    def state(self) -> StoreState:
        return StoreState(self.name, ready=True)


class Items:
    """The keychain items of other programs."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Item] = {}

    def put(self, service: str, account: str, value: Any) -> None:
        secret = Secret(json.dumps(value))
        self.items[service, account] = Item(service, account, secret, (("service", service),), id="/1")

    def find(self, service: str, accounts: Any = ()) -> Sequence[Item]:
        return [item for item in self.items.values() if item.service == service]

    def read(self, item: Item) -> Item | None:
        return self.items.get((item.service, item.account))

    def create(self, item: Item) -> None:
        assert (item.service, item.account) not in self.items
        self.items[item.service, item.account] = item

    def replace(self, item: Item, secret: Secret) -> None:
        self._refuse_changed(item)
        self.items[item.service, item.account] = item._replace(secret=secret)

    def delete(self, item: Item) -> None:
        self._refuse_changed(item)
        del self.items[item.service, item.account]

    def _refuse_changed(self, item: Item) -> None:
        if self.items[item.service, item.account].secret != item.secret:
            raise KeyrackError("The item was changed.")


class Machine:
    """keyrack on it is real, except for the network and the keychain."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.store = Lasting()
        self.items = Items()
        self.now = NOW
        self.takes = {ACCESS}  # the access tokens that the server accepts
        self.refreshes = {REFRESH}  # the refresh tokens that the issuer accepts
        self.world = World(
            **{
                f"POST {URL}": self._answer,
                f"POST {ISSUER}/token": self._tokens,
                f"POST {ISSUER}/revoke": reply(),
            }
        )
        self.credentials = BackendCredentialStore(self.store, MemoryRecords(None), Locks(None))
        self.env = {"HOME": str(home)}
        self.config = home / ".config" / "keyrack" / "config.toml"
        self.backups = SealedBackups(
            str(home / "data" / "backups"),
            lambda create: self.credentials.backup_key(create=create),
            lambda: self.now,
        )
        self.events = KeptEvents()
        self.connections = ConnectionFile(str(home / "data" / "connections.json"), Locks(None))
        self.ran: list[tuple[tuple[str, ...], dict[str, str]]] = []  # keyrack, as a program would run it
        self.answer = Ran(0, '{"Authorization": "Bearer at-0"}', "")
        self.adapters: Adapters = build(self.world, credentials=self.credentials)._replace(
            read=self._read,
            now=lambda: self.now,
            other_programs=self.programs,
            backups=lambda: self.backups,
            entries=self.entries,
            connections=lambda: self.connections,
            run=self._run,
            config_file=lambda: str(self.config),
            own_servers=lambda: ServerTables(str(self.config)),
            as_read=lambda name, table: own_entry.as_read(name, table, self.env, "linux"),
            events=lambda: self.events,
            set_publish=lambda key, programs: set_publish(str(self.config), key, programs),
        )

    def programs(self) -> TokenFiles:
        return TokenFiles(
            Search(self.env, "linux", str(self.home)),
            self.items.find,
            now=lambda: self.now,
            keychain=lambda: self.items,
        )

    def entries(self) -> EntryFiles:
        return EntryFiles(Search(self.env, "linux", str(self.home / "project")), lambda: self.now)

    def _run(self, argv: Sequence[str], env: Mapping[str, str], seconds: float, folder: str) -> Ran:
        self.ran.append((tuple(argv), dict(env)))
        return self.answer

    def put(self, file: str, text: Any, mode: int = 0o600) -> Path:
        path = self.home / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text))
        path.chmod(mode)
        return path

    def claude(self, name: str = "lab", url: str = URL, **changes: Any) -> Path:
        """Claude Code has the server, and is logged in to it and to another one."""
        self.put(".claude.json", {"mcpServers": {name: {"type": "http", "url": URL}}})
        return self.put(CLAUDE, credentials_of(self.row(name, url, **changes)))

    def row(self, name: str = "lab", url: str = URL, **changes: Any) -> dict[str, Any]:
        fields = {
            "serverName": name,
            "serverUrl": url,
            "accessToken": ACCESS,
            "discoveryState": {"authorizationServerUrl": ISSUER, "oauthMetadataFound": True},
            "clientId": "client-of-claude",
            "redirectUri": "http://localhost:58339/callback",
            "refreshToken": REFRESH,
            "expiresAt": int((self.now + 3600) * 1000),
            "scope": "read",
        }
        return {key: value for key, value in (fields | changes).items() if value is not None}

    def claude_row(self) -> dict[str, Any] | None:
        return json.loads((self.home / CLAUDE).read_text())["mcpOAuth"].get(ROW)

    def held(self, client: str = "Claude Code") -> HeldToken:
        found = self.programs().read([URL]).tokens
        return next(token for token in found if token.client == client and token.url == URL)

    def run(self, *words: str) -> int:
        return run(list(words), adapters=lambda **_: self.adapters)

    def log_in(
        self, access: str = "at-0", refresh: str | None = "rt-0", *, account: str = DEFAULT_ACCOUNT
    ) -> None:
        """keyrack has a login of its own."""
        self.takes.add(access)
        self.refreshes.add(refresh or "")
        stored = stored_credential(access=access, refresh=refresh)
        self.credentials.save(stored._replace(account=account))

    def stored(self) -> StoredCredential | None:
        return self.credentials.load(CredentialKey.of(URL))

    def kept(self) -> tuple[Backup, ...]:
        return self.backups.all()

    def everything(self) -> str:
        """All that is on the disk, without the programs' own files."""
        texts = [path.read_bytes() for path in (self.home / "data").rglob("*") if path.is_file()]
        return b"\n".join(texts).decode("latin-1")

    def _read(self) -> Any:
        return read_all(self.env, "linux", str(self.home))

    def _answer(self, request: Request) -> Response:
        sent = request.headers.get("Authorization")
        token = sent.reveal().removeprefix("Bearer ") if isinstance(sent, Secret) else None
        return rpc({"tools": []}) if token in self.takes else unauthorized()

    def _tokens(self, request: Request) -> Response:
        token = (request.form or {}).get("refresh_token")
        sent = token.reveal() if isinstance(token, Secret) else token
        if sent not in self.refreshes:
            return reply({"error": "invalid_grant"}, 400)
        self.refreshes = {"rt-next"}
        self.takes = {"at-next"}
        return reply(
            {
                "access_token": "at-next",
                "token_type": "Bearer",
                "expires_in": 3600,
                "refresh_token": "rt-next",
            }
        )


def credentials_of(row: dict[str, Any]) -> str:
    """Claude Code's file with this row, between others that stay as they are, in an odd style."""
    return (
        '{"claudeAiOauth":{"accessToken":"sk-ant-1","x":1.50},\n "mcpOAuth" : {"other|1":{'
        '"serverName":"other","serverUrl":"https://other.example/mcp",'
        '"accessToken":"at-other","expiresAt":1},  "'
        + ROW
        + f'": {json.dumps(row)} ,"short|2":{{"serverName":"s","serverUrl":"https://s.example","accessToken":""}}}},'
        '"unknown":[1,2,{"a":null}]}\n'
    )


def folder_of(path: Path) -> list[str]:
    return sorted(os.listdir(path))
