"""Fixed data for pictures and screen tests: invented servers at one moment in time.

`demo_parts()` is a Parts without any adapter behind it; what the screens do with it
goes through operations that a test replaces.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any, cast

from keyrack.domain.errors import StoreAbsent, StoreLocked
from keyrack.domain.event import Event
from keyrack.domain.model import (
    Check,
    CredentialInfo,
    CredentialKey,
    Header,
    Record,
    Server,
    Source,
    Variable,
)
from keyrack.domain.reading import Place, Problem, Reading
from keyrack.domain.resource import canonical_url
from keyrack.domain.secret import Secret
from keyrack.domain.storage import Deletion, Finding, StoreState
from keyrack.operations.ports import Adapters
from keyrack.services.known import KnownServices
from support.kept_events import KeptEvents

NOW = 1_790_000_000.0  # 2026-09-21 14:13:20 UTC
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

CLAUDE = Source("Claude Code", "~/.claude.json", "", "user")
CURSOR = Source("Cursor", "~/.cursor/mcp.json", "")
CODE = Source("VS Code", "~/.config/Code/User/mcp.json", "")
OWN = Source("keyrack", "~/.config/keyrack/config.toml", "")


def server_named(name: str, url: str | None, *sources: Source, **more: Any) -> Server:
    return Server(name=name, url=url, sources=tuple(s._replace(name=name) for s in sources), **more)


def _oauth(host: str, ends: float | None, **more: Any) -> CredentialInfo:
    fields: dict[str, Any] = {
        "kind": "oauth",
        "issuer": f"https://{host}",
        "client_id": "7f3a9b54e0d24c21",
        "client_kind": "dynamic",
        "scopes": ("read", "write"),
        "obtained_at": NOW - 8 * DAY,
        "refreshable": True,
        "expires_at": None if ends is None else NOW + ends,
        "refreshed_at": NOW - 8 * MINUTE,
        "store": "Secret Service",
    }
    return CredentialInfo(**(fields | more))


def _token(ends: float | None = None, **more: Any) -> CredentialInfo:
    expires = None if ends is None else NOW + ends
    return CredentialInfo(
        **(
            {"kind": "token", "obtained_at": NOW - DAY, "expires_at": expires, "store": "Secret Service"}
            | more
        )
    )


SERVERS: tuple[tuple[Server, CredentialInfo | None, Check | None], ...] = (
    (
        server_named("linear", "https://mcp.linear.app/mcp", CLAUDE, CURSOR),
        _oauth("auth.linear.app", 52 * MINUTE + 20, label="you@example.com"),
        Check(NOW - 3 * MINUTE, "accepted"),
    ),
    (
        server_named("sentry", "https://mcp.sentry.dev/mcp", CLAUDE),
        _oauth("mcp.sentry.dev", 4 * MINUTE + 10),
        None,
    ),
    (
        server_named("github", "https://api.githubcopilot.com/mcp/", CODE),
        _oauth(
            "github.com/login/oauth",
            -2 * HOUR - 60,
            client_kind="pre-registered",
            scopes=("repo", "read:org"),
        ),
        None,
    ),
    (
        server_named("notion", "https://mcp.notion.com/mcp", CLAUDE, CURSOR),
        _oauth(
            "auth.notion.com",
            -HOUR,
            refused_at=NOW - HOUR,
            refusal="auth.notion.com refused the refresh token: it was revoked.",
        ),
        None,
    ),
    (
        server_named("internal", "https://mcp.example.com/tools", OWN),
        _token(),
        Check(NOW - 2 * HOUR, "accepted"),
    ),
    (server_named("figma", "https://mcp.figma.com/mcp", CURSOR), _token(3 * DAY + HOUR), None),
    (
        server_named(
            "local-db",
            None,
            CLAUDE,
            command="npx",
            transport="stdio",
            variables=(Variable("DATABASE_URL", True), Variable("PGPASSWORD", False)),
        ),
        None,
        None,
    ),
    (
        server_named("staging", "https://staging.example.com/mcp", OWN),
        _oauth("login.example.com", 6 * HOUR),
        Check(NOW - 90, "unreachable", "staging.example.com did not answer within 10 s."),
    ),
    (
        server_named("atlassian", "https://mcp.atlassian.com/v1/sse", CODE),
        None,
        Check(NOW - HOUR, "required"),
    ),
    (server_named("context7", "https://mcp.context7.com/mcp", CURSOR), None, Check(NOW - DAY, "open")),
    (
        server_named(
            "stripe",
            "https://mcp.stripe.com",
            CLAUDE,
            headers=(
                Header(
                    "Authorization",
                    "Bearer ${STRIPE_KEY}",
                    Secret("Bearer rk_demo"),
                    (Variable("STRIPE_KEY", True),),
                ),
            ),
        ),
        None,
        None,
    ),
    (
        server_named(
            "asana",
            "https://mcp.asana.com/sse",
            CURSOR,
            headers=(
                Header(
                    "Authorization",
                    "Bearer ${ASANA_TOKEN}",
                    Secret("Bearer "),
                    (Variable("ASANA_TOKEN", False),),
                ),
            ),
        ),
        None,
        None,
    ),
    (
        server_named("cloudflare", "https://observability.mcp.cloudflare.com/mcp", CLAUDE),
        _oauth("oauth.cloudflare.example", 9 * HOUR),
        None,
    ),
    (Server(name="old.example.com/mcp", url="https://old.example.com/mcp"), _token(40 * DAY), None),
)

PLACES = (
    Place("keyrack", "~/.config/keyrack/config.toml", "2 servers"),
    Place("Claude Code", "~/.claude.json", "6 servers"),
    Place("Cursor", "~/.cursor/mcp.json", "5 servers"),
    Place("VS Code", "~/.config/Code/User/mcp.json", "2 servers"),
    Place("Codex", "~/.codex/config.toml", "no file"),
)
PROBLEMS = (
    Problem("Cursor", "~/.cursor/mcp.json", "the entry has neither a url nor a command", 14, "draft"),
)
NO_PLACES = tuple(place._replace(found="no file") for place in PLACES)


class DemoCredentials:
    """Records in memory, and the keychain's state; no secret anywhere."""

    def __init__(self, records: Iterable[Record], store: StoreState) -> None:
        self.kept = {record.key._replace(url=canonical_url(record.url)): record for record in records}
        self.store = store
        self.puts: list[str] = []

    def state(self) -> StoreState:
        return self.store

    warnings: tuple[str, ...] = ()

    def records(self) -> dict[CredentialKey, Record]:
        return dict(self.kept)

    def record(self, key: CredentialKey) -> Record | None:
        return self.kept.get(key)

    def put(
        self,
        url: str,
        credential: CredentialInfo | None,
        check: Check | None = None,
        account: str = "default",
    ) -> None:
        """As if an operation had stored this."""
        self.kept[CredentialKey(canonical_url(url), account)] = Record(
            canonical_url(url), account, credential, check
        )
        self.puts.append(url)

    def stamp(self) -> int:
        """Another one whenever something is `put`."""
        return len(self.puts)

    def recover(self) -> tuple[Finding, ...]:
        return ()

    def repair(self, also: Iterable[CredentialKey] = ()) -> tuple[Finding, ...]:
        return ()

    def load(self, key: CredentialKey) -> None:
        return None

    def save(self, stored_credential: Any) -> CredentialInfo:
        raise AssertionError("a screen does not save")

    def prove_writable(self) -> None:
        if self.store.locked:
            raise StoreLocked(f"The {self.store.name} is locked.")
        if not self.store.ready:
            raise StoreAbsent(self.store.reason)

    def delete(self, key: CredentialKey) -> Deletion:
        raise AssertionError("a screen does not remove")

    def note(self, key: CredentialKey, **facts: Any) -> None:
        raise AssertionError("a screen notes nothing")

    def lock(self, key: CredentialKey, *, timeout: float = 30.0) -> Any:
        return nullcontext()


HEADER = {"way": "header", "program": "claude"}


class DemoClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> float:
        return self.time


def demo_reading() -> Reading:
    servers = tuple(server for server, _, _ in SERVERS if server.sources)
    return Reading(servers, PROBLEMS, PLACES)


def demo_records() -> list[Record]:
    return [
        Record(canonical_url(server.url), "default", credential, check)
        for server, credential, check in SERVERS
        if server.url and (credential or check)
    ]


def demo_parts(
    reading: Reading | None = None,
    records: Iterable[Record] | None = None,
    store: StoreState = StoreState("Secret Service", ready=True),
    clock: DemoClock | None = None,
) -> Adapters:
    """Parts over fixed data. `adapters.credentials()` is one DemoCredentials; everything else refuses."""
    credentials = DemoCredentials(demo_records() if records is None else records, store)
    found = demo_reading() if reading is None else reading

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("no network here")

    def keep_in_memory() -> None:
        credentials.store = StoreState("memory", ready=True, persistent=False)

    return Adapters(
        read=lambda: found,
        credentials=lambda: cast("Any", credentials),  # what a list needs of a store, and no more
        http_client=refuse,
        listen=refuse,
        browse=lambda url: True,
        now=clock or DemoClock(),
        keep_in_memory=keep_in_memory,
        services=KnownServices,
        rewriting=refuse,
    )


def many_servers(count: int) -> Reading:
    """So many servers without credentials."""
    servers = tuple(
        server_named(f"server-{n:04}", f"https://s{n:04}.example.com/mcp", CLAUDE) for n in range(count)
    )
    return Reading(servers, (), PLACES)


def lived_parts(clock: DemoClock | None = None) -> Adapters:
    """The same, where the log knows what happened to the credential of linear."""
    log = KeptEvents()
    for ago, kind, more in (
        (8 * DAY, "login", {}),
        (5 * DAY, "handed-out", {"way": "header", "program": "codex"}),
        (4 * DAY, "refresh-refused", {"note": "auth.linear.app did not answer within 10 s."}),
        (3 * DAY, "login", {}),
        *((hour * HOUR, "refreshed", {}) for hour in range(30, 0, -1)),
        *((9 * HOUR - place * HOUR / 2, "handed-out", HEADER) for place in range(14)),
        (40 * MINUTE, "handed-out", {"way": "bridge", "program": "Cline"}),
    ):
        log.add(Event(NOW - ago, kind, "linear", "https://mcp.linear.app/mcp", "default", **more))
    log.kept.sort(key=lambda event: event.at)
    return demo_parts(clock=clock)._replace(events=lambda: log)
