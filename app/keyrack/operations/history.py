"""Records what happens to credentials, and hands them out, in the log. Nothing else writes to it."""

from __future__ import annotations

from keyrack.domain.address_key import shown
from keyrack.domain.event import Event, Kind, Way
from keyrack.domain.model import CredentialKey, Server
from keyrack.operations.ports import Adapters


def log_event(
    adapters: Adapters,
    server: Server,
    kind: Kind,
    note: str = "",
    *,
    way: Way | None = None,
    program: str = "",
) -> None:
    """Add an event of this server's credential to the log. Never raises; the log may be unwritable."""
    key = server.key
    adapters.events().add(
        Event(
            adapters.now(),
            kind,
            server.name,
            shown(key.url) if key is not None else "",
            server.account,
            server.key_name,
            way or "",
            program,
            note,
        )
    )


def history_of(adapters: Adapters, key: CredentialKey) -> tuple[Event, ...]:
    """The events of one credential, the oldest first. Reads a file; don't call it in the screen's thread."""
    return tuple(event for event in adapters.events().all() if is_of(event, key))


def is_of(event: Event, key: CredentialKey) -> bool:
    """Is the event one of this credential?"""
    return (event.url, event.account, event.key_name) == (shown(key.url), key.account, key.name)
