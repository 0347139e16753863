"""What the operations work with, built in `wiring` and nowhere else."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from keyrack.domain.model import Check, Credential, Grant, Record, Source
from keyrack.domain.reading import Reading
from keyrack.domain.storage import Removal, StoreState

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from keyrack.oauth.effects import Failed, Request, Response


class Rack(Protocol):
    """Credentials by (url, account): secrets in the store, facts in records.

    Every method but `records` and `record` may take as long as the keychain does,
    at most its time limit; call them off the screen's thread. They raise
    StoreUnavailable and its kinds, with the old credential still readable.
    """

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was found wrong and got round: damaged records set aside, and the like."""
        ...

    def state(self) -> StoreState: ...
    def records(self) -> dict[tuple[str, str], Record]: ...
    def record(self, url: str, account: str) -> Record | None: ...
    def load(self, url: str, account: str) -> Grant | None: ...
    def save(self, grant: Grant) -> Credential: ...
    def prove_writable(self) -> None: ...
    def remove(self, url: str, account: str) -> Removal: ...
    def note(
        self, url: str, account: str, *, check: Check | None = None, refusal: tuple[float, str] | None = None
    ) -> None: ...
    def lock(self, url: str, account: str, *, timeout: float = 30.0) -> "AbstractContextManager[None]": ...


class Wire(Protocol):
    """HTTP to a server and to what it names. Safe from any thread. Blocking, bounded."""

    def send(self, request: "Request", *, server_url: str) -> "Response | Failed": ...
    def close(self) -> None: ...


class Callback(Protocol):
    """The loopback listener (RFC 8252, section 7.3)."""

    redirect_uri: str

    def expect(self, state: Any) -> None: ...
    def wait(self, seconds: float) -> dict[str, Any] | None: ...
    def close(self) -> None: ...


class Parts(NamedTuple):
    """The adapters, joined. Factories where the real thing is heavy to import."""

    read: Callable[[], Reading]
    rack: Callable[[], Rack]
    wire: Callable[[], Wire]
    listen: Callable[..., Callback]  # listen(port, host, path)
    browse: Callable[[str], bool]  # opens the URL; False: no browser here
    now: Callable[[], float]
    keep_in_memory: Callable[[], None]  # from now on the rack is memory, until the end
    add_server: Callable[[str, str], str]  # add_server(name, url): into keyrack's own file; returns its path
    # set_account(url, account): which one is meant where none is named; into keyrack's own file
    set_account: Callable[[str, str], None] = lambda url, account: None
    client_name: str = "keyrack"


def by_client(sources: Iterable[Source]) -> tuple[str, ...]:
    """The programs' names, each once, in order."""
    return tuple(dict.fromkeys(source.client for source in sources))
