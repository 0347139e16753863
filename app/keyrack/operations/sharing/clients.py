"""Each program with its files, its servers, and what it holds. Computed from the list; reads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from keyrack.domain.headers import carries_credential
from keyrack.domain.held import HeldToken
from keyrack.domain.model import Server, Source
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.reading import Place, Problem
from keyrack.operations.servers.overview import Overview, Row
from keyrack.operations.sharing.published import is_published


class Way(StrEnum):
    """How a program's entry gets its credential, in kebab case for `--json`."""

    CONNECTED_BY_HELPER = "connected-by-helper"  # a command, which is keyrack
    CONNECTED_BY_BRIDGE = "connected-by-bridge"  # a local process, which is keyrack
    HELPER = "helper"  # another command
    PLAIN_TEXT = "plain-text"  # in the file itself
    REFERENCE = "reference"  # a variable or an input
    PUBLISHED = "published"  # keyrack writes its token there
    OWN_LOGIN = "own-login"
    ENVIRONMENT = "environment"  # of a local process
    NONE = "none"  # or it is not known


class Entry(NamedTuple):
    """A server in one of the program's files, or one that it only holds a token for."""

    row: Row | None  # None: no program lists the server
    source: Source | None
    way: Way
    held: tuple[HeldToken, ...] = ()

    @property
    def name(self) -> str:
        if self.source is not None:
            return self.source.name
        return self.server.display_name

    @property
    def server(self) -> Server:
        """For one that no program lists: made from the token."""
        if self.row is not None:
            return self.row.server
        held = self.held[0]
        return Server(held.name or held.url, held.url or None)


class Client(NamedTuple):
    """A program."""

    name: str
    places: tuple[Place, ...]  # the configuration files that were read or looked for
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def held(self) -> tuple[HeldToken, ...]:
        """All that it holds, each once."""
        return tuple(dict.fromkeys(held for entry in self.entries for held in entry.held))

    @property
    def files(self) -> tuple[str, ...]:
        """The configuration files that there are, and the files and keychain items with tokens."""
        found = [place.path for place in self.places if place.found != "no file"]
        return tuple(dict.fromkeys((*found, *(held.place.name for held in self.held))))

    @property
    def is_found(self) -> bool:
        """Is there any sign of it on this machine?"""
        return bool(self.entries or self.files)


def clients(overview: Overview) -> tuple[Client, ...]:
    """All programs that keyrack looks for, those that were found first."""
    places: dict[str, list[Place]] = {}
    for place in overview.places:
        places.setdefault(place.client, []).append(place)
    entries: dict[str, list[Entry]] = {name: [] for name in places}
    for row in overview.rows:
        for source in row.server.sources:
            held = tuple(each for each in row.elsewhere if each.client == source.client)
            way = _way(row.server, source, held)
            entries.setdefault(source.client, []).append(Entry(row, source, way, held))
        listed = {source.client for source in row.server.sources}
        for name, tokens in _by_client(row.elsewhere).items():
            if name not in listed:
                way = Way.PUBLISHED if is_published(row.server, name) else Way.OWN_LOGIN
                entries.setdefault(name, []).append(Entry(row, None, way, tokens))
    for held in overview.unclaimed:
        entries.setdefault(held.client, []).append(Entry(None, None, Way.OWN_LOGIN, (held,)))
    found = [
        Client(
            name,
            tuple(places.get(name, ())),
            tuple(listed),
            tuple(problem for problem in overview.problems if problem.client == name),
        )
        for name, listed in entries.items()
    ]
    return tuple(sorted(found, key=lambda client: not client.is_found))


def _by_client(tokens: Sequence[HeldToken]) -> dict[str, tuple[HeldToken, ...]]:
    found: dict[str, tuple[HeldToken, ...]] = {}
    for held in tokens:
        found[held.client] = (*found.get(held.client, ()), held)
    return found


def _way(server: Server, source: Source, held: Sequence[HeldToken]) -> Way:
    """What the program sends comes first: it does not use its login then."""
    plain = [header for header in server.plaintext_headers if _is_same(header.source, source)]
    sent = [
        header
        for header in server.headers
        if carries_credential(header.name) and (header.source is None or _is_same(header.source, source))
    ]
    if plain or any(header.plaintext for header in sent):
        return Way.PLAIN_TEXT
    if source.connected:
        return Way(f"connected-by-{source.connected}")
    if server.address_key is not None:
        return Way.PLAIN_TEXT if server.address_key.plaintext else Way.REFERENCE
    if sent:
        return Way.REFERENCE
    if server.helper is not None and _is_same(server.helper.source, source):
        return Way.HELPER
    if held:
        return Way.PUBLISHED if is_published(server, source.client) else Way.OWN_LOGIN
    return Way.ENVIRONMENT if server.url is None and not server.problem else Way.NONE


def _is_same(one: Source | None, other: Source) -> bool:
    return one is not None and one.table == other.table and one.name == other.name
