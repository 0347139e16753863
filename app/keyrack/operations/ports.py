"""What the operations work with, built in `wiring` and nowhere else."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import (
    Check,
    CredentialInfo,
    CredentialKey,
    Header,
    Record,
    Source,
    StoredCredential,
)
from keyrack.domain.reading import Reading
from keyrack.domain.secret import Secret
from keyrack.domain.storage import Deletion, Finding, StoreKind, StoreState, Survey
from keyrack.domain.vendor import Vendor

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from keyrack.domain.errors import BadServiceFile
    from keyrack.domain.rewrite import Rewrite
    from keyrack.domain.service import Call, Service, ServiceAnswer
    from keyrack.oauth.http import Failed, Request, Response

    ServiceReply = tuple[int, tuple[tuple[str, str], ...], Any]


class CredentialStore(Protocol):
    """Credentials by their keys (`load(*key)`): secrets in the store, facts in records.

    Every method but `records`, `record` and `stamp` may take as long as the keychain does,
    at most its time limit; call them off the screen's thread. They raise
    StoreUnavailable and its kinds, with the old credential still readable.
    """

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was found wrong and got round: damaged records set aside, and the like."""
        ...

    def state(self) -> StoreState: ...
    def records(self) -> dict[CredentialKey, Record]: ...
    def record(self, url: str, account: str, name: str = "") -> Record | None: ...
    def stamp(self) -> int | None: ...
    def load(self, url: str, account: str, name: str = "") -> StoredCredential | None: ...
    def save(self, stored_credential: StoredCredential) -> CredentialInfo: ...
    def renewing(
        self, stored: StoredCredential
    ) -> "AbstractContextManager[Callable[[StoredCredential], CredentialInfo]]": ...
    def prove_writable(self) -> None: ...
    def delete(self, url: str, account: str, name: str = "") -> Deletion: ...
    def recover(self) -> tuple[Finding, ...]: ...
    def survey(self) -> Survey: ...
    def repair(self, also: Iterable[CredentialKey] = ()) -> tuple[Finding, ...]: ...
    def held(self, url: str, account: str, name: str = "") -> StoredCredential | None: ...
    def delete_copy(self, url: str, account: str, name: str = "") -> None: ...
    def note(
        self,
        url: str,
        account: str,
        name: str = "",
        *,
        check: Check | None = None,
        refusal: tuple[float, str] | None = None,
        refresh_refusal: tuple[float, str] | None = None,
        of: CredentialInfo | None = None,
        unanswered_client: str | None = None,
        names: tuple[str, ...] | None = None,
    ) -> None: ...
    def lock(
        self, url: str, account: str, name: str = "", *, timeout: float = 30.0
    ) -> "AbstractContextManager[None]": ...


class Services(Protocol):
    """What is known of services, and of the vendors of authorization servers.

    `service_for` and `problems` read files; call them off the screen's thread.
    """

    def service_for(self, url: str) -> "Service | None":
        """The service of a server's URL; None for an unknown one."""
        ...

    def problems(self) -> "tuple[BadServiceFile, ...]":
        """The user's own service files that can't be used."""
        ...

    def vendor_of(self, issuer: str) -> Vendor:
        """The vendor behind an issuer; UNKNOWN for any other."""
        ...

    def check_call(self, service: "Service", fields: Mapping[str, Secret]) -> "Call | None":
        """The service's own check of the token. Raises KeyrackError when a field is missing."""
        ...

    def revoke_call(self, service: "Service", fields: Mapping[str, Secret]) -> "Call | None":
        """The request that undoes the token. Raises KeyrackError when a field is missing."""
        ...

    def may_send(self, service: "Service", url: str) -> bool:
        """May the service's token go to this URL?"""
        ...

    # A reply is its status, its headers, and its JSON (None where it is none).
    def read_check(self, service: "Service", reply: "ServiceReply") -> "ServiceAnswer": ...
    def read_revoke(self, service: "Service", reply: "ServiceReply") -> "ServiceAnswer": ...


class Rewriting(Protocol):
    """Changing another program's file: a secret in it gives way to a reference to a variable."""

    def by_hand(self, header: Header, variable: str) -> str | None:
        """What a person has to write there, where keyrack does not write the file; else None."""
        ...

    def prefix(self, header: Header) -> str:
        """What the variable has to hold before the token; "" for nothing."""
        ...

    def rewrite(self, header: Header, variable: str, url: str) -> "Rewrite":
        """The change, not made yet. Raises KeyrackError where that can't be done."""
        ...

    def apply(self, change: "Rewrite", mark: str) -> str:
        """Make it, and keep a copy of the file beside it. Returns the copy's path. Raises KeyrackError."""
        ...


class HttpClient(Protocol):
    """HTTP to a server and to what it names. Safe from any thread. Blocking, bounded."""

    def send(self, request: "Request", *, server_url: str) -> "Response | Failed": ...
    def close(self) -> None: ...


class Callback(Protocol):
    """The loopback listener (RFC 8252, section 7.3)."""

    redirect_uri: str

    def expect(self, state: Any, stray: Callable[[dict[str, Any]], Any]) -> None: ...
    def wait(self, seconds: float) -> dict[str, Any] | None: ...
    def close(self) -> None: ...


class Vault(Protocol):
    """The sealed vault. Opening it with a passphrase takes a second or two; call it off the screen's thread.

    Methods raise StoreUnavailable and its kinds, and KeyrackError where something makes no sense.
    """

    name: str
    path: str
    identity_path: str  # of the key that the passphrase seals

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


class Stores(Protocol):
    """The places for secrets that can be chosen. `Adapters.credentials` is the chosen one's."""

    def chosen(self) -> StoreKind: ...
    def choose(self, kind: StoreKind) -> None: ...
    def credentials(self, kind: StoreKind) -> CredentialStore: ...

    def vault(self, identity_file: str = "") -> Vault:
        """The vault, with the configured identity or the one in a file that is to be configured."""
        ...

    def keep_identity(self, identity_file: str) -> None:
        """Configure it."""
        ...


def no_stores() -> Stores:
    """For parts without adapters."""
    raise KeyrackError("There is no other store for secrets here.")


class Adapters(NamedTuple):
    """The adapters, joined. Factories where the real thing is heavy to import."""

    read: Callable[[], Reading]
    credentials: Callable[[], CredentialStore]
    http_client: Callable[..., HttpClient]  # wire(files, issuers): `operations.connection` knows when
    listen: Callable[..., Callback]  # listen(port, host, path)
    browse: Callable[[str], bool]  # opens the URL; False: no browser here
    now: Callable[[], float]
    keep_in_memory: Callable[[], None]  # from now on the credential store is memory, until the end
    services: Callable[[], Services]
    rewriting: Callable[[], Rewriting]
    add_server: Callable[[str, str], str]  # add_server(name, url): into keyrack's own file; returns its path
    # set_account(url, account): which one is meant where none is named; into keyrack's own file
    set_account: Callable[[str, str], None] = lambda url, account: None
    config_file: Callable[[], str] = lambda: "config.toml"  # the path of keyrack's own file
    stores: Callable[[], Stores] = no_stores
    # on_wait(tell): from now on `tell` gets a sentence, in any thread, when a person is waited for whom
    # the system asks for something
    on_wait: Callable[[Callable[[str], Any]], None] = lambda tell: None
    client_name: str = "keyrack"


def by_client(sources: Iterable[Source]) -> tuple[str, ...]:
    """The programs' names, each once, in order."""
    return tuple(dict.fromkeys(source.client for source in sources))
