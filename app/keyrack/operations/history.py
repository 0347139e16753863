"""Records what happens to credentials, and hands them out, in the log. Nothing else writes to it."""

from __future__ import annotations

from collections.abc import Mapping

from keyrack.domain.address_key import shown
from keyrack.domain.event import Event, Kind, Way
from keyrack.domain.model import CredentialKey, Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.operations.ports import Adapters

_Key = tuple[str, str, str]  # the URL as shown, the account, the name in the credential's key


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


class Histories(NamedTuple):
    """The events of every credential, the oldest first."""

    stamp: object  # of the log that they are from
    events: Mapping[_Key, tuple[Event, ...]]

    def of(self, key: CredentialKey) -> tuple[Event, ...]:
        return self.events.get((shown(key.url), key.account, key.name), ())


def histories(adapters: Adapters, before: Histories | None = None) -> Histories:
    """Read the log, unless it is as it was `before`. Not for the screen's thread: it reads files."""
    log = adapters.events()
    stamp = log.stamp()
    if before is not None and before.stamp == stamp:
        return before
    found: dict[_Key, list[Event]] = {}
    for event in log.all():
        found.setdefault((event.url, event.account, event.key_name), []).append(event)
    return Histories(stamp, {key: tuple(events) for key, events in found.items()})
