"""Reads and writes the files and keychain items of other programs, whole."""

from __future__ import annotations

import os
from typing import Protocol

from keyrack.domain.change import Edit
from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import Item, Place
from keyrack.domain.secret import Secret
from keyrack.system import files, writing


class Keychain(Protocol):
    """The items of other programs. Methods raise StoreUnavailable and its kinds.

    `replace` and `delete` raise KeyrackError, and change nothing, if the item no longer holds its `secret`.
    """

    def read(self, item: Item) -> Item | None:
        """The item as it is now; None if it is gone."""
        ...

    def create(self, item: Item) -> None: ...
    def replace(self, item: Item, secret: Secret) -> None: ...
    def delete(self, item: Item) -> None: ...


def read(place: Place, keychain: Keychain) -> Secret | None:
    """The text there now; None if there is none. Raises KeyrackError."""
    if place.item is not None:
        item = keychain.read(place.item)
        return None if item is None else item.secret
    try:
        return Secret(files.read_bytes(place.path, files.MAX_GROWN).decode())
    except files.NoFile:
        return None
    except files.BadFile as error:
        if os.path.islink(place.path) and not os.path.exists(place.path):
            return None  # its target was deleted, as keyrack itself does
        raise KeyrackError(f"{place.path}: {error}") from None
    except UnicodeDecodeError:
        raise KeyrackError(f"{place.path}: It is not UTF-8 text.") from None


def write(edit: Edit, keychain: Keychain) -> None:
    """Make the edit. Raises KeyrackError, and then nothing has changed: also if the place does not have the
    old text any more."""
    place, old, new = edit.place, edit.old, edit.new
    if place.item is not None:
        _write_item(place.item, old, new, keychain)
        return
    path = place.path
    if old is None:
        assert new is not None
        writing.create(path, new.reveal().encode())
        return
    _refuse_foreign(path)
    if new is None:
        writing.delete(path, old.reveal().encode())
    else:
        writing.replace(path, old.reveal().encode(), new.reveal().encode())


def _write_item(item: Item, old: Secret | None, new: Secret | None, keychain: Keychain) -> None:
    if old is None:
        assert new is not None
        keychain.create(item._replace(secret=new))
    elif new is None:
        keychain.delete(item._replace(secret=old))
    else:
        keychain.replace(item._replace(secret=old), new)


def _refuse_foreign(path: str) -> None:
    """A link may lead to a file of another user that this one may write."""
    if os.name != "posix":
        return
    try:
        owner = os.stat(path).st_uid
    except OSError:
        return  # the write says why
    if owner != os.geteuid():
        raise KeyrackError(f"{path} belongs to another user, so keyrack does not change it.")
