"""Reads the log, for each credential apart."""

from __future__ import annotations

from collections.abc import Mapping

from keyrack.domain.address_key import shown
from keyrack.domain.event import Event
from keyrack.domain.model import CredentialKey
from keyrack.domain.named_tuple import NamedTuple
from keyrack.operations.ports import Adapters

_Key = tuple[str, str, str]  # the URL as shown, the account, the name in the credential's key


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
        key = event.url, event.account, event.key_name
        if event.kind == "renamed":  # its life goes on under another key
            found[key] = found.pop((event.url, event.account, event.old_key_name), [])
        found.setdefault(key, []).append(event)
    return Histories(stamp, {key: tuple(events) for key, events in found.items()})
