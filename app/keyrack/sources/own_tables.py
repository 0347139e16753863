"""Applies the login settings in keyrack's own file to all entries with the same address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from keyrack.domain.model import ClientSettings, Server, Source
from keyrack.domain.resource import canonical_url

OWN = "keyrack"
NO_SETTINGS = ClientSettings()
# Settings of the login that do not depend on the client or on the program that names it.
SETTINGS = ("scopes", "callback_port", "callback_path", "redirect_host", "pkce", "send_resource", "authorize",
            "tls")  # fmt: skip


class OwnTables:
    """The tables with an address. A mistake in one of them also applies to the other entries."""

    def __init__(self, servers: Iterable[Server]) -> None:
        self._by_address: dict[str, list[Server]] = {}
        for server in servers:
            if server.url is not None and server.sources[0].client == OWN:
                self._by_address.setdefault(canonical_url(server.url), []).append(server)

    def without_settings(self, server: Server) -> Server:
        """A table without these settings, for the merge: only its client decides which client is used."""
        if server.url is None or server.sources[0].client != OWN:
            return server
        return server._replace(client=server.client._replace(**_of(NO_SETTINGS)))

    def with_settings(self, server: Server) -> Server:
        """A merged server with the settings of its own table, or of the only table at its address; if there
        are several, of the one that shares a name with it."""
        table = self._table(server)
        if table is None:
            return server
        said = {key: value for key, value in _of(table.client).items() if value != getattr(NO_SETTINGS, key)}
        return server._replace(client=server.client._replace(**said), problem=server.problem or table.problem)

    def _table(self, server: Server) -> Server | None:
        if server.url is None or not self._by_address:
            return None
        tables = self._by_address.get(canonical_url(server.url), [])
        own = [table for table in tables if table.sources[0] in server.sources]
        named = [table for table in tables if table.name in _names(server.sources)]
        return next(iter(own or (tables if len(tables) == 1 else named)), None)


def _of(client: ClientSettings) -> dict[str, Any]:
    return {key: getattr(client, key) for key in SETTINGS}


def _names(sources: Iterable[Source]) -> set[str]:
    return {source.name for source in sources}
