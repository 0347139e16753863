"""Sets and deletes fields of an entry in a TOML file, and leaves everything else as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit
from tomlkit.items import AoT, InlineTable, Item, Table

from keyrack.system.toml_tree import NotEditable, Pair, Tree, setting, string

Path = tuple[str, ...]


def edited(
    text: str, root: str, name: str, is_list: bool, fields: Mapping[str, Any], drops: Sequence[Path]
) -> str:
    """The text in which the entry has these fields, and not those in `drops`. Raises NotEditable."""
    tree = Tree(text)
    entry = _in_list(tree, root, name) if is_list else tree.table((root, name))
    if entry is None:
        if not is_list and next(tree.find((root, name)), None) is not None:
            raise NotEditable
        return _added(text, tree.newline, root, name, is_list, fields)
    for drop in drops:
        _drop(entry, drop)
    for field, value in fields.items():
        found = _inner(entry, field)
        if found is not None and isinstance(found.item, Table):  # with a heading of its own
            found.remove()
            found = None
        if found is not None:
            found.set_value(item_of(value))
        else:
            entry.insert_last(field, item_of(value), tree.newline)
    return tree.text()


def deleted(text: str, root: str, name: str, is_list: bool) -> str:
    """The text without the entry. Raises NotEditable."""
    tree = Tree(text)
    if is_list:
        found = _in_list(tree, root, name)
        if found is None:
            raise NotEditable
        aot = tree.pair((root,)).item
        assert isinstance(aot, AoT)
        aot.body.remove(found.item)  # type: ignore[arg-type]
        return tree.text()
    pairs = list(tree.find((root, name)))
    if not pairs:
        raise NotEditable
    for pair in pairs:
        pair.remove()
    return tree.text()


def item_of(value: Any) -> Item:
    """A value on one line."""
    if isinstance(value, str):
        return string(value)
    if isinstance(value, Mapping):
        table: InlineTable = tomlkit.inline_table()
        for key, each in value.items():
            table.append(key, item_of(each))
        return table
    return tomlkit.item(value)


def _added(text: str, newline: str, root: str, name: str, is_list: bool, fields: Mapping[str, Any]) -> str:
    """A table at the end of the file."""
    head = f"[[{root}]]" if is_list else f"[{root}.{tomlkit.key(name).as_string()}]"
    values = {"name": name, **fields} if is_list else fields
    lines = [head, *(setting(field, item_of(value)) for field, value in values.items())]
    before = "" if not text or text.endswith("\n") else newline
    gap = newline if text.strip() else ""
    return text + before + gap + "".join(line + newline for line in lines)


def _in_list(tree: Tree, root: str, name: str) -> Pair | None:
    found = next(tree.find((root,)), None)
    if found is None:
        return None
    if not isinstance(found.item, AoT):
        raise NotEditable
    tables = [table for table in found.item.body if table.value.get("name") == name]
    if len(tables) > 1:
        raise NotEditable
    return Pair([(found.key, tables[0])], 0, None) if tables else None


def _inner(entry: Pair, field: str) -> Pair | None:
    for at, (key, _) in enumerate(entry.inner):
        if key is not None and key.key == field:
            return Pair(entry.inner, at, entry)
    return None


def _drop(entry: Pair, path: Path) -> None:
    found = _inner(entry, path[0])
    if found is None:
        return
    if len(path) > 1 and not found.item.value.keys() <= {path[1]}:
        _drop(found, path[1:])
    else:
        found.remove()
