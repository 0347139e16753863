"""What a module of this package returns for a row, and what the row's token fields are called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from keyrack.domain.held import ENCODED, Item, Key
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret
from keyrack.sources.tokens.folder import from_json
from keyrack.system.files import Malformed

SECONDS, MILLISECONDS = 1, 1000  # units in a second


class Layout(NamedTuple):
    """The token fields of a row, as paths of keys joined by dots. "" for one that the program does not have.

    The defaults are those of a token response (RFC 6749, section 5.1), which many programs store as it is.
    A time is a number of `unit`s since 1970, or a text in ISO 8601.

    `expires_at` takes precedence. `expires_in` counts only in a row without a valid `expires_at`: from
    `obtained_at`, else from `stored_at`, else from when the file or item was changed, and the last two make
    the expiry an estimate. Publishing writes `expires_at`, and `expires_in` if the row has it or if there is
    no `expires_at`; so `expires_in` must be "" if the program has no such field.
    """

    access: str = "access_token"
    refresh: str = "refresh_token"
    expires_at: str = ""
    unit: int = SECONDS
    is_whole: bool = False  # `expires_at` must be a whole number
    expires_in: str = "expires_in"  # seconds, from when the token was obtained
    obtained_at: str = ""  # when the token was obtained
    stored_at: str = ""  # when the row was last stored; an expiry counted from it is an estimate
    scope: str = "scope"  # a text, or a list


class Urls:
    """The configured URLs, found by a digest of them: some programs store nothing else."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = tuple(dict.fromkeys(urls))
        self._by_digest: dict[Callable[[str], str], dict[str, str]] = {}

    def with_digest(self, digest: Callable[[str], str], found: str) -> str:
        """The URL with this digest; "" if there is none, or if several have it."""
        if digest not in self._by_digest:
            known: dict[str, str] = {}
            for url in self._urls:
                key = digest(url)
                known[key] = "" if key in known else url
            self._by_digest[digest] = known
        return self._by_digest[digest].get(found, "")


class Opened(NamedTuple):
    """A program's token file or keychain item, parsed."""

    data: Any
    path: str  # "" for an item
    item: Item | None
    urls: Urls
    # beside(name): what the file of that name contains, parsed, or None. The name may have folders in it,
    # and starts at the file's own folder; for an item, at the program's. beside_item(account): the same for
    # an item of the same service.
    beside: Callable[[str], Any]
    beside_item: Callable[[str], Any]
    is_brief: bool = False  # the client is not wanted, so the file that describes it need not be read

    def client(self, name: str) -> Any:
        """The same as `beside`, for a file that only describes the client and its issuer."""
        return None if self.is_brief else self.beside(name)

    @property
    def name(self) -> str:
        """The file's name without its folder, or the item's account."""
        return self.item.account if self.item else self.path.replace("\\", "/").rpartition("/")[2]

    def objects(self, *path: Key) -> Iterator[tuple[tuple[Key, ...], str, Mapping[str, Any]]]:
        """The objects in the object or array at `path`: each one's own path, its key, and itself."""
        for key, value in _members(value_at(self.data, path)):
            if isinstance(value, dict):
                yield (*path, key), str(key), value

    def encoded(self, *path: Key) -> Iterator[tuple[tuple[Key, ...], str, Mapping[str, Any]]]:
        """The same for texts that contain an object as JSON."""
        for key, value in _members(value_at(self.data, path)):
            row = value_at(value, (ENCODED,))
            if isinstance(row, dict):
                yield (*path, key, ENCODED), str(key), row


class Row(NamedTuple):
    """What a program holds for one server."""

    path: tuple[Key, ...]  # to the row, which is deleted to log out; (): the whole file or item
    fields: Mapping[str, Any]  # the row
    layout: Layout
    name: str = ""  # the server's name there
    url: str = ""
    issuer: str | None = None
    client_id: str | None = None
    client_secret: Secret | None = None
    label: str = ""  # who the account belongs to
    # Paths, as in `Layout`, of the fields without which the program can't read the row. keyrack publishes no
    # token into a row in which one is missing or "", because the program might then refuse the whole file.
    needs: tuple[str, ...] = ()
    others: tuple[str, ...] = ()  # other files in the folder that are only about this row


def value_at(data: Any, path: Sequence[Key]) -> Any:
    """The value at these keys, or None."""
    for key in path:
        try:
            data = from_json(data) if key == ENCODED else data[key]
        except (KeyError, IndexError, TypeError, Malformed):
            return None
    return data


def field(row: Mapping[str, Any], dotted: str) -> Any:
    """The value of one of a layout's fields; None if it is absent, or the program has no such field."""
    if "." in dotted:
        return value_at(row, dotted.split("."))
    return row.get(dotted) if dotted and isinstance(row, dict) else None


def text(value: Any) -> str:
    """The value if it is text, else ""."""
    return value if isinstance(value, str) else ""


def text_at(data: Any, *path: Key) -> str:
    """The text at these keys, or ""."""
    if len(path) == 1 and isinstance(data, dict):
        return text(data.get(path[0]))
    return text(value_at(data, path))


def secret(value: Any) -> Secret | None:
    """None if it is empty or no text."""
    return Secret(value) if isinstance(value, str) and value else None


def _members(table: Any) -> Iterator[tuple[Key, Any]]:
    if isinstance(table, dict):
        yield from table.items()
    elif isinstance(table, list):
        yield from enumerate(table)
