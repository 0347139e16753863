"""Whether connected entries work: keyrack's own command line is run as the program would run it.

The command line comes from keyrack's record of what it wrote, never from the program's file. Commands of
others are not run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from keyrack.domain.connection import Connection, Method
from keyrack.domain.errors import KeyrackError
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.reading import Problem
from keyrack.domain.text import plain
from keyrack.operations.ports import Adapters

PATIENCE = 10.0  # seconds, which is what Claude Code and Codex wait
LOCKED, NO_SUCH_SERVER, LOGIN_NEEDED, USAGE = 5, 6, 3, 2
FOR_HELPERS = ("CLAUDE_CODE_MCP_SERVER_NAME", "CLAUDE_CODE_MCP_SERVER_URL")


class Tried(NamedTuple):
    """What keyrack did when it was run as the program runs it."""

    code: int | None  # None: it could not be started, or did not end in time
    why: str  # a sentence if it failed
    hint: str = ""  # what to do about it


def tried(adapters: Adapters, connection: Connection) -> Tried:
    """Run `keyrack header` with the words of the connection, in the environment that the program gives."""
    env = {
        name: value
        for name, value in adapters.entries().environment(connection).items()
        if name not in FOR_HELPERS
    }
    if connection.method is Method.HELPER and connection.program == "Claude Code":
        env |= dict(zip(FOR_HELPERS, (connection.name, connection.url), strict=True))
    folder = adapters.entries().folder(connection)
    ran = adapters.run(_header_words(connection), env, PATIENCE, folder)
    if ran.code is None:
        return Tried(None, f"{connection.words[0]} can't be run there: {ran.err.rstrip('.').lower()}.")
    if ran.code == 0 and not _is_object(ran.out):
        return Tried(1, "keyrack printed no JSON.")
    why, _, hint = ran.err.strip().partition("\n")
    return Tried(ran.code, plain(why.removeprefix("keyrack: "), 500), plain(hint.strip(), 500))


def failing(adapters: Adapters) -> Iterator[Problem]:
    """The connected entries that would fail, each with the reason."""
    try:
        connections = adapters.connections().all()
    except KeyrackError as error:
        yield Problem("keyrack", "its record of connected entries", str(error))
        return
    for connection in connections:
        if not adapters.entries().has(connection):
            continue  # its user has changed it since
        why = _why(adapters, connection)
        if why:
            yield Problem(connection.program, connection.path, why, entry=connection.name)


def _why(adapters: Adapters, connection: Connection) -> str:
    if connection.method is Method.VARIABLE:
        return ""  # the shell runs it when the program starts
    if distrusted := adapters.entries().distrusted(connection):
        return distrusted
    done = tried(adapters, connection)
    if done.code == 0 or done.code == USAGE:
        return "" if done.code == 0 else f"keyrack does not understand its own entry. {done.why}"
    if done.code is None:
        return f"{done.why} Connect it again: keyrack is not where the entry expects it."
    return f"{connection.program} gets no token from keyrack. {done.why} {done.hint}".rstrip()


def _header_words(connection: Connection) -> tuple[str, ...]:
    """What it runs, or for a bridge, which does not end, what the bridge does first."""
    is_helper = connection.method is Method.HELPER
    at = connection.words.index("header" if is_helper else "bridge")
    options = ("--masked",) if is_helper else ("--format", "json", "--masked")
    # Before the rest, since a name that begins with a hyphen comes after "--".
    return (*connection.words[:at], "header", *options, *connection.words[at + 1 :])


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
