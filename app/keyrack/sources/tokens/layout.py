"""What a module of this package returns for a row, and what the row's token fields are called."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from keyrack.domain.held import Item, Key
from keyrack.domain.secret import Secret

SECONDS, MILLISECONDS = 1, 1000  # units in a second


class Layout(NamedTuple):
    """The token fields of a row, as paths of keys joined by dots. "" for one that the program does not have.

    The defaults are those of a token response (RFC 6749, section 5.1), which many programs store as it is.
    """

    access: str = "access_token"
    refresh: str = "refresh_token"
    expires_at: str = ""
    unit: int = SECONDS  # of `expires_at` and `obtained_at`
    is_whole: bool = False  # `expires_at` must be a whole number
    expires_in: str = "expires_in"  # seconds, from when the token was stored
    obtained_at: str = ""  # when it was stored
    scope: str = "scope"  # a text, or a list


class Opened(NamedTuple):
    """A program's token file or keychain item, parsed."""

    data: Any
    path: str  # "" for an item
    item: Item | None
    urls: Sequence[str]  # the configured URLs, to recognize one by its hash
    beside: Callable[[str], Any]  # beside(name): the JSON of a file in the same folder, or None

    def objects(self, *path: Key) -> Iterator[tuple[tuple[Key, ...], str, Mapping[str, Any]]]:
        """The objects in the object or array at `path`: each one's own path, its key, and itself."""
        table = value_at(self.data, path)
        if isinstance(table, dict):
            pairs = table.items()
        else:
            pairs = enumerate(table) if isinstance(table, list) else ()
        for key, value in pairs:
            if isinstance(value, dict):
                yield (*path, key), str(key), value

    def url_with(self, digest: Callable[[str], str], found: str) -> str:
        """The configured URL with this digest, or ""."""
        return next((url for url in self.urls if digest(url) == found), "")


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
    stored_at: float | None = None  # Unix seconds, if something else than a token field says so
    needs: tuple[str, ...] = ()  # fields without which the program can't read the row
    others: tuple[str, ...] = ()  # other files in the folder that are only about this row


def value_at(data: Any, path: Sequence[Key]) -> Any:
    """The value at these keys, or None."""
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def field(row: Mapping[str, Any], dotted: str) -> Any:
    """The value of one of a layout's fields; None if it is absent, or the program has no such field."""
    return value_at(row, dotted.split(".")) if dotted else None


def text(value: Any) -> str:
    """The value if it is text, else ""."""
    return value if isinstance(value, str) else ""


def secret(value: Any) -> Secret | None:
    """None if it is empty or no text."""
    return Secret(value) if isinstance(value, str) and value else None
