"""The list: every server with its credential's state. Reads records, never the keychain."""

import os
from collections.abc import Mapping
from typing import NamedTuple

from keyrack.domain.errors import NoSuchServer
from keyrack.domain.model import DEFAULT_ACCOUNT, Check, Credential, CredentialKey, Record, Server
from keyrack.domain.reading import Place, Problem, Reading
from keyrack.domain.resource import identity, is_address, parse_url
from keyrack.domain.status import State, Status, command_for, status_of
from keyrack.domain.text import plain
from keyrack.operations.parts import Parts


class Row(NamedTuple):
    """One line of the list."""

    server: Server
    credential: Credential | None
    check: Check | None
    status: Status

    @property
    def key(self) -> str:
        """Stable across looks: what the screens call this row by."""
        return f"{self.server.url or 'stdio:' + self.server.name}\n{self.server.account}"

    @property
    def kind(self) -> str:
        """oauth | token | header | none | stdio | unknown."""
        if self.server.url is None:
            return "stdio" if not self.server.problem else "unknown"
        if self.status.state in (State.CONFIGURED, State.EMPTY_HEADER):
            return "header"
        if self.credential is not None:
            return self.credential.kind
        if self.status.state is State.NO_AUTH:
            return "none"
        if self.server.client.client_id or (self.check is not None and self.check.verdict == "required"):
            return "oauth"
        return "unknown"

    @property
    def command(self) -> str | None:
        """The command line for the next action."""
        return command_for(self.status.action, self.server)


class Overview(NamedTuple):
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    places: tuple[Place, ...]


def overview(parts: Parts, *, store_locked: bool = False) -> Overview:
    """All configured servers, then stored credentials that no program names any more."""
    reading = parts.read()
    records = parts.rack().records()
    reading = reading._replace(servers=_meant(reading, records))
    now = parts.now()
    all_read = _all_read(reading)
    rows: list[Row] = []
    named: set[CredentialKey] = set()
    for server in reading.servers:
        entry = server.key
        record = records.get(entry) if entry else None
        if entry:
            named.add(entry)
        rows.append(row_of(server, record, now, store_locked=store_locked))
    configured = {url: server for server in reading.servers if server.url for url in [identity(server.url)]}
    for entry, record in sorted(records.items()):
        if entry in named or record.credential is None:
            continue
        sibling = configured.get(record.url)
        if sibling is not None:  # a second account of a configured server
            server = sibling._replace(account=record.account)
        else:
            server = Server(name=_name_of(record.url), url=record.url, account=record.account)
        # A file that can't be read may well name it.
        rows.append(row_of(server, record, now, store_locked=store_locked, all_read=all_read))
    return Overview(tuple(rows), (*reading.problems, *own_problems(parts)), reading.places)


def _all_read(reading: Reading) -> bool:
    """Is every address known that keyrack's user has configured? Of a table that is none it is not."""
    unknown = (server for server in reading.servers if server.problem and server.url is None)
    return all(place.found != "broken" for place in reading.places) and not any(
        source.client == "keyrack" for server in unknown for source in server.sources
    )


def own_problems(parts: Parts) -> tuple[Problem, ...]:
    """What keyrack found wrong in its own records, once they have been read, and in the user's cards."""
    records = tuple(Problem("keyrack", "its records", warning) for warning in parts.rack().warnings)
    folder = parts.cards_dir()
    if folder is None or not os.path.isdir(folder):
        return records
    from keyrack.cards.load import user_cards  # late: few people have cards of their own

    bad = user_cards(folder).problems
    return records + tuple(
        Problem("keyrack", card.path, f"This card can't be used: {card.what}.") for card in bad
    )


def row_of(
    server: Server,
    record: Record | None,
    now: float,
    *,
    store_locked: bool = False,
    all_read: bool = True,
) -> Row:
    """A server and its record, judged at `now`. `all_read` False: some file could not be read."""
    credential = record.credential if record else None
    check = record.check if record else None
    status = status_of(server, credential, check, now, store_locked=store_locked, all_read=all_read)
    return Row(server, credential, check, status)


def is_lasting(server: Server) -> bool:
    """Does a file name it that is read wherever keyrack is started, and not one project's alone?"""
    return any(not source.scope.startswith("project") for source in server.sources)


def find(parts: Parts, name_or_url: str, account: str | None = None) -> Server:
    """The server that a person means by a name or a URL.

    Without `account` it is the entry's own, or the server's default, or the only one that there is.
    A URL need not be configured. Raises NoSuchServer (exit code 6), BadUrl.
    """
    server = _find(parts, name_or_url, account)
    if account or server.url is None or server.account != DEFAULT_ACCOUNT:
        return server
    if _has_credential(parts.rack().record(server.url, DEFAULT_ACCOUNT)):
        return server  # by far the most, and spares reading all the others
    return server._replace(account=_only_account(parts.read(), parts.rack().records(), identity(server.url)))


def _find(parts: Parts, name_or_url: str, account: str | None) -> Server:
    reading = parts.read()
    servers = reading.servers
    if is_address(name_or_url):
        url = parse_url(name_or_url)
        return _of_url(reading, url, url, account)
    for server in servers:
        if server.name == name_or_url or name_or_url in server.aliases:
            return server._replace(account=account or server.account)
    for key in parts.rack().records():
        if _name_of(key.url) == name_or_url:
            return _of_url(reading, key.url, name_or_url, account)
    import difflib

    close = difflib.get_close_matches(name_or_url, [server.name for server in servers], 1)
    hint = f"Did you mean {plain(close[0], 120)}?" if close else "keyrack list shows the names."
    broken = next((place.path for place in reading.places if place.found == "broken"), None)
    if broken and not close:
        hint = f"{broken} can't be read, and may name it: keyrack doctor tells what is wrong."
    raise NoSuchServer(f"No server is called “{name_or_url}”.", hint=hint)


def _of_url(reading: Reading, url: str, name: str, account: str | None) -> Server:
    """The configured server there, with the settings of that account where it has its own."""
    wanted = identity(url)
    account = account or reading.accounts.get(wanted)
    same = [server for server in reading.servers if server.url and identity(server.url) == wanted]
    if not same:
        return Server(name=name, url=url, account=account or DEFAULT_ACCOUNT)
    best = next((server for server in same if server.account == account), same[0])
    return best._replace(account=account or best.account)


def _name_of(url: str) -> str:
    return url.split("://", 1)[-1]


def _meant(reading: Reading, records: Mapping[CredentialKey, Record]) -> tuple[Server, ...]:
    """The configured servers, each with the account that is meant where the file names none."""
    known = {key.url for key in records if key.account != DEFAULT_ACCOUNT}
    if not known:
        return reading.servers

    def meant(server: Server) -> Server:
        if server.url is None or server.account != DEFAULT_ACCOUNT or identity(server.url) not in known:
            return server
        return server._replace(account=_only_account(reading, records, identity(server.url)))

    return tuple(meant(server) for server in reading.servers)


def _only_account(reading: Reading, records: Mapping[CredentialKey, Record], url: str) -> str:
    """The one that has a credential there, where none is chosen and no file names it."""
    here = {key.account: record for key, record in records.items() if key.url == url}
    stored = {account for account, record in here.items() if _has_credential(record)}
    if DEFAULT_ACCOUNT in stored or url in reading.accounts:
        return DEFAULT_ACCOUNT
    configured = {each.account for each in reading.servers if each.url and identity(each.url) == url}
    others = stored - configured
    return others.pop() if len(others) == 1 else DEFAULT_ACCOUNT


def _has_credential(record: Record | None) -> bool:
    return record is not None and record.credential is not None
