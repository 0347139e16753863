"""Reverses the changes that keyrack has made to other programs' files."""

from __future__ import annotations

from keyrack.domain.change import Backup
from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import StoredCredential
from keyrack.domain.resource import canonical_url
from keyrack.domain.status import Action
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.servers.overview import overview
from keyrack.operations.sharing.disconnecting import forget
from keyrack.operations.sharing.held import program_named
from keyrack.operations.sharing.importing import drop_refresh_token
from keyrack.operations.sharing.publishing import no_longer_published
from keyrack.wording.commands import command_for, quoted


def undoable(adapters: Adapters) -> tuple[Backup, ...]:
    """The changes of the last 30 days, the newest first. Deletes older backups.

    Raises StoreUnavailable and its kinds if their key can't be read, DamagedData.
    """
    backups = adapters.backups()
    backups.delete_old()
    return backups.all()


def why_not(adapters: Adapters, backup: Backup) -> str:
    """Why a change can't be reversed, as a sentence; "" if it can, as far as is known.

    Reads the keychain for a login that has moved to keyrack.
    """
    if backup.is_revoked:
        return "Its tokens were revoked."
    if backup.moved_to is None or backup.refresh_token is None or _same(adapters, backup) is not None:
        return ""
    return (
        f"Its refresh token is not keyrack's current one any more, so {backup.client} could not use it."
        " A refresh token that has been replaced is never put back."
    )


def undo(adapters: Adapters, backup: Backup) -> Receipt:
    """Reverse a change, and delete its backup. Raises KeyrackError if it can't be reversed.

    After the undo of a move, keyrack keeps the access token only.
    """
    refusal = why_not(adapters, backup)
    if refusal:
        raise KeyrackError(refusal, hint=_log_in(adapters, backup))
    if backup.moved_to is None:
        return _reversed(adapters, backup)
    # No other process refreshes with the refresh token before it has gone back.
    with adapters.credentials().lock(backup.moved_to):
        moved = _same(adapters, backup)
        if moved is None:
            raise KeyrackError(why_not(adapters, backup), hint=_log_in(adapters, backup))
        return _reversed(adapters, backup, moved)


def _reversed(adapters: Adapters, backup: Backup, moved: StoredCredential | None = None) -> Receipt:
    used = _secrets_in_use(adapters)
    done = adapters.other_programs().revert(backup)
    lines = [
        Line(f"Restore {edit.place.name}", "done" if ok else "failed", clause if clause != "restored" else "")
        for edit, clause, ok in done
    ]
    if done[:1] and done[0][2]:  # the login itself; without it, nothing was given back
        if moved is not None:
            drop_refresh_token(adapters, moved)
            lines.append(Line("keyrack's refresh token", "done", f"given back to {backup.client}"))
        lines += _ended(adapters, backup) if backup.row else []
        lines += _left_secrets(adapters, used)
        forget(adapters, backup)
        adapters.backups().delete(backup)
    return Receipt(tuple(lines))


def _ended(adapters: Adapters, backup: Backup) -> list[Line]:
    """After the undo of a publication, the next refresh must not publish again."""
    servers = [row.server for row in overview(adapters).rows if row.server.url and row.server.publish]
    same = (each for each in servers if canonical_url(each.url or "") == canonical_url(backup.url))
    told = (no_longer_published(adapters, server, backup.client) for server in same)
    return next(filter(None, told), [])


def _secrets_in_use(adapters: Adapters) -> frozenset[str]:
    return frozenset(each.secrets for each in adapters.read().servers if each.secrets)


def _left_secrets(adapters: Adapters, used: frozenset[str]) -> list[Line]:
    """After the undo of a move, keyrack keeps secrets of a local server that no entry names any more."""
    unused = used - _secrets_in_use(adapters)
    rows = [each for each in overview(adapters).rows if each.server.secrets in unused] if unused else []
    return [
        Line(
            f"keyrack's copy of {', '.join(row.credential.secrets)}",
            "stays",
            f"to delete it: {command_for(Action.CLEAR, row.server)}",
        )
        for row in rows
        if row.credential is not None
    ]


def _same(adapters: Adapters, backup: Backup) -> StoredCredential | None:
    """The login that moved to keyrack, if keyrack still has the very refresh token."""
    if backup.moved_to is None or backup.refresh_token is None:
        return None
    stored = adapters.credentials().load(backup.moved_to)
    return stored if stored is not None and stored.tokens.refresh_token == backup.refresh_token else None


def _log_in(adapters: Adapters, backup: Backup) -> str:
    try:
        command = program_named(adapters, backup.client).login
    except KeyrackError:
        command = ""
    if not command:
        return f"Log in with {backup.client} instead."
    words = command.replace("{name}", quoted(backup.server)).replace("{url}", quoted(backup.url))
    return f"Log in there instead: {words}"
