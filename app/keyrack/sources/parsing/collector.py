"""Collects one file's servers and problems while it is read."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterator, Mapping
from typing import Any

from keyrack.domain.kinds import kind
from keyrack.domain.model import Server, Source
from keyrack.domain.reading import Problem
from keyrack.system.paths import Env

MAX_NAME = 200  # characters of a server's name; the rest is cut off


class Collector:
    """Collects what a reader finds in one file."""

    def __init__(
        self,
        client: str,
        path: str,
        env: Env,
        *,
        scope: str = "",
        style: str = "",
        trusted: bool = True,
        platform: str = sys.platform,
    ) -> None:
        self.client = client
        self.path = path
        self.env = env
        self.platform = platform
        self.scope = scope
        self.style = style  # how this program writes variables: see `interpolate`
        self.trusted = trusted  # False: a project's own file, which gets no values of variables
        self.not_movable_because = (
            ""  # why a secret in this file can't be moved to the keychain; "" if it can
        )
        self.not_movable_for_all = ""  # the same for any kind of secret, wherever it is
        self.off: Container[str] = ()  # entries that are switched off in the program
        self.servers: list[Server] = []
        self.problems: list[Problem] = []

    def source(self, name: str) -> Source:
        return Source(self.client, self.path, name, self.scope, name in self.off)

    def problem(self, sentence: str, *, entry: str | None = None, line: int | None = None) -> None:
        self.problems.append(Problem(self.client, self.path, sentence, line, entry))

    def repeated(self, keys: tuple[str, ...]) -> None:
        """Report duplicate keys of an object."""
        for key in keys:
            self.problem(f"The key “{name_of(key)}” appears twice in one object; the last one is used.")

    def table(self, data: Any, key: str) -> Mapping[str, Any]:
        """The object at `key` of the file's root. Empty, with a problem, if it is something else."""
        if not isinstance(data, dict):
            self.problem(f"The file should contain an object, but contains {kind(data)}.")
            return {}
        found = data.get(key)
        if found is None:
            return {}
        if not isinstance(found, dict):
            self.problem(f"“{key}” should be an object, but is {kind(found)}.")
            return {}
        return found

    def entries(self, table: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Each entry with a name that is safe to show. Any that is no object gets a problem."""
        for key, entry in table.items():
            name = name_of(key)
            if isinstance(entry, dict):
                yield name, entry
            else:
                sentence = f"The entry should be an object, but is {kind(entry)}."
                self.problem(sentence, entry=name)
                self.servers.append(Server(name, sources=(self.source(name),), problem=sentence))

    def listed(self, data: Any, key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Each entry of the list at `key` of the file's root, by the entry's `name`."""
        if not isinstance(data, dict):
            self.problem(f"The file should contain an object, but contains {kind(data)}.")
            return
        found = data.get(key)
        if found is not None and not isinstance(found, list):
            self.problem(f"“{key}” should be a list, but is {kind(found)}.")
            return
        for entry in found or []:
            name = entry.get("name") if isinstance(entry, dict) else None
            yield from self.entries({name if isinstance(name, str) else "": entry})


def entries_with(table: Mapping[str, Any], key: str, value: bool) -> set[str]:
    """The names of the entries that have this value at `key`."""
    return {name_of(name) for name, entry in table.items()
            if isinstance(entry, dict) and entry.get(key) is value}  # fmt: skip


class Fields:
    """The fields of a configuration object. A field of the wrong type is reported and skipped."""

    def __init__(self, data: Mapping[str, Any], collector: Collector, entry: str) -> None:
        self.data = data
        self.collector = collector
        self.entry = entry

    def text(self, *keys: str) -> str | None:
        """The text at the first of these keys that is present; "" counts as absent."""
        return self._first(keys, str, "text") or None

    def table(self, *keys: str) -> Mapping[str, Any]:
        return self._first(keys, dict, "an object") or {}

    def sub(self, *keys: str) -> Fields:
        return Fields(self.table(*keys), self.collector, self.entry)

    def number(self, *keys: str) -> int | None:
        return self._first(keys, int, "a whole number")

    def flag(self, key: str) -> bool | None:
        return self._first((key,), bool, "true or false")

    def strings(self, *keys: str) -> tuple[str, ...]:
        """A list of strings; other items are reported and left out."""
        found = self._first(keys, list, "a list") or []
        for item in found:
            if not isinstance(item, str):
                self.collector.problem(
                    f"“{keys[0]}” contains {kind(item)} instead of text.", entry=self.entry
                )
        return tuple(item for item in found if isinstance(item, str))

    def texts(self, key: str) -> dict[str, str]:
        """An object of strings; other values are reported and left out."""
        table = self.table(key)
        for name, value in table.items():
            if not isinstance(value, str):
                sentence = f"“{name_of(name)}” in “{key}” should be text, but is {kind(value)}."
                self.collector.problem(sentence, entry=self.entry)
        return {name: value for name, value in table.items() if isinstance(value, str)}

    def words(self, *keys: str) -> tuple[str, ...] | None:
        """Scopes: a list, or a text separated by spaces. None if absent."""
        for key in keys:
            if isinstance(self.data.get(key), str):
                return tuple(self.data[key].split())
            if self.data.get(key) is not None:
                return self.strings(key)
        return None

    def _first(self, keys: tuple[str, ...], wanted: type, what: str) -> Any:
        for key in keys:
            value = self.data.get(key)
            if value is None:
                continue
            if isinstance(value, wanted) and not (wanted is int and isinstance(value, bool)):
                return value
            self.collector.problem(f"“{key}” should be {what}, but is {kind(value)}.", entry=self.entry)
        return None


def name_of(key: str) -> str:
    """An entry's name: a long one is cut, and an empty one is replaced by a placeholder."""
    if not key.strip():
        return "(no name)"
    return key if len(key) <= MAX_NAME else key[: MAX_NAME - 1] + "…"
