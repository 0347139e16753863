"""Reads stored JSON without trusting it: every field is checked."""

from __future__ import annotations

import math
from typing import Any

from keyrack.domain.errors import DamagedData, NewerFormat
from keyrack.system import stored_json

MISSING: Any = object()


class Fields:
    """An object of stored JSON; each getter checks the type and raises DamagedData.

    A missing key takes the default, if there is one, so that fields can be added
    later within one format version.
    """

    __slots__ = ("_data", "_what")

    def __init__(self, data: object, what: str) -> None:
        if not isinstance(data, dict):
            raise DamagedData(f"{what} is damaged.")
        self._data: dict[str, Any] = data
        self._what = what

    def text(self, key: str, default: str = MISSING) -> str:
        value = self._data.get(key, default)
        if type(value) is not str:
            raise self._damaged(key)
        return value

    def text_or_none(self, key: str) -> str | None:
        value = self._data.get(key)
        if value is not None and type(value) is not str:
            raise self._damaged(key)
        return value

    def choice(self, key: str, words: tuple[str | None, ...], default: str | None = None) -> Any:
        """One of the words. Returns Any because the caller's type is a Literal of them."""
        value = self._data.get(key, default)
        if value not in words:
            raise self._damaged(key)
        return value

    def number(self, key: str, default: float = MISSING) -> float:
        value = self._data.get(key, default)
        if type(value) is float and math.isfinite(value):
            return value
        if type(value) is int:
            try:
                return float(value)
            except OverflowError:
                pass
        raise self._damaged(key)

    def number_or_none(self, key: str) -> float | None:
        return None if self._data.get(key) is None else self.number(key)

    def whole(self, key: str, default: int = MISSING) -> int:
        value = self._data.get(key, default)
        if type(value) is not int or value < 0:
            raise self._damaged(key)
        return value

    def whole_or_none(self, key: str) -> int | None:
        return None if self._data.get(key) is None else self.whole(key)

    def flag(self, key: str, default: bool = MISSING) -> bool:
        value = self._data.get(key, default)
        if type(value) is not bool:
            raise self._damaged(key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._data.get(key, ())
        items: tuple[Any, ...] = tuple(value) if type(value) in (list, tuple) else (None,)
        if any(type(item) is not str for item in items):
            raise self._damaged(key)
        return items

    def rows(self, key: str, width: int, default: tuple[()] | None = None) -> tuple[tuple[str, ...], ...]:
        """A list of lists of `width` strings each."""
        value = self._data.get(key)
        if value is None and default is not None:
            return default
        items: list[Any] = value if type(value) is list else [None]
        if any(type(item) is not list or [type(part) for part in item] != [str] * width for item in items):
            raise self._damaged(key)
        return tuple(tuple(item) for item in items)

    def text_map(self, key: str) -> dict[str, str]:
        """An object of strings; empty if it is missing."""
        value = self._data.get(key, {})
        if type(value) is not dict or any(type(item) is not str for item in value.values()):
            raise self._damaged(key)
        return value

    def inner(self, key: str) -> Fields | None:
        """A nested object; None if it is null or missing."""
        value = self._data.get(key)
        return None if value is None else Fields(value, self._what)

    def require(self, key: str) -> Fields:
        """A nested object that must be there."""
        return Fields(self._data.get(key), self._what)

    def _damaged(self, key: str) -> DamagedData:
        return damaged(self._what, key)


def damaged(what: str, key: str) -> DamagedData:
    """The error for a field that is not valid. It gives only the name: the value may be a secret."""
    return DamagedData(f"{what} is damaged: “{key}” has changed.")


def parse(text: str, what: str, known_format: int) -> Fields:
    """The fields of stored JSON in a known `format`. Raises DamagedData or NewerFormat."""
    try:
        data: object = stored_json.parse(text)
    except ValueError:
        data = None
    fields = Fields(data, what)
    version = fields.whole("format")
    if version > known_format:
        raise NewerFormat(
            f"{what} was written by a newer keyrack (format {str(version)[:9]}) and was not changed.",
            hint="Update keyrack.",
        )
    if version < 1:
        raise damaged(what, "format")
    return fields
