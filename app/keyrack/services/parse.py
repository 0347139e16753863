"""Parses TOML tables into services. Unknown keys and wrong types are errors, so that no typo is ignored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from keyrack.domain.errors import KeyrackError
from keyrack.domain.service import Check, Field, Region, ReplyPath, Revoke, Service, Variant, WrongKind
from keyrack.services.examine import examine

_KINDS: dict[str, type] = {"text": str, "a list": list, "a table": dict, "true or false": bool}


def service_of(data: Mapping[str, Any], path: str = "") -> Service:
    """Parse a table into a service. Raises KeyrackError with one sentence about the first mistake."""
    table = _Table(data, "")
    service = Service(
        id=table.text("id", needed=True),
        name=table.text("name", needed=True),
        hosts=table.texts("hosts", needed=True),
        auth=table.texts("auth", needed=True),  # type: ignore[arg-type]  # checked below
        token_name=table.text("token_name"),
        page=table.text("page"),
        steps=table.texts("steps"),
        fields=tuple(_field(item) for item in table.tables("fields")),
        headers=table.mapping("headers"),
        basic=table.text("basic"),
        variants=tuple(_variant(item) for item in table.tables("variants")),
        prefixes=table.texts("prefixes"),
        wrong_kinds=tuple(_wrong_kind(item) for item in table.tables("wrong_kinds")),
        regions=tuple(_region(item) for item in table.tables("regions")),
        check=_check(table.table("check")),
        revoke=_revoke(table.table("revoke")),
        never_expires=table.flag("never_expires"),
        confidence=table.text("confidence"),
        verified=table.text("verified"),
        notes=table.texts("notes"),
        path=path,
    )
    table.finish()
    examine(service)
    return service


class _Table:
    """A TOML table whose keys are taken one by one; any that are left over are mistakes."""

    def __init__(self, data: Mapping[str, Any], where: str) -> None:
        self._left = dict(data)
        self._where = where

    def take(self, key: str, kind: str, empty: Any, needed: bool = False) -> Any:
        value = self._left.pop(key, None)
        if value is None:
            if needed:
                raise KeyrackError(f"“{self._where}{key}” is missing")
            return empty
        if not isinstance(value, _KINDS[kind]):
            raise KeyrackError(f"“{self._where}{key}” must be {kind}")
        if needed and not value:
            raise KeyrackError(f"“{self._where}{key}” is empty")
        return value

    def text(self, key: str, *, needed: bool = False) -> str:
        return self.take(key, "text", "", needed)

    def flag(self, key: str, empty: bool = False) -> bool:
        return self.take(key, "true or false", empty)

    def texts(self, key: str, *, needed: bool = False) -> tuple[str, ...]:
        return self._list(key, str, "text", needed)

    def numbers(self, key: str, empty: tuple[int, ...]) -> tuple[int, ...]:
        return self._list(key, int, "numbers") or empty

    def tables(self, key: str) -> list[_Table]:
        return [_Table(item, f"{key}.") for item in self._list(key, dict, "tables")]

    def table(self, key: str) -> _Table | None:
        value = self.take(key, "a table", None)
        return None if value is None else _Table(value, f"{self._where}{key}.")

    def mapping(self, key: str) -> dict[str, str]:
        value: dict[str, Any] = self.take(key, "a table", {})
        if not all(isinstance(item, str) for item in value.values()):
            raise KeyrackError(f"“{self._where}{key}” must contain only text")
        return value

    def anything(self, key: str) -> Any:
        return self._left.pop(key, None)

    def values(self, key: str) -> dict[str, Any]:
        return self.take(key, "a table", {})

    def finish(self) -> None:
        if self._left:
            raise KeyrackError(f"“{self._where}{next(iter(self._left))}” is not a known key")

    def _list(self, key: str, kind: type, word: str, needed: bool = False) -> tuple[Any, ...]:
        items: list[Any] = self.take(key, "a list", [], needed)
        if not all(isinstance(item, kind) for item in items):
            raise KeyrackError(f"“{self._where}{key}” must be a list of {word}")
        return tuple(items)


def _field(table: _Table) -> Field:
    field = Field(
        key=table.text("key", needed=True),
        label=table.text("label", needed=True),
        secret=table.flag("secret", True),
        optional=table.flag("optional"),
        hint=table.text("hint"),
        prefixes=table.texts("prefixes"),
        pattern=_regex(table.text("pattern")),
        only_on=table.texts("only_on"),
    )
    table.finish()
    return field


def _wrong_kind(table: _Table) -> WrongKind:
    kind = WrongKind(
        sentence=table.text("sentence", needed=True),
        prefix=table.text("prefix"),
        pattern=_regex(table.text("pattern")),
        field=table.text("field"),
    )
    table.finish()
    if bool(kind.prefix) == bool(kind.pattern):
        raise KeyrackError("each of “wrong_kinds” needs a prefix or a pattern")
    return kind


def _variant(table: _Table) -> Variant:
    variant = Variant(table.text("name", needed=True), table.mapping("headers"))
    table.finish()
    return variant


def _region(table: _Table) -> Region:
    region = Region(
        table.text("name", needed=True),
        table.text("host", needed=True),
        table.text("site", needed=True),
        table.text("page"),
    )
    table.finish()
    return region


def _check(table: _Table | None) -> Check | None:
    if table is None:
        return None
    check = Check(
        method=table.text("method") or "GET",
        url=table.text("url", needed=True),
        headers=table.mapping("headers"),
        json=table.anything("json"),
        not_for=table.texts("not_for"),
        require=table.values("require"),
        present=table.texts("present"),
        forbid=table.texts("forbid"),
        refused=table.numbers("refused", (401,)),
        says=_by_status(table.mapping("says")),
        error=table.texts("error"),
        errors=table.mapping("errors"),
        limited=table.texts("limited"),
        account=table.texts("account"),
        scopes=_place(table.table("scopes")),
        expires=_place(table.table("expires")),
    )
    table.finish()
    return check


def _revoke(table: _Table | None) -> Revoke | None:
    if table is None:
        return None
    revoke = Revoke(
        method=table.text("method") or "POST",
        url=table.text("url", needed=True),
        headers=table.mapping("headers"),
        json=table.anything("json"),
        require=table.values("require"),
        irreversible=table.flag("irreversible", True),
    )
    table.finish()
    return revoke


def _place(table: _Table | None) -> ReplyPath | None:
    if table is None:
        return None
    place = ReplyPath(table.text("header"), table.text("json"), table.text("ignore_equal"))
    table.finish()
    if bool(place.header) == bool(place.json):
        raise KeyrackError("“check.scopes” and “check.expires” need a header or a JSON path")
    return place


def _by_status(table: Mapping[str, str]) -> dict[int, str]:
    if not all(key.isascii() and key.isdigit() for key in table):
        raise KeyrackError("the keys of “check.says” must be status codes")
    return {int(key): value for key, value in table.items()}


def _regex(text: str) -> str:
    try:
        re.compile(text)
    except re.error:
        raise KeyrackError(f"“{text}” is not a regular expression") from None
    return text
