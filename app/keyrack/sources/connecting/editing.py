"""Changes one entry in the text of a file, whatever its syntax, and proves that nothing else has changed."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from keyrack.domain.change import Step
from keyrack.domain.errors import KeyrackError
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret
from keyrack.sources.connect import Connect
from keyrack.sources.connecting.entry import Fields
from keyrack.sources.parsing import jsonc
from keyrack.sources.rewriting import entry_json
from keyrack.sources.rewriting.json_members import NoSuchMember
from keyrack.system import files, toml, yaml

BOM = "\ufeff"
# What an editor raises for a text that it can't change: its own error, or one of what it looks for.
UNSAFE = (NoSuchMember, ValueError, LookupError, TypeError, AttributeError)
EMPTY: Mapping[str, str] = {"json": "{}\n", "toml": "", "yaml": ""}


class Changed(NamedTuple):
    text: str
    steps: tuple[Step, ...] = ()  # () if the text is not JSON


def entry_in(text: str, how: Connect, outer: Sequence[str], name: str) -> Mapping[str, Any] | None:
    """The entry; None if there is none. Raises Malformed."""
    return _get(_parsed(text.removeprefix(BOM), how.syntax), (*outer, how.root), name, how.is_list)


def with_fields(
    text: str, how: Connect, outer: Sequence[str], name: str, fields: Fields, path: str
) -> Changed:
    """The text with these fields in the entry. Raises KeyrackError if that can't be done safely."""
    mark, text = (BOM, text[1:]) if text.startswith(BOM) else ("", text)
    text = text if text.strip() else EMPTY[how.syntax]
    steps: tuple[Step, ...] = ()
    try:
        before = _parsed(text, how.syntax)
        wanted = _put(before, (*outer, how.root), name, how.is_list, fields, how.syntax)
        if how.syntax == "json":
            steps = entry_json.steps_for(text, (*outer, how.root, name), fields.sets, fields.drops)
            new = entry_json.applied(text, steps)
        elif how.syntax == "toml":
            from keyrack.sources.rewriting import entry_toml

            new = entry_toml.edited(text, how.root, name, how.is_list, fields.sets, fields.drops)
        else:
            from keyrack.sources.rewriting import entry_yaml

            new = entry_yaml.edited(text, how.root, name, how.is_list, fields.sets, fields.drops)
        _prove(new, how.syntax, wanted)
    except files.Malformed as error:
        raise KeyrackError(f"{path} can't be changed: {error}") from None
    except UNSAFE:
        raise unsafe(path) from None
    return Changed(mark + new, steps)


def without_entry(text: str, how: Connect, outer: Sequence[str], name: str, path: str) -> Changed:
    """The text without the entry. Raises KeyrackError if that can't be done safely."""
    mark, text = (BOM, text[1:]) if text.startswith(BOM) else ("", text)
    try:
        wanted = _removed(_parsed(text, how.syntax), (*outer, how.root), name, how.is_list)
        steps: tuple[Step, ...] = ()
        if how.syntax == "json":
            from keyrack.sources.rewriting import json_members

            where = (*outer, how.root, name)
            old = json_members.get(text, where)
            steps = (Step(where, None if old is None else Secret(old), None),)
            new = entry_json.applied(text, steps)
        elif how.syntax == "toml":
            from keyrack.sources.rewriting import entry_toml

            new = entry_toml.deleted(text, how.root, name, how.is_list)
        else:
            from keyrack.sources.rewriting import entry_yaml

            new = entry_yaml.deleted(text, how.root, name, how.is_list)
        _prove(new, how.syntax, wanted, how.root)
    except files.Malformed as error:
        raise KeyrackError(f"{path} can't be changed: {error}") from None
    except UNSAFE:
        raise unsafe(path) from None
    return Changed(mark + new, steps)


def _prove(text: str, syntax: str, wanted: Any, root: str = "") -> None:
    """Raise NoSuchMember unless the text contains what is wanted, and nothing else."""
    try:
        found = _parsed(text, syntax)
    except files.Malformed:
        raise NoSuchMember from None
    if _tidied(found, root) != _tidied(wanted, root):
        raise NoSuchMember


def unsafe(path: str) -> KeyrackError:
    """The error for a text that keyrack can't edit."""
    return KeyrackError(
        f"keyrack can't safely change {path} because of the way it is written.", hint="Nothing was changed."
    )


def _parsed(text: str, syntax: str) -> Any:
    if syntax == "toml":
        return toml.parse(text)
    if syntax == "yaml":
        return yaml.parse(text).data if text.strip() else None
    return jsonc.parse(text, comments=True, commas=True).data


def _get(data: Any, path: Sequence[str], name: str, is_list: bool) -> Mapping[str, Any] | None:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    if is_list:
        items = data if isinstance(data, list) else []
        found = next((each for each in items if isinstance(each, dict) and each.get("name") == name), None)
    else:
        found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else None


def _put(data: Any, path: Sequence[str], name: str, is_list: bool, fields: Fields, syntax: str) -> Any:
    """What the file should contain. Raises NoSuchMember if something else is in the way."""
    whole = copy.deepcopy(data) if data is not None else {}
    inner = whole
    for at, key in enumerate(path):
        if not isinstance(inner, dict):
            raise NoSuchMember
        if inner.get(key) is None:
            inner[key] = [] if is_list and at == len(path) - 1 else {}
        inner = inner[key]
    entry = _get(whole, path, name, is_list)
    if entry is None:
        # In a list, and in goose's file, the entry has its name in itself.
        new = {"name": name, **fields.sets} if is_list or syntax == "yaml" else dict(fields.sets)
        if is_list and isinstance(inner, list):
            inner.append(new)
        elif not is_list and isinstance(inner, dict) and name not in inner:
            inner[name] = new
        else:
            raise NoSuchMember
        return whole
    assert isinstance(entry, dict)
    for drop in fields.drops:
        _drop(entry, drop)
    entry.update(fields.sets)
    return whole


def _drop(entry: dict[str, Any], path: Sequence[str]) -> None:
    """What is left empty goes too."""
    inner = entry.get(path[0])
    if len(path) > 1 and isinstance(inner, dict) and not inner.keys() <= {path[1]}:
        _drop(inner, path[1:])
    else:
        entry.pop(path[0], None)


def _removed(data: Any, path: Sequence[str], name: str, is_list: bool) -> Any:
    whole = copy.deepcopy(data)
    inner = whole
    for key in path:
        inner = inner[key]
    if is_list:
        inner[:] = [each for each in inner if each.get("name") != name]
    else:
        del inner[name]
    return whole


def _tidied(data: Any, root: str) -> Any:
    """An empty table of servers is as good as none."""
    return (
        {key: value for key, value in data.items() if value or key != root}
        if isinstance(data, dict)
        else data
    )
