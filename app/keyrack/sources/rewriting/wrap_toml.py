"""`wrap` for TOML files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import tomlkit
from tomlkit.items import Array, Item

from keyrack.domain.exec_words import wrapping
from keyrack.domain.model import EntrySecret, Source
from keyrack.sources.rewriting.wrap_json import (
    Change,
    argument_for,
    cannot_wrap,
    entry_in,
    is_wrapped,
    parts_of,
    program_of,
    put,
    with_exec,
)
from keyrack.system import toml
from keyrack.system.files import Malformed
from keyrack.system.toml_tree import NotEditable, Tree, string


def wrapped_toml(
    text: str,
    table: tuple[str, ...],
    source: Source,
    named: Mapping[EntrySecret, str],
    secrets: str,
    keyrack: str,
) -> Change:
    """The change. Raises KeyrackError, Malformed."""
    data = toml.parse(text)
    key, entry = entry_in(data, table, source)
    parts, at = parts_of(entry), (*table, key)
    wanted = with_exec(entry, parts, source, named, secrets, keyrack)
    try:
        if parts.args is None:
            raise NotEditable
        tree = Tree(text)
        for each in named:
            if each.variable:
                tree.pair((*at, *(parts.env or ()), each.variable)).remove()
        moved = [(each, name) for each, name in named.items() if not each.variable]
        arguments = [(each.argument, argument_for(each, name)) for each, name in moved]
        command = tree.pair((*at, *parts.command))
        words = [] if is_wrapped(entry, parts) else [*wrapping(secrets), str(entry["command"])]
        if "args" in entry:
            array = tree.pair((*at, *parts.args)).item
            if not isinstance(array, Array):
                raise NotEditable
            for place, argument in arguments:
                array[place] = argument
            if words:
                tree.pair((*at, *parts.args)).set_value(_with_first(array, words))
        elif words:
            command.insert_before("args", _with_first(tomlkit.array(), words), tree.newline)
            command = tree.pair((*at, *parts.command))
        if words:
            command.set_value(string(keyrack))
        new = tree.text()
        if toml.parse(new) == put(data, at, wanted):
            return Change(new, program_of(entry, parts))
    except (NotEditable, Malformed):
        pass
    raise cannot_wrap(source, keyrack, secrets)


def _with_first(array: Array, words: Sequence[str]) -> Item:
    """The array with these words at its beginning, on the line of the bracket."""
    written = ", ".join(string(word).as_string() for word in words)
    rest = array.as_string()[1:]
    return tomlkit.value(f"[{written}{', ' if len(array) else ''}{rest}")
