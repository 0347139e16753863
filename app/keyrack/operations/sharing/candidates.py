"""Every server and program that could be connected, for a tick list."""

from __future__ import annotations

from keyrack.domain.connection import Method
from keyrack.domain.model import Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.overview import Overview
from keyrack.operations.sharing.clients import clients


class Candidate(NamedTuple):
    """A server's entry in a program's own file, which does not take its token from keyrack yet."""

    server: Server
    program: str
    method: Method  # the best one that the program has
    path: str


def candidates(adapters: Adapters, overview: Overview) -> tuple[Candidate, ...]:
    """In the order of the programs. Those in a project's file are left out: it may be shared with others.

    A server that is open or that is a process of its own takes no token.
    """
    entries = adapters.entries()
    possible = entries.programs()
    found: list[Candidate] = []
    for client in clients(overview):
        if client.name not in possible:
            continue
        method = entries.methods(client.name)[0]
        for entry in client.entries:
            source, server = entry.source, entry.server
            if source is None or source.connected or source.disabled or server.url is None or server.problem:
                continue
            if server.address_key is not None or (entry.row is not None and entry.row.kind == "none"):
                continue
            if not source.scope.startswith("project "):
                found.append(Candidate(server, client.name, method, source.path))
    return tuple(dict.fromkeys(found))
