"""Helpers for editing both JSON and TOML files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keyrack.domain.change import Step
from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Header, Source
from keyrack.domain.named_tuple import NamedTuple
from keyrack.sources.parsing.collector import name_of
from keyrack.system import files

BOM = "\ufeff"


class Edit(NamedTuple):
    """A file's new text."""

    text: str
    literal: str  # the secret as written in the file, with its quotes
    written: tuple[str, ...]  # the new strings
    steps: tuple[Step, ...] = ()  # of a JSON file


def changed(source: Source) -> KeyrackError:
    """The error for a file that has changed since it was read."""
    return KeyrackError(f"{source.path} has changed since it was read.", hint="Try again.")


def table_of(source: Source, root: str) -> tuple[str, ...]:
    """The keys of the object with the entry. Claude Code's file has one for each project, besides its own."""
    folder = source.scope.removeprefix("project ")
    return ("projects", folder, root) if root and folder != source.scope else (root,) if root else ()


def path_to(data: Any, servers: tuple[str, ...], table: str, header: Header) -> tuple[str, ...]:
    """The path of keys to the header's value. Raises KeyrackError if it has changed since it was read."""
    assert header.source is not None
    entries = data
    for key in servers:
        entries = entries.get(key) if isinstance(entries, dict) else None
    found = [
        (*servers, key, table, header.name)
        for key, entry in (entries.items() if isinstance(entries, dict) else ())
        if name_of(key) == header.source.name and isinstance(entry, dict)
        for headers in [entry.get(table)]
        if isinstance(headers, dict) and isinstance(headers.get(header.name), str)
        if headers[header.name].strip() == header.value.reveal()
    ]
    if len(found) != 1:
        raise changed(header.source)
    return found[0]


def with_value(data: Any, path: Sequence[str], value: str) -> Any:
    """A copy of nested objects with a new value at `path`."""
    return {**data, path[0]: with_value(data[path[0]], path[1:], value)} if path else value


def cannot(source: Source, value: str) -> KeyrackError:
    """The error for a file that keyrack can't edit."""
    hint = f"Put {value} there yourself."
    return KeyrackError(
        f"keyrack can't safely change {source.path} because of the way it is written.", hint=hint
    )


def text_of(source: Source) -> str:
    """The file's text. Raises KeyrackError."""
    try:
        data = files.read_bytes(source.path, files.MAX_GROWN)
        files.decode(data)
    except files.NoFile:
        raise changed(source) from None
    except files.BadFile as error:
        raise KeyrackError(f"{source.path}: {error}") from None
    return data.decode()
