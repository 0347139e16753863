"""A log of events in memory."""

from __future__ import annotations

from keyrack.domain.event import Event


class KeptEvents:
    def __init__(self, *events: Event) -> None:
        self.kept = list(events)

    def add(self, event: Event) -> None:
        self.kept.append(event)

    def all(self) -> tuple[Event, ...]:
        return tuple(self.kept)

    def stamp(self) -> object:
        return len(self.kept)

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.kept]
