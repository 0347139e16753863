"""The list of every server with its credential's state. Reads records, never the keychain."""

from __future__ import annotations

from keyrack.domain.held import HeldToken
from keyrack.domain.model import Check, CredentialInfo, Record, Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.reading import Place, Problem, Reading
from keyrack.domain.status import State, Status, sends_header
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.owners import Owners
from keyrack.operations.sharing.elsewhere import claimed, login_of
from keyrack.wording.commands import command_for
from keyrack.wording.status import status_of


class Row(NamedTuple):
    """One line of the list."""

    server: Server
    credential: CredentialInfo | None
    check: Check | None
    status: Status
    elsewhere: tuple[HeldToken, ...] = ()  # what other programs hold for the server

    @property
    def key(self) -> str:
        """Identifies this row, also in later lists."""
        server = self.server
        return f"{server.url or 'stdio:' + server.name}\n{server.account}\n{server.tag}"

    @property
    def locked(self) -> bool:
        """The store must be unlocked before its credential can be used."""
        return self.status.locked

    @property
    def kind(self) -> str:
        """oauth | token | header | none | stdio | unknown."""
        if self.server.url is None:
            return "stdio" if not self.server.problem else "unknown"
        if self.status.state in (State.CONFIGURED, State.EMPTY_HEADER):
            return "header"
        if sends_header(self.server) or self.server.address_key is not None:
            return "header"
        if self.credential is not None:
            return self.credential.kind
        if self.status.state is State.NO_AUTH:
            return "none"
        if self.status.held_by:
            return "oauth"
        if self.server.client.client_id or (self.check is not None and self.check.verdict == "required"):
            return "oauth"
        return "unknown"

    @property
    def command(self) -> str | None:
        """The command line for the next action."""
        return command_for(self.status.action, self.server, self.status.held_by)


class Overview(NamedTuple):
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    places: tuple[Place, ...]
    unclaimed: tuple[HeldToken, ...] = ()  # what other programs hold for servers that no program lists
    paths: tuple[str, ...] = ()  # the files and folders that a change of which changes this
    unread: tuple[str, ...] = ()  # programs whose keychain items were not read
    may_ask: bool = False  # because the system may ask the user for permission; else they are locked


def overview(
    adapters: Adapters,
    *,
    store_locked: bool = False,
    ask: bool = False,
    is_brief: bool = False,
    files_only: bool = False,
    ask_store: bool = False,
) -> Overview:
    """All configured servers, then stored credentials that no program lists any more.

    `ask`: read other programs' keychain items even if the system may ask the user for permission.
    `ask_store`: find out whether the store is locked, if something is stored in it.
    `is_brief`: what they hold need not name its client and issuer. `files_only`: read no keychain items.
    """
    reading = adapters.read()
    records = adapters.credentials().records()
    if ask_store and any(record.credential is not None for record in records.values()):
        store_locked = adapters.store_locked()
    owners = Owners(reading, adapters.credentials(), records)
    now = adapters.now()
    servers = owners.servers()
    urls = [server.url for server in servers if server.url]
    held = adapters.other_programs().read(urls, ask=ask, is_brief=is_brief, files_only=files_only)
    elsewhere, unclaimed = claimed(servers, held.tokens)
    rows = [
        row_of(
            server,
            records.get(key) if records and (key := server.key) else None,
            now,
            store_locked=store_locked,
            elsewhere=elsewhere.get(position, ()),
        )
        for position, server in enumerate(servers)
    ]
    all_read = all_read_in(reading)  # a file that can't be read may name the server of such a credential
    rows += [
        row_of(stray.server, stray.record, now, store_locked=store_locked, all_read=all_read)
        for stray in owners.strays(servers)
    ]
    problems = (*reading.problems, *held.problems, *own_problems(adapters))
    paths = tuple(dict.fromkeys((*reading.paths, *held.paths)))
    return Overview(
        tuple(rows), problems, reading.places, unclaimed, paths, unread=held.unread, may_ask=held.may_ask
    )


def all_read_in(reading: Reading) -> bool:
    """Is every configured URL known? Not if a file or a table could not be read."""
    unknown = (server for server in reading.servers if server.problem and server.url is None)
    return all(place.found != "broken" for place in reading.places) and not any(
        source.client == "keyrack" for server in unknown for source in server.sources
    )


def own_problems(adapters: Adapters) -> tuple[Problem, ...]:
    """Problems with keyrack's own records, once they have been read, and with the user's service files."""
    records = tuple(Problem("keyrack", "its records", warning) for warning in adapters.credentials().warnings)
    return records + tuple(
        Problem("keyrack", bad.path, f"This service file can't be used: {bad.what}.")
        for bad in adapters.services().problems()
    )


def row_of(
    server: Server,
    record: Record | None,
    now: float,
    *,
    store_locked: bool = False,
    all_read: bool = True,
    elsewhere: tuple[HeldToken, ...] = (),
) -> Row:
    """The row for a server and its record at `now`. `all_read` False: a file could not be read.

    `elsewhere`: what other programs hold for it.
    """
    credential = record.credential if record else None
    check = record.check if record else None
    status = status_of(
        server,
        credential,
        check,
        now,
        store_locked=store_locked,
        all_read=all_read,
        held_by=login_of(elsewhere, now) if elsewhere else "",
    )
    return Row(server, credential, check, status, elsewhere)


def is_lasting(server: Server) -> bool:
    """Is it in a file that is read in every folder, not only in one project?"""
    return any(not source.scope.startswith("project") for source in server.sources)
