"""Reads the tokens of all programs. A broken file or row does not hide the others; nothing is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import HeldReading, HeldToken, Item, Place
from keyrack.domain.model import TokenSet
from keyrack.domain.reading import Problem
from keyrack.sources.locations import Search
from keyrack.sources.tokens import HOLDERS, Holder, module_of
from keyrack.sources.tokens.folder import Folder, parsed
from keyrack.sources.tokens.layout import Opened, Row, Urls, field, secret, text
from keyrack.system import files
from keyrack.system.files import Malformed

# items(service, accounts): the keychain items of a service. A keychain that can't be searched is asked for
# each of the accounts, which are found out only then. It may raise StoreUnavailable.
Items = Callable[[str, Iterable[str]], Sequence[Item]]
FAR = 32503680000.0  # the year 3000; a later expiry is no time


def read_held(
    search: Search, urls: Sequence[str], items: Items | None = None, *, is_brief: bool = False
) -> HeldReading:
    """All tokens that other programs hold.

    `urls` are the servers' URLs as configured: some programs store only a hash of them. Without `items`,
    keychain items are not read. `is_brief`: without the client and the issuer of tokens where these are in
    files of their own.
    """
    listed: list[str] = []
    found = _Found(search._replace(listed=listed), Urls(urls), is_brief)
    for holder in HOLDERS:
        try:
            found.read_files(holder)
            found.read_items(holder, items)
        except KeyrackError:
            continue  # no home folder: the configuration's reader says so
    paths = (*found.paths, *listed)
    return HeldReading(tuple(found.tokens), tuple(found.problems), paths, tuple(found.unread))


class _Found:
    def __init__(self, search: Search, urls: Urls, is_brief: bool) -> None:
        self._search = search
        self._is_brief = is_brief
        self._urls = urls
        self._beside: dict[str, Any] = {}  # what files contain that are beside several others
        self.tokens: list[HeldToken] = []
        self.problems: list[Problem] = []
        self.paths: list[str] = []
        self.unread: list[str] = []

    def read_files(self, holder: Holder) -> None:
        """Raises KeyrackError without a home folder."""
        self.paths += holder.folders(self._search)
        for path in holder.files(self._search):
            self.paths.append(path)
            try:
                # Taken first: if the file is replaced in between, its time is at worst too early.
                status = os.stat(path)
                data = parsed(files.read_bytes(path, status=status))
                mode = status.st_mode & 0o777 if os.name == "posix" else None
                beside = partial(self._read, path)
                opened = Opened(data, path, None, self._urls, beside, _nothing, self._is_brief)
                self._add(holder, Place(path, mode=mode), opened, status.st_mtime)
            except (FileNotFoundError, NotADirectoryError, files.NoFile):
                if os.path.islink(path):
                    self._problem(holder, path, "It is a link to a file that does not exist.")
            except (files.BadFile, Malformed) as error:
                self._problem(holder, path, str(error), error.line)
            except OSError as error:
                self._problem(holder, path, f"It can't be read: {error.strerror}.")

    def _read(self, path: str, name: str) -> Any:
        """What the file of this name beside the one at `path` contains."""
        folder = os.path.dirname(path)
        if not name.startswith(".."):
            return Folder(folder).read(name)
        shared = os.path.normpath(os.path.join(folder, name))
        if shared not in self._beside:
            self._beside[shared] = Folder(folder).read(name)
        return self._beside[shared]

    def read_items(self, holder: Holder, items: Items | None) -> None:
        """Raises KeyrackError without a home folder."""
        if not holder.service or holder.only_on not in ("", self._search.platform):
            return
        folder = next((Folder(path) for path in holder.folder(self._search) if os.path.isdir(path)), None)
        if folder is None:
            return
        if items is None:
            self.unread.append(holder.name)
            return
        try:
            found = items(holder.service, module_of(holder).accounts(self._search.env, folder))
        except KeyrackError:
            self.unread.append(holder.name)
            return
        by_account = {item.account: _content(item) for item in found}
        for item in found:
            content = by_account[item.account]
            if not isinstance(content, dict):
                continue  # another kind of item of the same service
            opened = Opened(content, "", item, self._urls, folder.read, by_account.get)
            try:
                self._add(holder, Place(item=item), opened, item.modified)
            except files.BadFile as error:
                self._problem(holder, holder.service, str(error))

    def _add(self, holder: Holder, place: Place, opened: Opened, changed_at: float | None) -> None:
        """Raises BadFile for content that the program's module refuses."""
        try:
            for row in module_of(holder).rows(opened):
                held = held_token(holder.name, place, row, changed_at)
                if held is not None:
                    self.tokens.append(held)
        except files.BadFile:
            raise
        except Exception as error:  # our bug; its message may quote the file, so only its class is shown
            sentence = f"keyrack failed to read it ({type(error).__name__}); this is a bug in keyrack."
            self._problem(holder, place.name, sentence)

    def _problem(self, holder: Holder, path: str, sentence: str, line: int | None = None) -> None:
        self.problems.append(Problem(holder.name, path, sentence, line))


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
