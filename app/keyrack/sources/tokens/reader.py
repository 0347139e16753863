"""Reads the tokens of all programs. A broken file or row does not hide the others; nothing is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import HeldReading, HeldToken, Item, Place
from keyrack.domain.model import TokenSet
from keyrack.domain.reading import Problem
from keyrack.sources.locations import Search
from keyrack.sources.parsing import jsonc
from keyrack.sources.tokens import HOLDERS, Holder, reader
from keyrack.sources.tokens.layout import Opened, Row, field, secret, text
from keyrack.system import files
from keyrack.system.files import Malformed

Items = Callable[[str], Sequence[Item]]  # the keychain items of a service; may raise StoreUnavailable
FAR = 32503680000.0  # the year 3000; a later expiry is no time


def read_held(search: Search, urls: Sequence[str], items: Items | None = None) -> HeldReading:
    """All tokens that other programs hold.

    `urls` are the servers' URLs as configured: some programs store only a hash of them. Without `items`,
    keychain items are not read.
    """
    found = _Found(search, urls)
    for holder in HOLDERS:
        found.read_files(holder)
        if holder.service and holder.folder is not None and os.path.isdir(holder.folder(search)):
            found.read_items(holder, items)
    return HeldReading(
        tuple(found.tokens), tuple(found.problems), tuple(found.paths), tuple(dict.fromkeys(found.unread))
    )


class _Found:
    def __init__(self, search: Search, urls: Sequence[str]) -> None:
        self._search = search
        self._urls = urls
        self.tokens: list[HeldToken] = []
        self.problems: list[Problem] = []
        self.paths: list[str] = []
        self.unread: list[str] = []

    def read_files(self, holder: Holder) -> None:
        try:
            paths = holder.files(self._search)
        except KeyrackError:
            return  # no home folder: the configuration's reader says so
        for path in paths:
            self.paths.append(path)
            try:
                status = os.stat(path)
                data = _parsed(files.read_bytes(path))
            except (FileNotFoundError, NotADirectoryError, files.NoFile):
                continue
            except (files.BadFile, Malformed) as error:
                self.problems.append(Problem(holder.name, path, str(error), error.line))
                continue
            except OSError as error:
                self.problems.append(Problem(holder.name, path, f"It can't be read: {error.strerror}."))
                continue
            mode = status.st_mode & 0o777 if os.name == "posix" else None
            place = Place(path, mode=mode)
            opened = Opened(data, path, None, self._urls, partial(_beside, os.path.dirname(path)))
            self._add(holder, place, opened, status.st_mtime)

    def read_items(self, holder: Holder, items: Items | None) -> None:
        if items is None:
            self.unread.append(holder.name)
            return
        try:
            found = items(holder.service)
        except KeyrackError:
            self.unread.append(holder.name)
            return
        for item in found:
            try:
                data = _parsed(item.secret.reveal().encode())
            except (files.BadFile, Malformed):
                continue  # another kind of item of the same service
            place = Place(item=item)
            opened = Opened(data, "", item, self._urls, _nothing)
            self._add(holder, place, opened, item.modified)

    def _add(self, holder: Holder, place: Place, opened: Opened, changed_at: float | None) -> None:
        try:
            for row in reader(holder).rows(opened):
                held = held_token(holder.name, place, row, changed_at)
                if held is not None:
                    self.tokens.append(held)
        except Exception as error:  # our bug; its message may quote the file, so only its class is shown
            sentence = f"keyrack failed to read it ({type(error).__name__}); this is a bug in keyrack."
            self.problems.append(Problem(holder.name, place.name, sentence))


def held_token(client: str, place: Place, row: Row, changed_at: float | None) -> HeldToken | None:
    """The row's token; None if the row is no login. `changed_at`: when its file or item was changed."""
    layout = row.layout
    access = secret(field(row.fields, layout.access))
    if access is None:
        return None
    stored_at = row.stored_at
    if stored_at is None:
        stored_at = _time(field(row.fields, layout.obtained_at), layout.unit)
    expires_at = _time(field(row.fields, layout.expires_at), layout.unit)
    is_estimate = False
    if expires_at is None:
        seconds, since = _time(field(row.fields, layout.expires_in), 1), stored_at or changed_at
        if seconds is not None and since is not None:
            expires_at, is_estimate = since + seconds, True
    tokens = TokenSet(
        access,
        secret(field(row.fields, layout.refresh)),
        expires_at=expires_at,
        scopes=_scopes(field(row.fields, layout.scope)),
    )
    return HeldToken(
        client,
        place,
        row.path,
        tokens,
        row.name,
        row.url,
        is_estimate,
        stored_at,
        row.issuer,
        row.client_id,
        row.client_secret,
        row.label,
    )


def _parsed(data: bytes) -> Any:
    """Raises BadFile, Malformed."""
    content = files.decode(data)
    return jsonc.parse(content, comments=True, commas=True).data if content.strip() else None


def _beside(folder: str, name: str) -> Any:
    try:
        return _parsed(files.read_bytes(os.path.join(folder, name)))
    except (files.NoFile, files.BadFile, Malformed):
        return None


def _nothing(name: str) -> Any:
    return None


def _time(value: Any, unit: int) -> float | None:
    """A number of Unix seconds, or of seconds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < FAR * unit:
        return None  # also for NaN
    return value / unit


def _scopes(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(scope for scope in value if isinstance(scope, str))
    return tuple(text(value).split())
