"""The interfaces of the adapters that operations use. `wiring` builds the real ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from keyrack.domain.model import CredentialKey, Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.reading import Problem, Reading
from keyrack.operations.ports.events import (
    Consent,
    EventLog,
    NoConsent,
    NoEventLog,
    Watching,
    no_watching,
)
from keyrack.operations.ports.network import (
    Callback,
    HttpClient,
    Services,
    StreamReply,
    Streams,
    no_streams,
)
from keyrack.operations.ports.own import NoOwnServers, OwnServers, not_understood
from keyrack.operations.ports.programs import (
    Connections,
    Entries,
    NoConnections,
    NoEntries,
    NoOtherPrograms,
    OtherPrograms,
    Rewriting,
    by_client,
    not_run,
)
from keyrack.operations.ports.storing import (
    Backups,
    CredentialStore,
    Stores,
    no_backups,
    no_stores,
)

if TYPE_CHECKING:
    from keyrack.system.running import Ran

__all__ = [
    "Adapters",
    "Backups",
    "Callback",
    "Connections",
    "Consent",
    "CredentialStore",
    "Entries",
    "EventLog",
    "HttpClient",
    "NoConnections",
    "NoConsent",
    "NoEntries",
    "NoOtherPrograms",
    "OtherPrograms",
    "OwnServers",
    "Rewriting",
    "Services",
    "StreamReply",
    "Streams",
    "Watching",
    "by_client",
]


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
    own_servers: Callable[[], OwnServers] = NoOwnServers
    # as_read(name, table): a server's table as it would be read from keyrack's own file, and what is wrong
    # with it
    as_read: Callable[[str, Mapping[str, Any]], tuple[Server, tuple[Problem, ...]]] = not_understood
    # set_account(url, account): write the default account into keyrack's own file
    set_account: Callable[[str, str], None] = lambda url, account: None
    # set_publish(key, programs): the same for the programs that get a server's fresh tokens; "" for none
    set_publish: Callable[[str, str], None] = lambda key, programs: None
    config_file: Callable[[], str] = lambda: "config.toml"  # the path of keyrack's own file
    # store_locked(): is the store locked, so that secrets can't be read? As far as that is known at once.
    store_locked: Callable[[], bool] = lambda: False
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
