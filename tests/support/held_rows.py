"""Tokens that other programs hold for the demo's servers, and those programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from keyrack.domain.change import Change
from keyrack.domain.connection import Connection, Method, Plan
from keyrack.domain.held import HeldReading, HeldToken, Item, Place, Program
from keyrack.domain.model import CredentialInfo, Server, StoredCredential, TokenSet
from keyrack.domain.secret import Secret
from keyrack.operations.ports import Adapters, NoEntries, NoOtherPrograms
from keyrack.operations.sharing.connecting import Connecting
from keyrack.operations.sharing.publishing import Publishing
from support.demo_rows import DAY, HOUR, MINUTE, NOW, DemoClock, demo_parts

CLAUDE_FILE = Place("~/.claude/.credentials.json", mode=0o600)
CURSOR_FILE = Place("~/.cursor/mcp-auth.json", mode=0o644)
CODEX_ITEM = Place(item=Item("Codex MCP Credentials", "linear|0123456789abcdef", Secret("{}")))


def held(
    client: str, place: Place, url: str, ends: float | None, *, refresh: bool = False, **more: Any
) -> HeldToken:
    """`ends`: seconds from NOW; None if it is unknown."""
    refresh_token = Secret("refresh-of-another") if refresh else None
    expires_at = None if ends is None else NOW + ends
    tokens = TokenSet(Secret("access-of-another"), refresh_token, expires_at=expires_at)
    return HeldToken(client, place, ("mcpOAuth", url), tokens, url=url, **more)


HELD = (
    held(
        "Claude Code",
        CLAUDE_FILE,
        "https://mcp.linear.app/mcp",
        41 * MINUTE,
        refresh=True,
        name="linear",
        since=NOW - 19 * MINUTE,
        issuer="https://mcp.linear.app",
        client_id="7f3a9b54e0d24c21",
        label="ana@example.com",
    ),
    held("Codex", CODEX_ITEM, "https://mcp.linear.app/mcp", -2 * HOUR, name="linear"),
    held(
        "Claude Code",
        CLAUDE_FILE,
        "https://mcp.atlassian.com/v1/sse",
        41 * MINUTE,
        is_estimate=True,
        name="atlassian",
    ),
    held("Cursor", CURSOR_FILE, "https://mcp.notion.com/mcp", None, name="notion"),
    held("Claude Code", CLAUDE_FILE, "https://gone.example.com/mcp", -3 * DAY, name="gone"),
)


class Programs(NoOtherPrograms):
    """The tokens of other programs; in each file the rows stand one below the other from line 3."""

    def __init__(self, tokens: Iterable[HeldToken] = HELD, paths: Iterable[str] = ()) -> None:
        self.tokens, self.paths = tuple(tokens), tuple(paths)
        self.reads = 0

    def read(
        self, urls: Sequence[str], *, ask: bool = False, is_brief: bool = False, files_only: bool = False
    ) -> HeldReading:
        self.reads += 1
        return HeldReading(self.tokens, paths=self.paths)

    def line_of(self, held: HeldToken) -> int | None:
        in_file = [each for each in self.tokens if each.place.path == held.place.path]
        return None if held.place.item is not None else 3 + in_file.index(held)

    def plan(self, change: Change, urls: Sequence[str]) -> Change:
        key = change.held.row[-1]
        lines = ("@@ mcpOAuth", f'- "{key}": {{', '-   "accessToken": "●●●●●●●●"', "- }")
        return change._replace(diff=lines)

    def programs(self) -> tuple[Program, ...]:
        claude = Program("Claude Code", logout="claude mcp logout {name}", login="claude mcp login {name}")
        return claude, Program("Codex"), Program("Cursor")


class Connectable(NoEntries):
    """The entries of these programs could be connected."""

    def programs(self) -> tuple[str, ...]:
        return ("Claude Code", "Codex", "Cursor")

    def methods(self, program: str) -> tuple[Method, ...]:
        return (Method.BRIDGE,) if program == "Cursor" else (Method.HELPER, Method.BRIDGE)


def connecting_of(server: Server, program: str, path: str = "~/.claude.json") -> Connecting:
    """What would be changed for the server."""
    connection = Connection(
        program, path, "user", server.name, Method.HELPER,
        ("keyrack", "header", server.name, "--format", "json"),
        (), (), server.name, server.url or "", "", False, NOW,
    )  # fmt: skip
    lines = (
        "--- ~/.claude.json",
        "+++ ~/.claude.json",
        "@@ line 4 @@",
        '     "linear": {',
        '       "type": "http",',
        '-      "url": "https://mcp.linear.app/mcp"',
        '+      "url": "https://mcp.linear.app/mcp",',
        '+      "headersHelper": "keyrack header linear --format json"',
        "     }",
    )
    return Connecting(server, program, Method.HELPER, Plan(connection, lines))


def publishing_of(server: Server, program: Program) -> Publishing:
    """What would be written for the server."""
    lines = ("@@ mcpOAuth", '-   "accessToken": "●●●●●●●●"', '+   "accessToken": "●●●●●●●●"')
    stored = StoredCredential(server.url or "", "default", CredentialInfo("oauth"), HELD[0].tokens)
    return Publishing(server, program, Change(HELD[0], HELD[0].tokens, diff=lines), stored)


def connectable_parts(clock: DemoClock | None = None) -> Adapters:
    """The same, where the programs could be connected."""
    return held_parts(clock)._replace(entries=Connectable)


def held_parts(clock: DemoClock | None = None, programs: Programs | None = None) -> Adapters:
    """The demo's servers, on a machine where other programs are logged in."""
    found = programs or Programs()
    return demo_parts(clock=clock)._replace(other_programs=lambda: found)
