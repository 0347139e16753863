"""Gives a connected entry back the way in which it was before."""

from __future__ import annotations

from keyrack.domain.change import Backup, Edit
from keyrack.domain.connection import Connection
from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import slug
from keyrack.domain.model import Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.sharing.held import program_named
from keyrack.operations.sharing.published import is_published
from keyrack.operations.sharing.publishing import stop_publishing


class Disconnecting(NamedTuple):
    """What is to be taken back."""

    server: Server
    program: str
    connection: Connection | None  # None: keyrack publishes there
    backup: Backup | None = None  # from before; None: what keyrack wrote is taken out
    diff: tuple[str, ...] = ()


def plan_disconnect(adapters: Adapters, server: Server, program: str) -> Disconnecting:
    """Find out what would be changed; changes nothing. Raises KeyrackError if nothing is connected there."""
    connection = _connection(adapters, server, program)
    if connection is None:
        if is_published(server, program):
            return Disconnecting(server, program, None)
        raise KeyrackError(
            f"{server.display_name} is not connected in {program}.",
            hint="Run keyrack clients to see what is.",
        )
    backup = _backup(adapters, connection)
    if backup is not None:
        try:
            diff = adapters.entries().shown(backup.edits[0], connection)
            return Disconnecting(server, program, connection, backup, diff)
        except KeyrackError:
            pass  # nothing of that change is left in the file; the entry is still connected
    return Disconnecting(server, program, connection, None, adapters.entries().plan_removal(connection).diff)


def disconnect(adapters: Adapters, disconnecting: Disconnecting) -> Receipt:
    """Raises KeyrackError, and then nothing has changed."""
    server, program, connection = disconnecting[:3]
    if connection is None:
        stop_publishing(adapters, server, program_named(adapters, program))
        return Receipt((Line(f"Stop publishing to {program}", "done", "the last token stays there"),))
    what = f"Disconnected {server.name} in {program}"
    backup = Backup(adapters.now(), what, program, server.name, server.url or "", ())
    backups = adapters.backups()

    def keep(edits: tuple[Edit, ...]) -> None:
        nonlocal backup
        backup = backups.save(backup._replace(edits=edits))

    def drop() -> None:
        if backup.id:
            backups.delete(backup)

    if disconnecting.backup is not None:
        done = adapters.other_programs().revert(disconnecting.backup, lambda edit: keep((edit,)))
        lines = [
            Line(f"Restore {edit.place.name}", "done" if ok else "failed", said if said != "restored" else "")
            for edit, said, ok in done
        ]
        if all(ok for _, _, ok in done):
            backups.delete(disconnecting.backup)
            adapters.connections().delete(connection)
        else:
            drop()
        return Receipt(tuple(lines))
    try:
        adapters.entries().remove(connection, keep)
    except KeyrackError:
        drop()
        raise
    adapters.connections().delete(connection)
    return Receipt((Line(f"Disconnect {server.name} in {program}", "done", connection.path),))


def forget(adapters: Adapters, backup: Backup) -> None:
    """After the undo of a change: an entry that it connected is not connected any more."""
    for connection in adapters.connections().all():
        if connection.backup and connection.backup == backup.id:
            adapters.connections().delete(connection)


def _connection(adapters: Adapters, server: Server, program: str) -> Connection | None:
    """The last one that keyrack wrote for the server, or else an entry that was written by hand."""
    sources = [source for source in server.sources if source.client == program]
    places = {(source.path, source.scope, source.name): source for source in sources}
    for connection in reversed(adapters.connections().all()):
        is_here = (connection.path, connection.scope, connection.name) in places
        if slug(connection.program) == slug(program) and is_here and adapters.entries().has(connection):
            return connection
    found = next((source for source in sources if source.connected), None)
    return None if found is None else adapters.entries().connection_of(found, server.name, server.url or "")


def _backup(adapters: Adapters, connection: Connection) -> Backup | None:
    if not connection.backup:
        return None
    try:
        return next((each for each in adapters.backups().all() if each.id == connection.backup), None)
    except KeyrackError:
        return None  # its key is lost
