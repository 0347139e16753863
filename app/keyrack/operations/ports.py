"""The interfaces of the adapters that operations use. `wiring` builds the real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import HeldReading, HeldToken
from keyrack.domain.model import (
    Check,
    CredentialInfo,
    CredentialKey,
    EntrySecret,
    Header,
    Record,
    Server,
    Source,
    StoredCredential,
    TlsFiles,
)
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.reading import Reading
from keyrack.domain.secret import Secret
from keyrack.domain.storage import Deletion, Finding, StoreKind, StoreState, Survey

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from keyrack.domain.change import Backup, Change, Edit
    from keyrack.domain.connection import Connection, Method, Plan, Wanted
    from keyrack.domain.consent import HandOutRequest
    from keyrack.domain.errors import BadServiceFile
    from keyrack.domain.event import Event
    from keyrack.domain.held import Program
    from keyrack.domain.hooks import Hooks
    from keyrack.domain.rewrite import Rewrite
    from keyrack.domain.service import Call, Service, ServiceAnswer
    from keyrack.domain.vendor import Vendor
    from keyrack.oauth.http import Failed, Request, Response
    from keyrack.system.interrupt import Interrupt
    from keyrack.system.running import Ran

    Told = dict[str, dict[str, Any]]
    ServiceReply = tuple[int, tuple[tuple[str, str], ...], Any]


class CredentialStore(Protocol):
    """Credentials by their keys: secrets in the store, facts in records.

    Every method but `records`, `record` and `stamp` can take up to the keychain's time
    limit; don't call them in the screen's thread. They raise StoreUnavailable and its
    kinds, and then the old credential can still be read.
    """

    @property
    def warnings(self) -> tuple[str, ...]:
        """Problems that were worked around, such as damaged records."""
        ...

    def state(self) -> StoreState: ...
    def records(self) -> dict[CredentialKey, Record]: ...
    def record(self, key: CredentialKey) -> Record | None: ...
    def stamp(self) -> int | None: ...
    def load(self, key: CredentialKey) -> StoredCredential | None: ...
    def save(self, stored_credential: StoredCredential) -> CredentialInfo: ...
    def renewing(
        self, stored: StoredCredential
    ) -> AbstractContextManager[Callable[[StoredCredential], CredentialInfo]]: ...
    def prove_writable(self) -> None: ...
    def delete(self, key: CredentialKey) -> Deletion: ...
    def recover(self) -> tuple[Finding, ...]: ...
    def survey(self) -> Survey: ...
    def repair(self, also: Iterable[CredentialKey] = ()) -> tuple[Finding, ...]: ...
    def held(self, key: CredentialKey) -> StoredCredential | None: ...
    def delete_copy(self, key: CredentialKey) -> None: ...
    def backup_key(self, *, create: bool) -> Secret | None: ...
    def note(
        self,
        key: CredentialKey,
        *,
        check: Check | None = None,
        refusal: tuple[float, str] | None = None,
        refresh_refusal: tuple[float, str] | None = None,
        of: CredentialInfo | None = None,
        unanswered_client: str | None = None,
        names: tuple[str, ...] | None = None,
    ) -> None: ...
    def lock(self, key: CredentialKey, *, timeout: float = 30.0) -> AbstractContextManager[None]: ...


class Services(Protocol):
    """The known services, and the known vendors of authorization servers.

    `service_for` and `problems` read files; don't call them in the screen's thread.
    """

    def service_for(self, url: str) -> Service | None:
        """The service of a server's URL; None if unknown."""
        ...

    def problems(self) -> tuple[BadServiceFile, ...]:
        """The user's own service files that can't be used."""
        ...

    def vendor_of(self, issuer: str) -> Vendor:
        """The vendor of an issuer; UNKNOWN for others."""
        ...

    def check_call(self, service: Service, fields: Mapping[str, Secret]) -> Call | None:
        """The request for the service's own check of the token. Raises KeyrackError if a field is missing."""
        ...

    def revoke_call(self, service: Service, fields: Mapping[str, Secret]) -> Call | None:
        """The request that revokes the token. Raises KeyrackError if a field is missing."""
        ...

    def may_send(self, service: Service, url: str) -> bool:
        """May the service's token go to this URL?"""
        ...

    # A reply is its status, its headers, and its JSON (None if it is not JSON).
    def read_check(self, service: Service, reply: ServiceReply) -> ServiceAnswer: ...
    def read_revoke(self, service: Service, reply: ServiceReply) -> ServiceAnswer: ...


class Rewriting(Protocol):
    """Replaces a secret in another program's file by a reference to a variable."""

    def by_hand(self, header: Header, variable: str) -> str | None:
        """What the user must write in the file, if keyrack does not edit it; else None."""
        ...

    def prefix(self, header: Header) -> str:
        """What the variable must contain before the token, or ""."""
        ...

    def rewrite(self, header: Header, variable: str, url: str) -> Rewrite:
        """The change, which is not made yet. Raises KeyrackError if it is not possible."""
        ...

    def wrap(self, source: Source, named: Mapping[EntrySecret, str], secrets: str) -> Rewrite | str:
        """The change by which an entry starts its local process with `keyrack exec --secrets SECRETS`, and
        loses the secrets; a sentence for the user if keyrack does not edit the file. `named` has the name of
        each in the store. Raises KeyrackError if it is not possible."""
        ...

    def apply(self, change: Rewrite, keep: Callable[[Edit], object]) -> None:
        """Make the change on what is in the file now. `keep` gets it just before, again if the file is
        changed meanwhile. Raises KeyrackError, and then nothing is changed."""
        ...

    def is_there(self, change: Rewrite) -> bool:
        """Is the change still in the file?"""
        ...


class OtherPrograms(Protocol):
    """The tokens that other programs hold, in their files and keychain items.

    Methods read files; don't call them in the screen's thread.
    """

    def read(
        self, urls: Sequence[str], *, ask: bool = False, is_brief: bool = False, files_only: bool = False
    ) -> HeldReading:
        """All of them. `urls` are the configured ones. `ask`: read keychain items even if the system may
        ask the user for permission. `is_brief`: without the client and the issuer where these are in files of
        their own, which takes a third less time. `files_only`: no keychain items. Never raises for the
        content of a file."""
        ...

    def line_of(self, held: HeldToken) -> int | None:
        """The line of the token's row in its file, from 1; None if it is not known or not in a file."""
        ...

    def line_of_entry(self, source: Source) -> int | None:
        """The same for a server's entry in a program's configuration."""
        ...

    def plan(self, change: Change, urls: Sequence[str]) -> Change:
        """The change with its diff; nothing is changed yet. Raises KeyrackError if it is not possible."""
        ...

    def make(
        self,
        change: Change,
        urls: Sequence[str],
        keep: Callable[[tuple[Edit, ...]], object],
        *,
        timeout: float | None = None,
        earlier: Sequence[Edit] = (),
    ) -> None:
        """Make the change on what is there now, under the program's own lock. `keep` gets the edits just
        before they are made, combined with `earlier` ones of the same row, so that an undo reverses both;
        if it raises, nothing is changed. Raises KeyrackError if nothing was changed,
        Temporary if the program holds its lock for longer than `timeout` seconds."""
        ...

    def revert(self, backup: Backup) -> tuple[tuple[Edit, str, bool], ...]:
        """Reverse the edits. For each: what was done as a clause, and whether anything was."""
        ...

    def programs(self) -> tuple[Program, ...]:
        """The programs that hold tokens, as far as keyrack knows."""
        ...


NOT_HERE = "No files of other programs are written here."


class Entries(Protocol):
    """The entries of other programs' files, through which they can take their token from keyrack."""

    def programs(self) -> tuple[str, ...]:
        """The display names of the programs whose entries keyrack can write."""
        ...

    def methods(self, program: str) -> tuple[Method, ...]:
        """How the program can take its token, the best first; without publishing."""
        ...

    def plan(self, wanted: Wanted) -> Plan:
        """The change that connects an entry, with its diff; nothing is changed yet. Raises KeyrackError."""
        ...

    def make(self, plan: Plan, variable: str, keep: Callable[[tuple[Edit, ...]], object]) -> None:
        """Make it on what is in the file now. `keep` gets the edit just before; if it raises, nothing is
        changed. Raises KeyrackError, and then nothing has changed."""
        ...

    def plan_removal(self, connection: Connection) -> Plan:
        """The entry without what keyrack wrote. Raises KeyrackError."""
        ...

    def remove(self, connection: Connection, keep: Callable[[tuple[Edit, ...]], object]) -> None:
        """Delete an entry that keyrack added, or take from another one what keyrack wrote."""
        ...

    def shown(self, edit: Edit, connection: Connection) -> tuple[str, ...]:
        """The diff of an edit's reversal. Raises KeyrackError if it can't be reversed."""
        ...

    def has(self, connection: Connection) -> bool:
        """Is the entry there as keyrack wrote it?"""
        ...

    def folder(self, connection: Connection) -> str:
        """In which folder the program runs keyrack; "" if that is the user's own."""
        ...

    def distrusted(self, connection: Connection) -> str:
        """Why the program does not run keyrack yet, as a sentence; "" if it does."""
        ...

    def environment(self, connection: Connection) -> dict[str, str]:
        """In which the program runs keyrack."""
        ...

    def connection_of(self, source: Source, word: str, url: str) -> Connection:
        """What is known of a connected entry of which keyrack has no record."""
        ...


class Connections(Protocol):
    """keyrack's record of the entries that it wrote. Methods raise KeyrackError."""

    def all(self) -> tuple[Connection, ...]: ...
    def save(self, connection: Connection) -> None: ...
    def delete(self, connection: Connection) -> None: ...


class NoEntries:
    """The default of `Adapters.entries`."""

    def programs(self) -> tuple[str, ...]:
        return ()

    def methods(self, program: str) -> tuple[Method, ...]:
        return ()

    def plan(self, wanted: Wanted) -> Plan:
        raise KeyrackError(NOT_HERE)

    def make(self, plan: Plan, variable: str, keep: Callable[[tuple[Edit, ...]], object]) -> None:
        raise KeyrackError(NOT_HERE)

    def plan_removal(self, connection: Connection) -> Plan:
        raise KeyrackError(NOT_HERE)

    def remove(self, connection: Connection, keep: Callable[[tuple[Edit, ...]], object]) -> None:
        raise KeyrackError(NOT_HERE)

    def shown(self, edit: Edit, connection: Connection) -> tuple[str, ...]:
        raise KeyrackError(NOT_HERE)

    def has(self, connection: Connection) -> bool:
        return False

    def folder(self, connection: Connection) -> str:
        return ""

    def distrusted(self, connection: Connection) -> str:
        return ""

    def environment(self, connection: Connection) -> dict[str, str]:
        return {}

    def connection_of(self, source: Source, word: str, url: str) -> Connection:
        raise KeyrackError(NOT_HERE)


class NoConnections:
    """The default of `Adapters.connections`."""

    def all(self) -> tuple[Connection, ...]:
        return ()

    def save(self, connection: Connection) -> None:
        raise KeyrackError("There is no place for a record here.")

    def delete(self, connection: Connection) -> None:
        raise KeyrackError("There is no place for a record here.")


def not_run(argv: Sequence[str], env: Mapping[str, str], seconds: float, folder: str) -> Ran:
    """The default of `Adapters.run`."""
    raise KeyrackError("No command is run here.")


class Backups(Protocol):
    """Backups of changes to other programs' files, sealed with a key in the credential store.

    Methods raise StoreUnavailable and its kinds if the key can't be used.
    """

    def save(self, backup: Backup) -> Backup:
        """Write it to the disk, in the place of one with the same ID. Returns it with its ID."""
        ...

    def all(self) -> tuple[Backup, ...]:
        """The newest first."""
        ...

    def delete(self, backup: Backup) -> None: ...
    def delete_old(self) -> int:
        """Delete those that are older than 30 days. Needs no key."""
        ...


def no_backups() -> Backups:
    """The default of `Adapters.backups`."""
    raise KeyrackError("There is no place for backups here, so nothing was changed.")


class EventLog(Protocol):
    """The log of what happened to credentials, without secrets and of a limited length.

    `add` takes far less than a millisecond; `all` reads files, so don't call it in the screen's thread.
    """

    def add(self, event: Event) -> None:
        """Never raises: what has happened is not undone because it can't be logged."""
        ...

    def all(self) -> tuple[Event, ...]:
        """The oldest first. Never raises."""
        ...

    def stamp(self) -> object:
        """Another one when an event has been added, by whichever process. Never raises."""
        ...


class NoEventLog:
    """For tests."""

    def add(self, event: Event) -> None:
        pass

    def all(self) -> tuple[Event, ...]:
        return ()

    def stamp(self) -> object:
        return None


class Consent(Protocol):
    """Asks the user before a token is handed out. Blocks."""

    def ask(self, request: HandOutRequest) -> bool | None:
        """The user's answer; None if there is none until `request.until`, or nobody can be asked."""
        ...

    def waiting(self) -> tuple[HandOutRequest, ...]:
        """For keyrack's screen: the questions of other processes that have no answer yet."""
        ...

    def answer(self, request: HandOutRequest, allowed: bool) -> None: ...


class NoConsent:
    """Nobody can be asked."""

    def ask(self, request: HandOutRequest) -> bool | None:
        return None

    def waiting(self) -> tuple[HandOutRequest, ...]:
        return ()

    def answer(self, request: HandOutRequest, allowed: bool) -> None:
        pass


class NoOtherPrograms:
    """For tests, and where no files of others are read."""

    def read(
        self, urls: Sequence[str], *, ask: bool = False, is_brief: bool = False, files_only: bool = False
    ) -> HeldReading:
        return HeldReading()

    def line_of(self, held: HeldToken) -> int | None:
        return None

    def line_of_entry(self, source: Source) -> int | None:
        return None

    def plan(self, change: Change, urls: Sequence[str]) -> Change:
        raise KeyrackError("No other programs are known here.")

    def make(
        self,
        change: Change,
        urls: Sequence[str],
        keep: Callable[[tuple[Edit, ...]], object],
        *,
        timeout: float | None = None,
        earlier: Sequence[Edit] = (),
    ) -> None:
        raise KeyrackError("No other programs are known here.")

    def revert(self, backup: Backup) -> tuple[tuple[Edit, str, bool], ...]:
        raise KeyrackError("No other programs are known here.")

    def programs(self) -> tuple[Program, ...]:
        return ()


class HttpClient(Protocol):
    """HTTP to a server and to the URLs that it names. Safe to use from any thread. Blocks, with a limit."""

    def send(self, request: Request, *, server_url: str) -> Response | Failed: ...
    def close(self) -> None: ...


class Callback(Protocol):
    """The loopback listener (RFC 8252, section 7.3)."""

    redirect_uri: str

    def expect(self, state: Any, stray: Callable[[dict[str, Any]], Any]) -> None: ...
    def wait(self, seconds: float) -> dict[str, Any] | None: ...
    def close(self) -> None: ...


class Vault(Protocol):
    """The sealed vault. A passphrase takes a second or two, so don't call it in the screen's thread.

    Methods raise StoreUnavailable and its kinds, and KeyrackError for invalid arguments.
    """

    name: str
    path: str
    identity_path: str  # of the key that is sealed with the passphrase

    def exists(self) -> bool: ...
    @property
    def key_path(self) -> str: ...
    def has_own_key(self) -> bool: ...
    def has_key(self) -> bool: ...
    def wants_new_passphrase(self) -> bool: ...
    def state(self) -> StoreState: ...
    def create(self, passphrase: Secret | None, recipients: Iterable[str] = ()) -> None: ...
    def unlock(self, passphrase: Secret | None = None) -> None: ...
    def lock(self) -> None: ...
    def change_passphrase(self, passphrase: Secret) -> None: ...
    def recipients(self) -> tuple[str, ...]: ...
    def own_recipients(self) -> tuple[str, ...]: ...
    def change_recipients(self, edit: Callable[[tuple[str, ...]], Iterable[str]]) -> None: ...


class StreamReply(Protocol):
    """A reply whose body is read piece by piece. `close` it, also after an error."""

    status: int
    headers: tuple[tuple[str, str], ...]
    url: str

    def header(self, name: str) -> str | None: ...
    def all(self, name: str) -> tuple[str, ...]: ...

    def pieces(self) -> Iterator[bytes]:
        """Raises BrokenOff if it ends before it is complete."""
        ...

    def close(self) -> None: ...


class Streams(Protocol):
    """HTTP to one server's own origin, over connections that are kept. Safe to use from any thread."""

    def open(self, request: Request, interrupt: Interrupt) -> StreamReply | Failed:
        """Send a request, and return the head of the reply. `interrupt` ends it at any time."""
        ...

    def close(self) -> None: ...


class Watching(Protocol):
    """What `keyrack watch` and the screen tell of events with. Not for the screen's thread."""

    def alone(self) -> AbstractContextManager[None]:
        """Be the only watch of this data folder. Raises KeyrackError if there is another one."""
        ...

    def change_told(self, change: Callable[[Told], Told]) -> None:
        """Replace what has been told, a table by row. Raises KeyrackError if it could not be stored."""
        ...

    def hooks(self) -> Hooks:
        """The hooks in keyrack's own file. Raises KeyrackError if they can't be read, or must not be run."""
        ...

    def run(self, command: Sequence[str], facts: Mapping[str, str], seconds: float) -> str:
        """Run a hook with these variables, without a shell. Returns "", or what went wrong as a clause."""
        ...

    def notify(self, title: str, body: str) -> bool:
        """Show a desktop notification. False if there is no desktop."""
        ...

    def stop(self) -> None:
        """End the hooks that run, and start no more."""
        ...

    def install(self) -> tuple[str, tuple[str, ...]]:
        """Write the file by which the system starts `keyrack watch`. Returns its path, and the commands
        that start and stop it. Raises KeyrackError."""
        ...


def no_watching() -> Watching:
    """The default of `Adapters.watching`."""
    raise KeyrackError("Nothing can be watched here.")


class Stores(Protocol):
    """The stores to choose from. `Adapters.credentials` uses the chosen one."""

    def chosen(self) -> StoreKind: ...
    def choose(self, kind: StoreKind) -> None: ...
    def credentials(self, kind: StoreKind) -> CredentialStore: ...

    def vault(self, identity_file: str = "") -> Vault:
        """The vault, with the configured identity or the one in `identity_file`."""
        ...

    def keep_identity(self, identity_file: str) -> None:
        """Write the identity file's path to the configuration."""
        ...


def no_streams(server_url: str, *files: TlsFiles) -> Streams:
    """The default of `Adapters.streams`."""
    raise KeyrackError("There is no connection for a bridge here.")


def no_stores() -> Stores:
    """The default of `Adapters.stores`."""
    raise KeyrackError("There is no other store for secrets here.")


class Adapters(NamedTuple):
    """All adapters. Factories for those that are slow to import."""

    read: Callable[[], Reading]
    credentials: Callable[[], CredentialStore]
    http_client: Callable[..., HttpClient]  # wire(files, issuers): `operations.connection` knows when
    listen: Callable[..., Callback]  # listen(port, host, path)
    browse: Callable[[str], bool]  # opens the URL; False: no browser here
    now: Callable[[], float]
    keep_in_memory: Callable[[], None]  # from now on, keep credentials in memory only
    services: Callable[[], Services]
    rewriting: Callable[[], Rewriting]
    add_server: Callable[[str, str], str]  # add_server(name, url): into keyrack's own file; returns its path
    # set_account(url, account): write the default account into keyrack's own file
    set_account: Callable[[str, str], None] = lambda url, account: None
    # set_publish(key, programs): the same for the programs that get a server's fresh tokens; "" for none
    set_publish: Callable[[str, str], None] = lambda key, programs: None
    config_file: Callable[[], str] = lambda: "config.toml"  # the path of keyrack's own file
    stores: Callable[[], Stores] = no_stores
    other_programs: Callable[[], OtherPrograms] = NoOtherPrograms
    backups: Callable[[], Backups] = no_backups
    entries: Callable[[], Entries] = NoEntries
    connections: Callable[[], Connections] = NoConnections
    # run(argv, env, seconds, folder): keyrack itself, as another program runs it
    run: Callable[[Sequence[str], Mapping[str, str], float, str], Ran] = not_run
    # on_wait(tell): from now on, `tell` gets a sentence, in any thread, when the system waits for the
    # user's answer
    on_wait: Callable[[Callable[[str], Any]], None] = lambda tell: None
    # refresh_apart(server, min_valid, seconds): have another process refresh the credential, which may
    # outlive this one. Has it ended within `seconds`? None if a person is there who can wait.
    refresh_apart: Callable[[Server, float, float], bool] | None = None
    events: Callable[[], EventLog] = NoEventLog
    consent: Callable[[], Consent] = NoConsent
    # caller(): the program that runs keyrack, as it calls itself; "" if it is not known
    caller: Callable[[], str] = lambda: ""
    # asked_before(key, since): has the process that runs keyrack got this credential after `since`
    # (Unix seconds)? It is noted that it gets it now.
    asked_before: Callable[[CredentialKey, float], bool] = lambda key, since: False
    streams: Callable[..., Streams] = no_streams  # streams(server_url, files), for a bridge
    watching: Callable[[], Watching] = no_watching
    client_name: str = "keyrack"


def by_client(sources: Iterable[Source]) -> tuple[str, ...]:
    """The programs' names without duplicates, in order."""
    return tuple(dict.fromkeys(source.client for source in sources))
