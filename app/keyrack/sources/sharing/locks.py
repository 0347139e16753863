"""The locks under which the programs write to their own files."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from hashlib import sha256

from keyrack.domain.held import Key, Place
from keyrack.sources.locations import Search
from keyrack.system.paths import join

WAIT = 5.0  # seconds for the program to finish what it writes


@contextmanager
def locked(
    search: Search, client: str, place: Place, row: Sequence[Key], *, timeout: float = WAIT
) -> Generator[None]:
    """Hold the program's locks for the row at this path of keys; nothing for a program without any.

    Raises Temporary.
    """
    with ExitStack() as stack:
        for lock in _LOCKS.get(client, _none)(search, place, row, timeout):
            stack.enter_context(lock)
        yield


def has_lock(client: str) -> bool:
    """Does the program have a lock for its files?"""
    return client in _LOCKS


Locks = Iterator[AbstractContextManager[None]]


def _none(search: Search, place: Place, row: Sequence[Key], timeout: float) -> Locks:
    return iter(())


def _claude_code(search: Search, place: Place, row: Sequence[Key], timeout: float) -> Locks:
    """The order is that of a refresh, which takes the first one while it asks the issuer."""
    from keyrack.system.program_locks import folder_lock

    if place.path and os.path.basename(place.path) != ".credentials.json":
        if os.path.basename(place.path) == ".claude.json":  # a project's .mcp.json has no lock
            path = f"{place.path}.lock"
            yield folder_lock(path, program="Claude Code", timeout=timeout, stale=10.0)
        return
    folder = search.named(search.env.get("CLAUDE_CONFIG_DIR") or search.at_home(".claude"))
    key = str(row[1]).replace("|", "_") if len(row) > 1 else ""
    if key and "/" not in key and "\\" not in key:
        path = join(search.platform, folder, f"mcp-refresh-{key}.lock.lock")
        yield folder_lock(path, program="Claude Code", timeout=timeout, stale=10.0)
    path = join(search.platform, folder, ".storage-write.lock")
    yield folder_lock(path, program="Claude Code", timeout=timeout, stale=15.0)


def _codex(search: Search, place: Place, row: Sequence[Key], timeout: float) -> Locks:
    from keyrack.system.program_locks import file_lock

    if place.path.endswith("config.toml"):
        return  # Codex has no lock for it
    home = search.named(search.env.get("CODEX_HOME") or search.at_home(".codex"))
    folder = join(search.platform, home, "mcp-oauth-locks")
    key = place.item.account if place.item is not None else str(row[0]) if row else ""
    if key:
        path = join(search.platform, folder, f"{sha256(key.encode()).hexdigest()}.lock")
        yield file_lock(path, program="Codex", timeout=timeout)
    yield file_lock(join(search.platform, folder, "file-store.lock"), program="Codex", timeout=timeout)


def _mcpc(search: Search, place: Place, row: Sequence[Key], timeout: float) -> Locks:
    from keyrack.system.program_locks import folder_lock

    if place.path:
        path = f"{os.path.realpath(place.path)}.lock"
        yield folder_lock(path, program="mcpc", timeout=timeout)


_LOCKS: dict[str, Callable[[Search, Place, Sequence[Key], float], Locks]] = {
    "Claude Code": _claude_code,
    "Codex": _codex,
    "mcpc": _mcpc,
}
