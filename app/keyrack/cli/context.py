"""The context that a verb runs in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from keyrack.cli.output import Output

if TYPE_CHECKING:
    from keyrack.domain.model import Server
    from keyrack.operations.ports import Adapters


class Context:
    """The streams, and the factories of the adapters, the screen and the demo."""

    def __init__(
        self,
        out: Output,
        adapters: Callable[[], Adapters],
        screen: Callable[[Callable[[], Adapters]], Any],
        demo: Callable[[], int],
    ) -> None:
        self.out = out
        self.adapters = adapters
        self.screen = screen
        self.demo = demo


def target(
    adapters: Adapters,
    named: str,
    account: str | None = None,
    name: str | None = None,
    *,
    or_local: bool = False,
) -> Server:
    """The remote server that NAME|URL and --account mean. `name` selects one of several with a URL.

    `or_local`: or a local process, if keyrack has its secrets or can take them over.
    Raises NoSuchServer, BadUrl, and KeyrackError for an entry that has no credential to manage.
    """
    from keyrack.domain.errors import KeyrackError
    from keyrack.operations.servers.find import find

    server = find(adapters, named, account, name=name)
    if server.problem:
        raise KeyrackError(
            f"{server.name} can't be used: {server.problem}",
            hint="Run keyrack doctor to see where it is configured.",
        )
    if server.url is None and not (or_local and (server.secrets or server.entry_secrets)):
        raise KeyrackError(
            f"{server.name} is a local process (stdio); its credentials are in its environment.",
            hint="Run keyrack list --json to see which variables are not set.",
        )
    return server


def open_store(adapters: Adapters) -> None:
    """Ask for the vault's passphrase now, not later in another thread, or after the user has typed other
    input that would be lost. Raises StoreUnavailable and its kinds."""
    store = adapters.credentials().state()
    if store.ready and store.locked:
        adapters.stores().vault().unlock()
