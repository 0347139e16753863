"""Reads the rows of one token file or keychain item. Imported only if there is one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from keyrack.domain.held import HeldToken, Item, Place
from keyrack.domain.model import TokenSet
from keyrack.sources.tokens import Holder, module_of
from keyrack.sources.tokens.folder import Folder, parsed
from keyrack.sources.tokens.layout import Opened, Row, Urls, field, secret, text
from keyrack.system import files
from keyrack.system.files import Malformed

FAR = 32503680000.0  # the year 3000; a later expiry is no time


class Rows:
    """Raises BadFile and Malformed for content that is not what the program writes, and whatever a bug in
    its module raises."""

    def __init__(self, urls: Sequence[str], is_brief: bool) -> None:
        self._urls = Urls(urls)
        self._is_brief = is_brief
        self._beside: dict[str, Any] = {}  # what files contain that are beside several others

    def of_file(self, holder: Holder, path: str, status: os.stat_result) -> Iterator[HeldToken]:
        """The tokens in a file. Raises NoFile too. `status` was taken before: if the file is replaced in
        between, its time is at worst too early."""
        data = parsed(files.read_bytes(path, status=status))
        mode = status.st_mode & 0o777 if os.name == "posix" else None
        beside = partial(self._read, path)
        opened = Opened(data, path, None, self._urls, beside, _nothing, self._is_brief)
        yield from _held(holder, Place(path, mode=mode), opened, status.st_mtime)

    def of_items(self, holder: Holder, folder: str, items: Iterable[Item]) -> Iterator[HeldToken]:
        """The tokens in the keychain items of a program with this folder."""
        items = tuple(items)
        by_account = {item.account: _content(item) for item in items}
        for item in items:
            content = by_account[item.account]
            if not isinstance(content, dict):
                continue  # another kind of item of the same service
            opened = Opened(content, "", item, self._urls, Folder(folder).read, by_account.get)
            yield from _held(holder, Place(item=item), opened, item.modified)

    def _read(self, path: str, name: str) -> Any:
        """What the file of this name beside the one at `path` contains."""
        folder = os.path.dirname(path)
        if not name.startswith(".."):
            return Folder(folder).read(name)
        shared = os.path.normpath(os.path.join(folder, name))
        if shared not in self._beside:
            self._beside[shared] = Folder(folder).read(name)
        return self._beside[shared]


def _held(holder: Holder, place: Place, opened: Opened, changed_at: float | None) -> Iterator[HeldToken]:
    for row in module_of(holder).rows(opened):
        held = held_token(holder.name, place, row, changed_at)
        if held is not None:
            yield held


def held_token(client: str, place: Place, row: Row, changed_at: float | None) -> HeldToken | None:
    """The row's token; None if the row is no login. `changed_at`: when its file or item was changed."""
    layout, fields = row.layout, row.fields
    access = secret(field(fields, layout.access))
    if access is None:
        return None
    obtained_at = _time(fields, layout.obtained_at, layout.unit) if layout.obtained_at else None
    stored_at = obtained_at
    if layout.stored_at and not stored_at:
        stored_at = _time(fields, layout.stored_at, layout.unit)
    expires_at = _time(fields, layout.expires_at, layout.unit) if layout.expires_at else None
    is_estimate = False
    if expires_at is None:
        seconds, since = _number(field(fields, layout.expires_in), 1), stored_at or changed_at
        if seconds is not None and since is not None:
            expires_at, is_estimate = since + seconds, obtained_at is None
    refresh, scopes = secret(field(fields, layout.refresh)), _scopes(field(fields, layout.scope))
    tokens = TokenSet(access, refresh, expires_at=expires_at, scopes=scopes)
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


def _content(item: Item) -> Any:
    """None if it is no JSON."""
    try:
        return parsed(item.secret.reveal().encode(errors="replace"))
    except (files.BadFile, Malformed):
        return None


def _nothing(account: str) -> Any:
    return None


def _time(fields: Mapping[str, Any], dotted: str, unit: int) -> float | None:
    """A time in Unix seconds. None if it is none."""
    value = field(fields, dotted)
    return _iso(value) if isinstance(value, str) else _number(value, unit)


def _number(value: Any, unit: int) -> float | None:
    """A number of seconds. None if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < FAR * unit:
        return None  # also for NaN
    return value / unit


def _iso(value: str) -> float | None:
    """Only with an offset from UTC: another time could be anywhere on earth."""
    from datetime import datetime

    try:
        time = datetime.fromisoformat(value)
        return time.timestamp() if time.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _scopes(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(scope for scope in value if isinstance(scope, str))
    return tuple(text(value).split())
