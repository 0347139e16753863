"""Backups of changes to other programs' files. They contain secrets, so each is sealed to keyrack's own key.

`backups/<time>-<number>-<random>.age` in the data folder is an age file. Its identity (private key) is an
entry of the credential store. The file's name has the time, so old ones can be deleted without the key.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from keyrack.domain.change import Around, Backup, Edit, Step
from keyrack.domain.errors import DamagedData, KeyrackError, NewerFormat, StoreUnavailable
from keyrack.domain.held import Item, Place
from keyrack.domain.model import CredentialKey
from keyrack.domain.parts import kept
from keyrack.domain.secret import Secret
from keyrack.store.vault import age
from keyrack.system import atomic, files, folders

FORMAT = 2  # 1: every text is whole
KEEP = 30 * 86400.0  # seconds
NAME = re.compile(r"(\d{8}T\d{6}Z)-\d{4}-[0-9a-f]{8}\.age")
STAMP = "%Y%m%dT%H%M%SZ"
LOST_KEY = "The backup can't be opened: its key is not in the credential store."


class SealedBackups:
    """Methods raise StoreUnavailable and its kinds, and KeyrackError for a folder that can't be used."""

    def __init__(
        self, folder: str, key: Callable[[bool], Secret | None], now: Callable[[], float] = time.time
    ) -> None:
        """`key(create)`: the identity in the credential store, created and read back if need be."""
        self._folder = folder
        self._key = key
        self._now = now

    def save(self, backup: Backup) -> Backup:
        """Write it, and open it again as a test. Returns it with its ID, under which it is overwritten.

        It is on the disk when this returns, so the change can be made. Deletes those that are too old.
        """
        identity = self._key(True)
        if identity is None:
            raise StoreUnavailable("There is no place for the key of the backup, so nothing was changed.")
        backup = backup._replace(edits=tuple(map(kept, backup.edits)))
        backup = backup if backup.id else backup._replace(id=self._new_id(backup.at))
        sealed = age.seal(_encoded(backup), [age.recipient_of(identity)])
        if _encoded(_decoded(age.unseal(sealed, [identity]), backup.id)) != _encoded(backup):
            raise KeyrackError("The backup could not be read back, so nothing was changed.")
        path = os.path.join(self._folder, backup.id)
        try:
            folders.make(self._folder)
            self.delete_old()
            atomic.replace(path, sealed)
        except OSError as error:
            why = error.strerror or "unknown reason"
            raise KeyrackError(f"The backup {path} can't be written: {why}. Nothing was changed.") from None
        return backup

    def all(self) -> tuple[Backup, ...]:
        """The newest first, without those that can't be opened. Raises DamagedData, StoreUnavailable if none
        can."""
        names = sorted(self._names(), reverse=True)
        if not names:
            return ()
        identity = self._key(False)
        if identity is None:
            raise StoreUnavailable(LOST_KEY)
        found: list[Backup] = []
        trouble: KeyrackError | None = None
        for name in names:
            try:
                found.append(self._read(name, identity))
            except (DamagedData, NewerFormat, StoreUnavailable) as error:
                trouble = trouble or error
        if trouble is not None and not found:
            raise trouble
        return tuple(found)

    def delete(self, backup: Backup) -> None:
        """Delete it, if it was saved."""
        if NAME.fullmatch(backup.id):
            atomic.delete(os.path.join(self._folder, backup.id))

    def delete_old(self) -> int:
        """Delete those that are older than 30 days, and return how many. Needs no key."""
        old = [name for name in self._names() if self._now() - _time_of(name) > KEEP]
        for name in old:
            atomic.delete(os.path.join(self._folder, name))
        return len(old)

    def _names(self) -> Iterator[str]:
        try:
            with os.scandir(self._folder) as found:
                yield from [entry.name for entry in found if NAME.fullmatch(entry.name)]
        except OSError:
            return

    def _read(self, name: str, identity: Secret) -> Backup:
        path = os.path.join(self._folder, name)
        try:
            return _decoded(age.unseal(files.read_bytes(path, files.MAX_GROWN), [identity]), name)
        except age.OtherKeys:
            raise StoreUnavailable(LOST_KEY) from None
        except (files.NoFile, files.BadFile, age.NotSealed, ValueError, LookupError, TypeError):
            raise DamagedData(f"The backup {path} is damaged.", hint=f"Delete it: rm {path}") from None

    def _new_id(self, at: float) -> str:
        """Its place in the alphabet is that of its time, also among those of the same second."""
        stamp = time.strftime(STAMP, time.gmtime(at))
        before = sum(name.startswith(stamp) for name in self._names())
        return f"{stamp}-{before:04}-{os.urandom(4).hex()}.age"


def _time_of(name: str) -> float:
    import calendar

    try:
        return float(calendar.timegm(time.strptime(name[:16], STAMP)))
    except ValueError:
        return 0.0


def _encoded(backup: Backup) -> bytes:
    def text(secret: Secret | None) -> str | None:
        return None if secret is None else secret.reveal()

    data = {
        "format": FORMAT,
        "at": backup.at,
        "what": backup.what,
        "client": backup.client,
        "server": backup.server,
        "url": backup.url,
        "moved_to": backup.moved_to,
        "refresh_token": text(backup.refresh_token),
        "revoked": backup.is_revoked,
        "row": backup.row,
        "edits": [
            {
                "path": edit.place.path,
                "mode": edit.place.mode,
                "item": edit.place.item
                and [
                    *edit.place.item[:2],
                    edit.place.item.attributes,
                    edit.place.item.id,
                    edit.place.item.label,
                ],
                "old": text(edit.old),
                "new": text(edit.new),
                "steps": [(step.path, text(step.old), text(step.new)) for step in edit.steps],
                "around": edit.around and _around(edit.around),
            }
            for edit in backup.edits
        ],
    }
    return json.dumps(data, ensure_ascii=True).encode()


def _around(around: Around) -> dict[str, Any]:
    return {**around._asdict(), "before": around.before.reveal(), "after": around.after.reveal()}


def _decoded(data: bytes, name: str) -> Backup:
    """Raises ValueError, LookupError, TypeError; NewerFormat."""
    fields: dict[str, Any] = json.loads(data)
    if fields["format"] > FORMAT:
        raise NewerFormat("A backup was written by a newer version of keyrack.", hint="Update keyrack.")
    moved = fields["moved_to"]
    return Backup(
        fields["at"],
        fields["what"],
        fields["client"],
        fields["server"],
        fields["url"],
        tuple(map(_edit, fields["edits"])),
        CredentialKey(*moved) if moved else None,
        _secret(fields["refresh_token"]),
        fields["revoked"],
        fields["row"],
        name,
    )


def _edit(fields: Any) -> Edit:
    item = fields["item"]
    kept = item and Item(
        item[0],
        item[1],
        Secret(fields["old"] or ""),
        tuple((key, value) for key, value in item[2]),
        id=item[3],
        label=item[4],
    )
    around = fields.get("around")
    return Edit(
        Place(fields["path"], kept or None, fields["mode"]),
        _secret(fields["old"]),
        _secret(fields["new"]),
        tuple(Step(tuple(path), _secret(old), _secret(new)) for path, old, new in fields["steps"]),
        around
        and Around(
            around["start"],
            around["end"],
            Secret(around["before"]),
            Secret(around["after"]),
            around["old"],
            around["new"],
        ),
    )


def _secret(text: str | None) -> Secret | None:
    return None if text is None else Secret(text)
