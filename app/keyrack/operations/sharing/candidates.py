"""Every server and program that could be connected, for a tick list."""

from __future__ import annotations

from keyrack.domain.connection import Method
from keyrack.domain.model import Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.operations.ports import Adapters, by_client
from keyrack.operations.servers.overview import Overview, Row, is_lasting
from keyrack.operations.sharing.clients import Entry, clients


class Candidate(NamedTuple):
    """A server in a program that does not take its token from keyrack yet."""

    server: Server
    program: str
    method: Method  # the best one that the program has
    path: str  # of the entry; "" if the program has none for the server yet


class Choice(NamedTuple):
    """A program on this machine, for one server."""

    program: str
    method: Method  # the best one that it has
    entry: Entry | None  # its entry for the server; None if it has none yet

    @property
    def is_connected(self) -> bool:
        return self.entry is not None and self.entry.source is not None and bool(self.entry.source.connected)


def choices(adapters: Adapters, overview: Overview, server: Server) -> tuple[Choice, ...]:
    """The programs that were found here, those first that have the server."""
    entries, found = adapters.entries(), list[Choice]()
    possible = entries.programs()
    for client in clients(overview):
        if client.name in possible and client.is_found:
            mine = [each for each in client.entries if each.row is not None and each.server.key == server.key]
            mine = [each for each in mine if each.source is not None]
            found.append(Choice(client.name, entries.methods(client.name)[0], mine[0] if mine else None))
    return tuple(sorted(found, key=lambda choice: choice.entry is None))


def candidates(adapters: Adapters, overview: Overview) -> tuple[Candidate, ...]:
    """Every server with every program on this machine, first the entries that there are, then new ones.

    Entries in a project's file are left out: it may be shared with others. A server that is open or that is a
    process of its own takes no token.
    """
    entries = adapters.entries()
    possible = entries.programs()
    servers = [row.server for row in overview.rows if _takes_token(row) and row.server.sources]
    there: list[Candidate] = []
    new: list[Candidate] = []
    for client in clients(overview):
        if client.name not in possible or not client.is_found:
            continue
        method = entries.methods(client.name)[0]
        for entry in client.entries:
            source, row = entry.source, entry.row
            if source is None or row is None or source.connected or source.disabled or not _takes_token(row):
                continue
            if not source.scope.startswith("project "):
                there.append(Candidate(row.server, client.name, method, source.path))
        new += [
            Candidate(server, client.name, method, "")
            for server in servers
            if is_lasting(server) and client.name not in by_client(server.sources)
        ]
    return tuple(dict.fromkeys((*there, *new)))


def _takes_token(row: Row) -> bool:
    server = row.server
    return bool(server.url) and not server.problem and server.address_key is None and row.kind != "none"
