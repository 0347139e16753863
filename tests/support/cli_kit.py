"""Fakes for the command line: a fixed clock, servers in a list, records in a dict."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from keyrack import cli
from keyrack.domain.model import Check, CredentialInfo, CredentialKey, Record, Server, Source
from keyrack.domain.reading import Place, Problem, Reading
from keyrack.domain.resource import canonical_url
from keyrack.domain.storage import Finding, StoreState, Survey
from keyrack.operations.ports import Adapters, NoConnections, NoEntries, NoOtherPrograms, OtherPrograms
from keyrack.services.known import KnownServices
from keyrack.sources.rewriting import rewrite
from support.kept_events import KeptEvents
from support.schemas import validated
from support.watching import FakeWatching

NOW = 1_772_366_400.0  # 2026-03-01T12:00:00Z
URL = "https://mcp.linear.app/mcp"
CURSOR = Source("Cursor", "/home/u/.cursor/mcp.json", "linear")


def linear(**changes: Any) -> Server:
    """A remote server that Cursor names."""
    return Server("linear", URL, sources=(CURSOR,))._replace(**changes)


def oauth(**changes: Any) -> CredentialInfo:
    """An OAuth credential that is good for 52 minutes."""
    return CredentialInfo(
        "oauth", "https://auth.linear.app", "client-1", "dynamic", URL, ("read", "write"),
        obtained_at=NOW - 600, expires_at=NOW + 52 * 60, refreshable=True, store="Secret Service",
    )._replace(**changes)  # fmt: skip


def record(server: Server, credential: CredentialInfo | None = None, check: Check | None = None) -> Record:
    return Record(canonical_url(server.url or ""), server.account, credential, check, server.key_name)


class FakeCredentialStore:
    """Records alone. Whoever asks it for a secret fails with AttributeError."""

    def __init__(self, records: Iterable[Record], state: StoreState) -> None:
        self._records = {entry.key: entry for entry in records}
        self._state = state

    warnings: tuple[str, ...] = ()
    cleaned_up: tuple[Finding, ...] = ()
    repaired: tuple[Finding, ...] = ()
    surveyed = Survey(0, 0)

    def records(self) -> dict[CredentialKey, Record]:
        return self._records

    def record(self, key: CredentialKey) -> Record | None:
        return self._records.get(key)

    def state(self) -> StoreState:
        return self._state

    def recover(self) -> tuple[Finding, ...]:
        return self.cleaned_up

    def survey(self) -> Survey:
        return self.surveyed

    def repair(self, also: Iterable[CredentialKey] = ()) -> tuple[Finding, ...]:
        self.also = list(also)
        return self.repaired


class FakeAdapters:
    """Call it as `adapters(config_files=…)`; it remembers what it was asked for."""

    def __init__(
        self,
        servers: Iterable[Server] = (),
        records: Iterable[Record] = (),
        problems: Iterable[Problem] = (),
        places: Iterable[Place] = (),
        state: StoreState = StoreState("Secret Service", ready=True),
    ) -> None:
        self.reading = Reading(tuple(servers), tuple(problems), tuple(places))
        self.credentials = FakeCredentialStore(records, state)
        self.config_files: tuple[str, ...] | None = None
        self.other_programs: OtherPrograms = NoOtherPrograms()
        self.entries: Any = NoEntries()
        self.watching = FakeWatching()
        self.events = KeptEvents()

    def __call__(self, *, config_files: tuple[str, ...] = (), ask: Any = None) -> Adapters:
        self.config_files = config_files
        unused: dict[str, Any] = dict.fromkeys(Adapters._fields)
        return Adapters(**unused)._replace(
            read=lambda: self.reading,
            credentials=lambda: self.credentials,
            now=lambda: NOW,
            services=KnownServices,
            rewriting=lambda: rewrite,
            on_wait=lambda tell: None,
            connections=NoConnections,
            other_programs=lambda: self.other_programs,
            entries=lambda: self.entries,
            watching=lambda: self.watching,
            config_file=lambda: "/config.toml",
            store_locked=lambda: self.credentials.state().locked,
            events=lambda: self.events,
            caller=lambda: "claude",
        )


class Terminal(io.StringIO):
    """A stream with a person at it."""

    def isatty(self) -> bool:
        return True


def _unexpected(*args: Any, **named: Any) -> Any:
    raise AssertionError("this verb opens no screen, no demo, no adapters")


def run(
    argv: list[str], *, adapters: Any = _unexpected, screen: Any = _unexpected, demo: Any = _unexpected
) -> int:
    """`keyrack ARGV` with fakes for what `__main__` would give. Its JSON must be as its schema says."""
    with validated(argv):
        return cli.run(argv, adapters=adapters, screen=screen, demo=demo)
