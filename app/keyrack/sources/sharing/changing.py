"""Plans a change to a row of another program, and makes it on what is there then.

The plan may be old when it is made, so only what is to be done is kept of it. Under the program's own lock
the file is read again, the row must still hold the tokens that were seen, and the steps are decided anew.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from keyrack.domain.change import Change, Edit
from keyrack.domain.errors import FileChanged, KeyrackError, Temporary
from keyrack.domain.held import HeldToken, Item, Place
from keyrack.domain.secret import Secret
from keyrack.sources.locations import Search
from keyrack.sources.rewriting.json_members import NoSuchMember
from keyrack.sources.rewriting.shortened import BOM
from keyrack.sources.rewriting.steps import applied
from keyrack.sources.sharing import creating, places, rows
from keyrack.sources.sharing.combining import combined
from keyrack.sources.sharing.locks import WAIT, has_lock, locked
from keyrack.sources.sharing.places import Keychain
from keyrack.sources.sharing.showing import shown
from keyrack.sources.tokens import Holder, holder, module_of
from keyrack.sources.tokens.folder import Folder, parsed
from keyrack.sources.tokens.layout import Opened, Row, Urls
from keyrack.system import files
from keyrack.system.files import Malformed
from keyrack.wording.commands import restrict_command

TRIES = 20  # a program without a lock may write at the same moment
PAUSE = 0.005  # seconds between two of them
SETTLE = 0.03  # seconds after which a program has written what it had read before


class Changer:
    """Changes rows of the programs on this machine."""

    def __init__(self, search: Search, urls: Sequence[str], keychain: Keychain) -> None:
        """`urls` are the configured ones: some programs store only a hash of them."""
        self._search = search
        self._urls = Urls(urls)
        self._keychain = keychain

    def plan(self, change: Change, now: float) -> Change:
        """The same change with its diff. Changes nothing. Raises KeyrackError if it is not possible."""
        if change.is_new:
            return change._replace(diff=creating.shown(self._search, change, now))
        content, row = self._row(change)
        self._refuse_readable(change)
        rows.steps_for(content, row, change, now)
        fields = (
            dict(rows.new_fields(row, change.tokens, now, with_refresh=change.with_refresh))
            if change.tokens is not None
            else {}
        )
        return change._replace(diff=shown(change, row, fields))

    def make(
        self,
        change: Change,
        keep: Callable[[tuple[Edit, ...]], object],
        now: float,
        *,
        timeout: float = WAIT,
        earlier: Sequence[Edit] = (),
    ) -> None:
        """Make the change. `keep` gets the edits just before, combined with the `earlier` ones of the same
        row; if it raises, nothing is changed.

        Raises KeyrackError, and then nothing has changed; Temporary if the program is writing all the time.
        """
        held = change.held
        with locked(self._search, held.client, held.place, held.row, timeout=timeout):
            for tries_left in reversed(range(TRIES)):
                edits = self._edits(change, now)
                if not edits:
                    return
                keep(combined(earlier, edits) if earlier else edits)
                try:
                    places.write(edits[0], self._keychain)
                except FileChanged:
                    if not tries_left:
                        raise
                    time.sleep(PAUSE)
                    continue
                for edit in edits[1:]:  # without them, the program has or lacks its login all the same
                    with suppress(KeyrackError):
                        places.write(edit, self._keychain)
                if has_lock(held.client) or not self._is_undone(change, now):
                    return
        raise Temporary(
            f"{held.client} is writing {held.place.name} all the time, and undid the change.",
            hint="Try again, or quit that program first.",
        )

    def _is_undone(self, change: Change, now: float) -> bool:
        """A program without a lock may have read the file before the change, and written it after."""
        time.sleep(SETTLE)
        try:
            return bool(self._edits(change, now))
        except KeyrackError:
            return False  # the row holds other tokens now, or is gone

    def _edits(self, change: Change, now: float) -> tuple[Edit, ...]:
        if change.is_new:
            return creating.edits(self._search, change, now)
        content, row = self._row(change)
        self._refuse_readable(change)
        steps = rows.steps_for(content, row, change, now)
        if not steps:
            return ()
        place, old = change.held.place, Secret(content)
        if steps[0].path == ():
            deleted = Edit(place, old, None)
            return (deleted, *self._beside(place, row))
        try:
            new = applied(content, steps)
            self._check(change, row, content, new)
        except (NoSuchMember, files.BadFile, Malformed):
            raise _unsafe(place) from None
        return (Edit(place, old, Secret(new), steps),)

    def _row(self, change: Change) -> tuple[str, Row]:
        """The current text and the row in it."""
        held = change.held
        content = places.read(held.place, self._keychain)
        if content is None:
            raise KeyrackError(f"{held.client} no longer holds this login.", hint="Nothing was changed.")
        try:
            return content.reveal(), rows.same_row(self._rows(change, content.reveal()), held)
        except (files.BadFile, Malformed) as error:
            raise KeyrackError(f"{held.place.name} can't be changed: {error}") from None

    def _rows(self, change: Change, content: str) -> list[Row]:
        """Raises BadFile, Malformed."""
        held, place = change.held, change.held.place
        opened = Opened(
            parsed(content.encode()),
            place.path,
            place.item,
            self._urls,
            self._folder(held).read,
            partial(self._beside_item, place.item),
        )
        return list(module_of(_holder(held.client)).rows(opened))

    def _folder(self, held: HeldToken) -> Folder:
        """The file's own; for a keychain item, its program's."""
        if held.place.item is None:
            return Folder(os.path.dirname(held.place.path))
        folders = _holder(held.client).folder(self._search)
        return next((Folder(path) for path in folders if os.path.isdir(path)), Folder(""))

    def _beside_item(self, item: Item | None, account: str) -> Any:
        """What the item of the same service with that account contains; None if it can't be read."""
        if item is None:
            return None
        try:
            found = self._keychain.read(item._replace(account=account, id=""))
            return parsed(found.secret.reveal().encode()) if found is not None else None
        except (KeyrackError, files.BadFile, Malformed):
            return None

    def _beside(self, place: Place, row: Row) -> list[Edit]:
        """The deletion of the files that are only about this row."""
        found: list[Edit] = []
        for name in row.others if not place.item else ():
            path = os.path.join(os.path.dirname(place.path), name)
            try:
                text = places.read(Place(path), self._keychain)
            except KeyrackError:
                continue
            if text is not None:
                found.append(Edit(Place(path, mode=_mode(path)), text, None))
        return found

    def _check(self, change: Change, row: Row, before: str, after: str) -> None:
        """The other rows must be the same as before, and this one what is wanted."""
        was = [each for each in self._rows(change, before) if each.path != row.path]
        now = self._rows(change, after.removeprefix(BOM))
        others = [each for each in now if change.tokens is None or each.path != row.path]
        if [each.fields for each in others] != [each.fields for each in was]:
            raise NoSuchMember
        if change.tokens is not None:
            [written] = [each for each in now if each.path == row.path]
            rows.refuse_incomplete(written, change.held.client)
            if rows.access_of(written) != change.tokens.access_token.reveal():
                raise NoSuchMember

    def _refuse_readable(self, change: Change) -> None:
        """No token is written to a file that others can read."""
        mode = _mode(change.held.place.path) if change.tokens is not None else None
        if mode is not None and mode & 0o077:
            path = change.held.place.path
            raise KeyrackError(
                f"Other users of this machine can read {path} (its mode is {mode:04o}).",
                hint=f"Run: {restrict_command(path)}",
            )


def _holder(client: str) -> Holder:
    found = holder(client)
    if found is None:
        raise KeyrackError(f"keyrack does not know how {client} stores its logins.")
    return found


def _mode(path: str) -> int | None:
    if os.name != "posix" or not path:
        return None
    try:
        return os.stat(path).st_mode & 0o777
    except OSError:
        return None


def _unsafe(place: Place) -> KeyrackError:
    return KeyrackError(f"keyrack can't safely change {place.name} because of the way it is written.")
