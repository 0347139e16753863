"""What the tables of keyrack's own file say of a server's login counts for all entries at its address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from keyrack.domain.model import ClientSettings, Server, Source
from keyrack.domain.resource import canonical_url

OWN = "keyrack"
NO_SETTINGS = ClientSettings()
# What is said of the login, whoever the client is and whichever program's file names that.
SETTINGS = ("scopes", "callback_port", "callback_path", "redirect_host", "pkce", "send_resource", "authorize",
            "tls")  # fmt: skip


class OwnTables:
    """The tables with an address. A mistake in one of them counts for the other entries, too."""

    def __init__(self, servers: Iterable[Server]) -> None:
        self._by_address: dict[str, list[Server]] = {}
        for server in servers:
            if server.url is not None and server.sources[0].client == OWN:
                self._by_address.setdefault(canonical_url(server.url), []).append(server)

    def without_settings(self, server: Server) -> Server:
        """A table before it is merged, so that its client alone decides whose client counts."""
        if server.url is None or server.sources[0].client != OWN:
            return server
        return server._replace(client=server.client._replace(**_of(NO_SETTINGS)))

    def with_settings(self, server: Server) -> Server:
        """A server after it was merged: with its own table's settings, or those of the only one at its
        address; of several, with those of the one that shares a name with it."""
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
