"""Decides which server a stored credential belongs to if several share an address.

Their credentials' keys then include their tags. An older credential keeps its key without a name, and
belongs to the server that it was stored for or, if that was not recorded, to the first one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from keyrack.domain.address_key import shown
from keyrack.domain.model import DEFAULT_ACCOUNT, CredentialInfo, CredentialKey, Record, Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.reading import Reading
from keyrack.domain.resource import canonical_url
from keyrack.domain.status import sends_its_own
from keyrack.operations.ports import CredentialStore

Records = Mapping[CredentialKey, Record]


class Stray(NamedTuple):
    """A stored credential that belongs to no configured server, and the server to show it as."""

    server: Server
    record: Record


class Owners:
    """The configured servers, each with the account that is used here and the key of its credential."""

    def __init__(
        self, reading: Reading, credentials: CredentialStore, records: Records | None = None
    ) -> None:
        """`records`: all of the credential store's. Without them, the relevant ones are read one by one."""
        self._reading = reading
        self._credentials = credentials
        self._given = records
        self._at: dict[str, list[Server]] = {}
        for server in reading.servers:
            if server.url is not None:
                self._at.setdefault(canonical_url(server.url), []).append(server)

    def servers(self) -> tuple[Server, ...]:
        """The servers in the order of the configuration."""
        return tuple(self.of(server) for server in self._reading.servers)

    def at(self, url: str) -> list[Server]:
        """The configured servers at an address. A project's servers only count if the user has none there."""
        servers = self._at.get(canonical_url(url), [])
        return [each for each in servers if not each.of_project] or servers

    def named(self, url: str, name: str) -> Server | None:
        """The configured server with this address and name."""
        return next((each for each in self.at(url) if name in (each.name, *each.aliases)), None)

    def of(self, server: Server, account: str | None = None, as_typed: str = "") -> Server:
        """`server` with its key. `account` defaults to the entry's own, then that of KEYRACK_ACCOUNT or of
        the folder, then the server's default, then the only one with a credential. `as_typed` is the typed
        name, if the server has several."""
        if server.url is None:
            return server
        meant = account or self._account(server, as_typed)
        named = meant == DEFAULT_ACCOUNT and self._uses_another(server, account, as_typed)
        name = self._key_name(server, meant, as_typed)
        if (meant, name, named) == (server.account, server.key_name, server.account_named):
            return server
        return server._replace(account=meant, key_name=name, account_named=named)

    def strays(self, listed: Iterable[Server]) -> Iterator[Stray]:
        """All other stored credentials: of another account, or of a server that is not configured."""
        if not self._all:
            return
        keys = {server.key for server in listed}
        taken = {name for each in self._reading.servers for name in (each.name, *each.aliases)}
        for key, record in sorted(self._all.items(), key=lambda item: item[0]):
            if key in keys or record.credential is None:
                continue
            server = self._server_of(key, record.credential, taken)
            taken.add(server.name)
            yield Stray(server, record)

    def _server_of(self, key: CredentialKey, credential: CredentialInfo, taken: Iterable[str]) -> Server:
        if key.secrets:
            name = key.secrets if key.secrets not in taken else f"{key.secrets} (secrets)"
            return Server(name, account=key.account, transport="stdio", secrets=key.secrets)
        for server in self._at.get(key.url, []):
            own = self.of(server, key.account)
            if own.key == key:  # a second account
                return own
        name = key.name or next(iter(credential.names), "") if key.url in self._at else key.name
        sources = tuple(source for server in self._at.get(key.url, []) for source in server.sources
                        if name and source.name == name)  # fmt: skip
        if not name or (name in taken and not sources):
            name = f"{name_of(key.url)} ({name})" if name else name_of(key.url)
        server = Server(name, key.url, sources=sources, tag=key.name, key_name=key.name)
        named = key.account == DEFAULT_ACCOUNT and self._uses_another(server, key.account)
        return server._replace(account=key.account, account_named=named)

    def _uses_another(self, server: Server, given: str | None, as_typed: str = "") -> bool:
        """Does a command without --account use another account than the one called default, or refuse?

        `given`: the account that was asked for; without one it is the account that such a command uses.
        """
        here = self._reading.here
        if here is not None and here.refusal:
            return True
        return given is not None and self._account(server, as_typed) != DEFAULT_ACCOUNT

    def _account(self, server: Server, as_typed: str) -> str:
        here = self._reading.here
        if here is not None and here.account and server.account == DEFAULT_ACCOUNT:
            return here.account
        return self.default_of(server, as_typed)

    def default_of(self, server: Server, as_typed: str = "") -> str:
        """The entry's own account, else the server's default, else the only one with a credential."""
        if server.account != DEFAULT_ACCOUNT:
            return server.account
        url = canonical_url(server.url or "")
        chosen = self._reading.accounts.get(account_key(server))
        if chosen is not None:
            return chosen
        if (
            self._is_bare(url)
            or url in self._reading.accounts
            or self._has(server, DEFAULT_ACCOUNT, as_typed)
        ):
            return DEFAULT_ACCOUNT  # the usual case, which does not need all records
        others = self._accounts.get(url, set()) - {each.account for each in self._at.get(url, [])}
        stored = [account for account in others if self._has(server, account, as_typed)]
        return stored[0] if len(stored) == 1 else DEFAULT_ACCOUNT

    def has_default(self, server: Server) -> bool:
        """Is a default account set?"""
        return account_key(server) in self._reading.accounts

    @cached_property
    def _accounts(self) -> Mapping[str, set[str]]:
        """The accounts with a credential, by address."""
        found: dict[str, set[str]] = {}
        for key, record in self._all.items():
            if record.credential is not None:
                found.setdefault(key.url, set()).add(key.account)
        return found

    def _has(self, server: Server, account: str, as_typed: str) -> bool:
        assert server.url is not None
        name = self._key_name(server, account, as_typed)
        return self._credential(CredentialKey.of(server.url, account, name)) is not None

    def _key_name(self, server: Server, account: str, as_typed: str) -> str:
        assert server.url is not None
        if self._is_bare(canonical_url(server.url)):
            return server.tag
        nameless = CredentialKey.of(server.url, account)
        name = as_typed or next(iter(server.entries), server.name)
        own = (name, *(each.full_name for each in server.sources if each.name == name))
        if server.tag:
            # It was stored under its plain name if no other server had the same name then.
            for each in (server.tag, *(each for each in own if each not in (name, server.tag))):
                if self._credential(nameless._replace(name=each)) is not None:
                    return each
            for key in (nameless._replace(name=name), nameless):
                first = self.first(server, key)
                if first is not None and first.tag == server.tag:
                    return key.name
            return server.tag
        for each in own:
            if self._credential(nameless._replace(name=each)) is not None:
                return each
        # It is alone now, but was not when these were stored, so they are not automatically its own.
        before = self._credential(nameless)
        elsewhere = any(self._credential(nameless._replace(name=each)) for each in server.full_names)
        if elsewhere or (before is not None and before.apart and not set(before.names) & set(own[1:] or own)):
            return name
        return ""

    def first(self, server: Server, key: CredentialKey) -> Server | None:
        """Which of the servers with the same address owns the credential that was stored under `key` before
        the address or the name was shared; None if nothing is stored."""
        assert server.url is not None
        credential = self._credential(key)
        if credential is None:
            return None
        same = [each for each in self.at(server.url) if each.tag]
        base = next((each.account for each in same if each.tag == server.tag), server.account)
        rows = [each for each in same if each.account == base and (not key.name or key.name in each.entries)]
        if credential.names:
            known = set(credential.names)
            rows = [each for each in rows if known.intersection(each.full_names[len(each.entries) :])] or [
                each for each in rows if known.intersection(each.entries)
            ]
            bare = (each for each in rows if not sends_its_own(each, skipped=True))
            return next(bare, next(iter(rows), None))
        if not rows or not sends_its_own(rows[0], skipped=True):
            return next(iter(rows), None)
        tables = {source.table for source in rows[0].sources}
        others = (each for each in rows[1:] if not sends_its_own(each, skipped=True)
                  and not any(source.table in tables for source in each.sources))  # fmt: skip
        return next(others, rows[0])

    @cached_property
    def _all(self) -> Records:
        return self._credentials.records() if self._given is None else self._given

    def _is_bare(self, url: str) -> bool:
        """Is it known that nothing is stored for this address? False if records would have to be read."""
        return self._given is not None and url not in self._accounts

    def _credential(self, key: CredentialKey) -> CredentialInfo | None:
        record = self._credentials.record(key) if self._given is None else self._given.get(key)
        return record.credential if record is not None else None


def account_key(server: Server) -> str:
    """The key of the server's default account in keyrack's own file: its URL, followed by its name if
    several share the URL. Raises BadUrl."""
    url = canonical_url(server.url or "")
    return f"{url} {server.tag}" if server.tag else url


def name_of(url: str) -> str:
    """The name for a server that no program lists."""
    return shown(url).split("://", 1)[-1]
