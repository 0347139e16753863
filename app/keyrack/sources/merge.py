"""Merges the entries of all configuration files into a list of servers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from keyrack.domain.model import ClientSettings, Header, Server
from keyrack.domain.resource import canonical_url
from keyrack.domain.status import sends_its_own
from keyrack.sources.own_tables import OwnTables
from keyrack.sources.parsing.entries import joined
from keyrack.sources.rows import NO_ACCOUNTS, Base, Grouped, base_of, give_tags, grouped

NO_SETTINGS = ClientSettings()


def merged(
    servers: Iterable[Server], projects: Sequence[Server] = (), accounts: Mapping[str, str] = NO_ACCOUNTS
) -> tuple[Server, ...]:
    """The servers, in order of appearance. The first name wins, and each name belongs to one server only.

    `projects` are the entries of the current project's own files, which anyone may have
    written. They come last, and change nothing about a server in the user's files: no
    header, no OAuth client, no key, and no name that could mean another server.
    `accounts` are the default accounts for entries that name none, by address.
    """
    servers = list(servers)
    tables = OwnTables(servers)
    found = grouped(map(tables.without_settings, servers), _both, accounts)
    for rows in found.values():
        if len(rows) > 1:
            give_tags(rows)
    own = tuple(map(tables.with_settings, _named_in_order(found)))
    return _with_projects(own, projects, accounts) if projects else own


def _named_in_order(
    found: Mapping[Base, Sequence[Grouped]], reserved: Iterable[str] = (), *, mark: str = ""
) -> list[Server]:
    """In order of appearance. If two at one address have the same name, the one whose credential is stored
    by keyrack keeps it, and the one with a credential of its program gets that program's name added."""
    rows = sorted((row for rows in found.values() for row in rows), key=lambda row: row.place)
    late = {row.place for rows in found.values() if len(rows) > 1 for row in rows if _is_second(row, rows)}
    order = sorted(rows, key=lambda row: row.place in late)
    named = zip(order, _named((row.server for row in order), reserved, mark=mark), strict=True)
    return [server for _, server in sorted(named, key=lambda pair: pair[0].place)]


def _is_second(row: Grouped, rows: Sequence[Grouped]) -> bool:
    return _has_its_own(row) and any(
        other.server.name == row.server.name and not _has_its_own(other) for other in rows
    )


def _has_its_own(row: Grouped) -> bool:
    """Does its program send a credential of its own, even if its variable is not set?"""
    return sends_its_own(row.server, skipped=True)


def _with_projects(
    own: tuple[Server, ...], projects: Sequence[Server], accounts: Mapping[str, str]
) -> tuple[Server, ...]:
    known: dict[Base, list[int]] = {}  # their positions in `servers`
    for place, server in enumerate(own):
        known.setdefault(base_of(server), []).append(place)
    addresses = {base[1] for base in known if base[0] == "url"}
    taken = {name for server in own for name in (server.name, *server.aliases)}
    servers = list(own)
    strangers: dict[Base, list[Grouped]] = {}
    harmless = (_harmless(each, addresses) for each in projects)
    several = {base for base, places in known.items() if len(places) > 1}
    for base, rows in grouped(harmless, _both, accounts, several).items():
        mine, left = known.get(base, []), list[Grouped]()
        for row in rows:
            place = _meant(servers, mine, row, alone=len(rows) == 1)
            if place is None:
                left.append(row)
                continue
            server = servers[place]
            aliases = tuple(name for name in (row.server.name, *row.server.aliases) if name not in taken)
            taken.update(aliases)
            servers[place] = server._replace(
                sources=tuple(dict.fromkeys((*server.sources, *row.server.sources))),
                aliases=(*server.aliases, *aliases),
                plaintext_headers=(*server.plaintext_headers, *row.server.plaintext_headers),
                entry_secrets=(*server.entry_secrets, *row.server.entry_secrets),
            )
        if mine or len(left) > 1:
            give_tags(left, [servers[place].tag for place in mine])
        strangers[base] = left
    found = _named_in_order(strangers, taken, mark="project")
    return (*servers, *(each._replace(of_project=True) for each in found))


def _harmless(server: Server, addresses: Collection[str]) -> Server:
    """A project's entry, without what it would send to one of the user's servers."""
    if server.url is None or canonical_url(server.url) not in addresses:
        return server
    return server._replace(headers=(), client=NO_SETTINGS)


def _meant(servers: Sequence[Server], mine: Sequence[int], row: Grouped, *, alone: bool) -> int | None:
    """The user's server that a project's entry means: by its name, or the only one at that address."""
    for place in mine:
        if row.names.intersection(servers[place].entries):
            return place
    return mine[0] if alone and len(mine) == 1 else None


def _both(first: Server, second: Server) -> Server:
    alias = second.name != first.name and second.name not in first.aliases
    variables = {variable.name: variable for variable in (*second.variables, *first.variables)}
    return first._replace(
        sources=tuple(dict.fromkeys((*first.sources, *second.sources))),
        aliases=(*first.aliases, second.name) if alias else first.aliases,
        headers=_headers(first, second),
        plaintext_headers=(*first.plaintext_headers, *second.plaintext_headers),
        variables=tuple(variables.values()),
        entry_secrets=(*first.entry_secrets, *second.entry_secrets),
        client=_settings(first.client, second.client),
    )


def _headers(first: Server, second: Server) -> tuple[Header, ...]:
    """All headers of both, without empty ones that only one of them sends: the other works with a login."""
    names = [{header.name.lower() for header in server.headers} for server in (first, second)]
    common = names[0] & names[1]
    headers = joined(first.headers, second.headers)
    return tuple(header for header in headers if not header.is_empty or header.name.lower() in common)


def _settings(first: ClientSettings, second: ClientSettings) -> ClientSettings:
    # Never mixed: a client's id belongs with its own secret and issuer.
    if second.client_id and not first.client_id:
        return second
    return second if first == NO_SETTINGS else first


def _named(servers: Iterable[Server], reserved: Iterable[str] = (), *, mark: str = "") -> tuple[Server, ...]:
    """The servers with unique names that are not reserved. `mark` is tried first to tell two apart."""
    servers = list(servers)
    taken = set(reserved)
    own = {server.name for server in servers}
    found: list[Server] = []
    for server in servers:
        name = server.name
        if name in taken:
            name = _free(server, taken | own, mark)
        taken.add(name)
        found.append(server if name == server.name else server._replace(name=name))
    # Another server's own name can't be an alias.
    return tuple(
        server._replace(aliases=tuple(a for a in server.aliases if a not in taken))
        if server.aliases
        else server
        for server in found
    )


def _free(server: Server, taken: set[str], first: str) -> str:
    """ "github" → "github (work)", "github (Cursor)", "github (Cursor 2)"; `first` is tried before these."""
    source = server.sources[0] if server.sources else None
    marks = [first] if first else []
    if server.account != "default":
        marks.append(server.account)
    if source is not None:
        marks.append(source.client)
        if source.scope and source.scope != "user":
            marks.append(f"{source.client}, {source.scope}")
    for mark in marks:
        if f"{server.name} ({mark})" not in taken:
            return f"{server.name} ({mark})"
    count = 2
    while f"{server.name} ({marks[0] if marks else 'again'} {count})" in taken:
        count += 1
    return f"{server.name} ({marks[0] if marks else 'again'} {count})"
