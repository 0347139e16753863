"""Changes one setting or server in keyrack's `config.toml`; the rest stays the same, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from keyrack.domain.errors import KeyrackError
from keyrack.domain.named_tuple import NamedTuple
from keyrack.system import files, toml, writing
from keyrack.system.files import Malformed

BOM = "\ufeff"


class OwnFile(NamedTuple):
    """The file's current content; empty if there is no file."""

    path: str
    text: str
    data: dict[str, Any]
    start: str  # the byte-order mark before the text, or ""
    is_there: bool = True


def read(path: str) -> OwnFile:
    """Raises KeyrackError."""
    try:
        raw = files.read_bytes(path)
    except files.NoFile:
        return OwnFile(path, "", {}, "", is_there=False)
    except files.BadFile as error:
        raise KeyrackError(f"{path}: {error} Nothing was changed.") from None
    return _parsed(path, raw)


def edit(path: str, change: Callable[[OwnFile], str]) -> None:
    """Replace the text by what `change` makes of it, again if the file is changed meanwhile.

    Raises KeyrackError, also if there is no file, and whatever `change` raises. Then nothing has changed.
    """

    def changed(raw: bytes) -> bytes:
        old = _parsed(path, raw)
        return (old.start + change(old)).encode()

    writing.edit(path, changed)


def _parsed(path: str, raw: bytes) -> OwnFile:
    try:
        text = files.decode(raw)
        data = toml.parse(text)
    except files.BadFile as error:
        raise KeyrackError(f"{path}: {error} Nothing was changed.") from None
    except Malformed as error:
        where = f"{path}, line {error.line}" if error.line else path
        raise KeyrackError(f"{where}: {error} Nothing was changed.", hint="Fix the file first.") from None
    return OwnFile(path, text, data, BOM if raw.decode().startswith(BOM) else "")


def set_value(path: str, keys: tuple[str, ...], value: str) -> None:
    """Set the value at `keys`: ("store",) or ("accounts", URL).

    Raises KeyrackError, and then nothing has changed.
    """
    old = read(path)
    wanted = _with(old.data, keys, value)
    if wanted != old.data:
        _write(old, _edited(old.text, keys, value), wanted)


def delete_value(path: str, keys: tuple[str, str]) -> None:
    """Delete the value at `keys`, if there is one. Raises KeyrackError, and then nothing has changed."""
    from keyrack.system import toml_tree

    old = read(path)
    outer, name = keys
    if name not in old.data.get(outer, {}):
        return
    rest = {key: value for key, value in old.data[outer].items() if key != name}
    text = None
    try:
        tree = toml_tree.Tree(old.text)
        tree.pair(keys).remove()
        text = tree.text()
    except toml_tree.NotEditable:
        pass
    _write(old, text, {**old.data, outer: rest})


def with_table(old: OwnFile, keys: tuple[str, str], table: dict[str, Any]) -> str:
    """The text with another table, such as a server, at `keys`. Raises KeyrackError if it can't be added
    without changing the rest."""
    from keyrack.system import toml_tree

    outer, name = keys
    wanted = {**old.data, outer: {**old.data.get(outer, {}), name: table}}
    appended = _appended(old.text, {outer: {name: table}})
    if says(appended, wanted):
        return appended
    try:  # the outer one is an inline table
        tree = toml_tree.Tree(old.text)
        tree.pair((outer,)).insert_last(name, toml_tree.any_value(table), tree.newline)
        if says(tree.text(), wanted):
            return tree.text()
    except toml_tree.NotEditable:
        pass
    raise KeyrackError(
        f"“{outer}” is written in {old.path} in a way that keyrack can't add to without changing the rest.",
        hint="Change it in an editor.",
    )


def says(text: str, wanted: Mapping[str, Any]) -> bool:
    """Is this what the text says, and nothing else?"""
    try:
        return toml.parse(text) == wanted
    except Malformed:
        return False


def _write(old: OwnFile, text: str | None, wanted: dict[str, Any]) -> None:
    """Write `text` if it parses to `wanted`; otherwise write `wanted` as plain TOML, without comments."""
    kept = text is not None and says(text, wanted)
    writing.write_atomically(old.path, old.start + (text if text is not None and kept else _dump(wanted)))


def _dump(data: dict[str, Any]) -> str:
    import tomli_w

    return tomli_w.dumps(data)


def _with(data: dict[str, Any], keys: tuple[str, ...], value: str) -> dict[str, Any]:
    if len(keys) == 1:
        return {**data, keys[0]: value}
    inner = data.get(keys[0], {})
    if not isinstance(inner, dict):
        raise KeyrackError(f"“{keys[0]}” in the configuration is not a table. Nothing was changed.")
    return {**data, keys[0]: _with(inner, keys[1:], value)}


def _edited(text: str, keys: tuple[str, ...], value: str) -> str | None:
    """The text with the value replaced or a line added; None if the text can't be edited."""
    from keyrack.system import toml_tree

    new = toml_tree.string(value)
    try:
        tree = toml_tree.Tree(text)
    except toml_tree.NotEditable:
        return None
    pair = next(tree.find(keys), None)
    if pair is not None:
        pair.set_value(new)
    elif len(keys) == 1:
        toml_tree.insert_line(tree.body, keys[0], new, tree.newline)
    elif (table := tree.table(keys[:-1])) is not None:
        table.insert_last(keys[-1], new, tree.newline)
    else:
        return _appended(text, {keys[0]: {keys[1]: value}})
    return tree.text()


def _appended(text: str, tables: dict[str, Any]) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    if text and not text.endswith("\n"):
        text += newline
    return text + (newline if text else "") + _dump(tables).replace("\n", newline)
