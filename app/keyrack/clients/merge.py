"""One Server per (identity, account), with every place that it is found in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from keyrack.clients.entries import joined
from keyrack.domain.model import ClientSettings, Header, Server
from keyrack.domain.resource import identity

NO_SETTINGS = ClientSettings()
OWN = "keyrack"
# What is said of a server's login whoever the client is.
BESIDE = ("scopes", "callback_port", "callback_path", "redirect_host", "pkce", "send_resource", "authorize",
          "tls")


def merged(servers: Iterable[Server], projects: Sequence[Server] = ()) -> tuple[Server, ...]:
    """In order of appearance. The first name wins; a name belongs to one server only.

    `projects` are the entries of the current project's own files, which anyone may have
    written. They come after, and change nothing of a server that the user's files name:
    no header, no OAuth client, no name that could stand for another server.
    """
    found = _by_key(servers)
    own = _named(found.values())
    return _with_projects(dict(zip(found, own, strict=True)), _by_key(projects)) if projects else own


def _by_key(servers: Iterable[Server]) -> dict[tuple[str, ...], Server]:
    found: dict[tuple[str, ...], Server] = {}
    for server in servers:
        key = _key(server)
        known = found.get(key)
        found[key] = server if known is None else _both(known, server)
    return found


def _with_projects(
    own: dict[tuple[str, ...], Server], projects: dict[tuple[str, ...], Server]
) -> tuple[Server, ...]:
    addresses = {key[1] for key in own if key[0] == "url"}
    taken = {name for server in own.values() for name in (server.name, *server.aliases)}
    strangers: list[Server] = []
    for key, server in projects.items():
        known = own.get(key)
        if known is not None:
            aliases = tuple(name for name in (server.name, *server.aliases) if name not in taken)
            taken.update(aliases)
            own[key] = known._replace(
                sources=tuple(dict.fromkeys((*known.sources, *server.sources))),
                aliases=(*known.aliases, *aliases), literals=(*known.literals, *server.literals))
        elif key[0] == "url" and key[1] in addresses:  # the user's, under another account
            strangers.append(server._replace(headers=(), client=NO_SETTINGS))
        else:
            strangers.append(server)
    return (*own.values(), *_named(strangers, taken, mark="project"))


def _key(server: Server) -> tuple[str, ...]:
    if server.url is not None:
        return ("url", identity(server.url), server.account)
    if server.problem:
        return ("problem", server.name, server.problem)
    return ("stdio", server.name, server.command or "")


def _both(first: Server, second: Server) -> Server:
    alias = second.name != first.name and second.name not in first.aliases
    variables = {variable.name: variable for variable in (*second.variables, *first.variables)}
    return first._replace(
        sources=tuple(dict.fromkeys((*first.sources, *second.sources))),
        aliases=(*first.aliases, second.name) if alias else first.aliases,
        headers=_headers(first, second),
        literals=(*first.literals, *second.literals),
        variables=tuple(variables.values()),
        client=_settings(first, second),
    )


def _headers(first: Server, second: Server) -> tuple[Header, ...]:
    """Both, without an empty header that only one of them sends: the other goes without it, and logs in."""
    names = [{header.name.lower() for header in server.headers} for server in (first, second)]
    common = names[0] & names[1]
    headers = joined(first.headers, second.headers)
    return tuple(header for header in headers if not header.is_empty or header.name.lower() in common)


def _settings(first: Server, second: Server) -> ClientSettings:
    """The one's or the other's, never mixed: a client's id belongs with its own secret and issuer.

    What keyrack's own file says beside the client counts with whichever it is.
    """
    own = first.client
    beside: dict[str, Any] = {}
    if any(source.client == OWN for source in first.sources):
        beside = {key: value for key in BESIDE if (value := getattr(own, key)) != getattr(NO_SETTINGS, key)}
        own = own._replace(**{key: getattr(NO_SETTINGS, key) for key in beside})
    if own == NO_SETTINGS or (second.client.client_id and not own.client_id):
        return second.client._replace(**beside)
    return first.client


def _named(
    servers: Iterable[Server], reserved: Iterable[str] = (), *, mark: str = ""
) -> tuple[Server, ...]:
    """Each by a name of its own that is not reserved. `mark` is the first to tell two apart by."""
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
    # Another server's own name is nobody's alias.
    return tuple(server._replace(aliases=tuple(a for a in server.aliases if a not in taken)) if server.aliases
                 else server for server in found)


def _free(server: Server, taken: set[str], first: str) -> str:
    """"github" → "github (work)", "github (Cursor)", "github (Cursor 2)"; `first` before these."""
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
