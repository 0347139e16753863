"""Sets and deletes fields of an entry in a YAML file; everything else stays, with its comments.

Positions come from PyYAML's nodes, and what is written is JSON, which YAML contains. Only what is written in
blocks (indented lines) is changed; the caller parses the result as a check.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

Path = tuple[str, ...]


class NotEditable(ValueError):
    """The file is written in another way than in blocks."""


def edited(
    text: str, root: str, name: str, is_list: bool, fields: Mapping[str, Any], drops: Sequence[Path]
) -> str:
    """The text in which the entry has these fields, and not those in `drops`. Raises NotEditable."""
    entry = _entry(text, root, name, is_list)
    if entry is None:
        return _added(text, root, name, is_list, fields)
    for drop in drops:
        text = _dropped(text, _entry(text, root, name, is_list), drop)
    for field, value in fields.items():
        text = _set(text, _entry(text, root, name, is_list), field, value)
    return text


def deleted(text: str, root: str, name: str, is_list: bool) -> str:
    """The text without the entry. Raises NotEditable."""
    holder = _member(_root(text), root)
    if holder is None:
        raise NotEditable
    _refuse_flow(holder)
    if not is_list:
        return _cut(text, holder, name)
    for each in holder.value:
        if _scalar(each, "name") == name:
            start = text.rfind("\n", 0, each.start_mark.index) + 1
            if not text[start : each.start_mark.index].strip().startswith("-"):
                raise NotEditable
            return text[:start] + text[_line_end(text, _end(each)) :]
    raise NotEditable


def _entry(text: str, root: str, name: str, is_list: bool) -> Any:
    holder = _member(_root(text), root)
    if holder is None or _is_empty(holder):
        return None
    if is_list:
        found = [each for each in _items(holder) if _scalar(each, "name") == name]
        if len(found) > 1:
            raise NotEditable
        entry = found[0] if found else None
    else:
        entry = _member(holder, name)
    if entry is not None:
        _refuse_flow(entry)
    return entry


def _added(text: str, root: str, name: str, is_list: bool, fields: Mapping[str, Any]) -> str:
    node = _root(text)
    holder = _member(node, root)
    newline = "\r\n" if "\r\n" in text else "\n"
    values = {"name": name, **fields}
    if holder is None:
        if node is not None:
            _refuse_flow(node)
        before = text if not text or text.endswith("\n") else text + newline
        return before + newline.join((f"{root}:", *_lines(name, values, is_list, 2), ""))
    if _is_empty(holder):
        key = next(key for key, value in node.value if value is holder)
        lines = _lines(name, values, is_list, key.start_mark.column + 2)
        colon = text.index(":", key.end_mark.index) + 1
        return text[:colon] + newline + newline.join(lines) + text[_line_end_of_word(text, colon, holder) :]
    _refuse_flow(holder)
    last = holder.value[-1] if is_list else holder.value[-1][1]
    if is_list:
        start = text.rfind("\n", 0, last.start_mark.index) + 1
        column = text.index("-", start) - start
    else:
        column = holder.value[-1][0].start_mark.column
    at = _line_end(text, _end(last))
    before = "" if at == 0 or text[:at].endswith("\n") else newline
    return text[:at] + before + newline.join((*_lines(name, values, is_list, column), "")) + text[at:]


def _lines(name: str, values: Mapping[str, Any], is_list: bool, column: int) -> list[str]:
    written = [f"{_word(field)}: {_value(value)}" for field, value in values.items()]
    if is_list:
        return [" " * column + ("- " if at == 0 else "  ") + line for at, line in enumerate(written)]
    return [f"{' ' * column}{_word(name)}:", *(" " * (column + 2) + line for line in written)]


def _set(text: str, entry: Any, field: str, value: Any) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    for key, old in entry.value:
        if key.value == field:
            if old.start_mark.index == old.end_mark.index:
                return text[: key.end_mark.index] + f": {_value(value)}" + text[_colon(text, key) :]
            return text[: old.start_mark.index] + _value(value) + text[_end(old) :]
    last = entry.value[-1][1]
    column = entry.value[0][0].start_mark.column
    at = _line_end(text, _end(last))
    before = "" if text[:at].endswith("\n") else newline
    return f"{text[:at]}{before}{' ' * column}{_word(field)}: {_value(value)}{newline}{text[at:]}"


def _dropped(text: str, entry: Any, path: Path) -> str:
    inner = _member(entry, path[0])
    if inner is None:
        return text
    is_mapping = inner.id == "mapping"
    if len(path) > 1 and is_mapping and not {key.value for key, _ in inner.value} <= {path[1]}:
        return _dropped(text, inner, path[1:])
    return _cut(text, entry, next(iter(path)))


def _cut(text: str, mapping: Any, name: str) -> str:
    """Without a member of a mapping."""
    _refuse_flow(mapping)
    for at, (key, value) in enumerate(mapping.value):
        if key.value != name:
            continue
        start = text.rfind("\n", 0, key.start_mark.index) + 1
        if text[start : key.start_mark.index].strip():  # after the dash of a list
            if at + 1 == len(mapping.value):
                raise NotEditable
            return text[: key.start_mark.index] + text[mapping.value[at + 1][0].start_mark.index :]
        return text[:start] + text[_line_end(text, max(_end(value), key.end_mark.index)) :]
    return text


def _root(text: str) -> Any:
    import yaml

    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        raise NotEditable from None


def _member(node: Any, name: str) -> Any:
    if node is None:
        return None
    if node.id != "mapping":
        raise NotEditable
    found = [value for key, value in node.value if key.value == name]
    if len(found) > 1:
        raise NotEditable
    return found[0] if found else None


def _items(node: Any) -> list[Any]:
    if node.id != "sequence" or any(each.id != "mapping" for each in node.value):
        raise NotEditable
    return list(node.value)


def _scalar(node: Any, name: str) -> str | None:
    return next(
        (value.value for key, value in node.value if key.value == name and value.id == "scalar"), None
    )


def _is_empty(node: Any) -> bool:
    if node.id == "scalar":
        return node.tag.endswith(":null")
    return not node.value


def _refuse_flow(node: Any) -> None:
    if node.id == "scalar" or node.flow_style:
        raise NotEditable


def _end(node: Any) -> int:
    """The end of what is written, without the comments and blank lines after it."""
    if node.id == "scalar" or node.flow_style or not node.value:
        return node.end_mark.index
    last = node.value[-1]
    key, value = last if isinstance(last, tuple) else (last, last)
    return max(_end(value), key.end_mark.index if key is not value else 0)


def _line_end(text: str, at: int) -> int:
    """After the newline; a block scalar ends there already."""
    if at and text[at - 1] == "\n":
        return at
    end = text.find("\n", at)
    return len(text) if end == -1 else end + 1


def _line_end_of_word(text: str, colon: int, node: Any) -> int:
    return max(colon, node.end_mark.index)


def _colon(text: str, key: Any) -> int:
    return text.index(":", key.end_mark.index) + 1


def _word(text: str) -> str:
    import re

    plain = re.fullmatch(r"[A-Za-z_][\w.-]*", text) and text.lower() not in (
        "null", "true", "false", "yes", "no", "on", "off", "y", "n",
    )  # fmt: skip
    return text if plain else json.dumps(text, ensure_ascii=False)


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
