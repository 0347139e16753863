"""Records what happens to credentials, and hands them out, in the log. Nothing else writes to it."""

from __future__ import annotations

from keyrack.domain.address_key import shown
from keyrack.domain.event import Event, Kind, Way
from keyrack.domain.model import Server
from keyrack.operations.ports import Adapters


def log_event(
    adapters: Adapters,
    server: Server,
    kind: Kind,
    note: str = "",
    *,
    way: Way | None = None,
    program: str = "",
    old_key_name: str = "",
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
            old_key_name,
        )
    )
