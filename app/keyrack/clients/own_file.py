"""Changing keyrack's own `config.toml`: one setting at a time, comments and order kept."""

from __future__ import annotations

import re
from typing import Any

from keyrack.clients import files, toml, writing
from keyrack.clients.jsonc import Malformed
from keyrack.domain.errors import KeyrackError


def read(path: str) -> tuple[str, dict[str, Any]]:
    """The text and what it says; ("", {}) where there is no file. Raises KeyrackError."""
    try:
        text = files.read_text(path)
    except files.NoFile:
        return "", {}
    except files.BadFile as error:
        raise KeyrackError(f"{path}: {error} Nothing was changed.") from None
    try:
        return text, toml.parse(text)
    except Malformed as error:
        where = f"{path}, line {error.line}" if error.line else path
        raise KeyrackError(f"{where}: {error} Nothing was changed.", hint="Mend the file first.") from None


def set_value(path: str, keys: tuple[str, ...], value: str) -> None:
    """Give the setting at `keys` ("store",) or ("accounts", URL) this value.

    Raises KeyrackError; then nothing has changed.
    """
    text, data = read(path)
    wanted = _with(data, keys, value)
    if wanted == data:
        return
    write(path, _edited(text, keys, value), wanted)


def write(path: str, text: str, wanted: dict[str, Any]) -> None:
    """Write `text` if it says what is `wanted`; otherwise `wanted` as plain TOML, without comments."""
    import tomllib

    try:
        kept = tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        kept = False
    writing.write_atomically(path, text if kept else dump(wanted))


def dump(data: dict[str, Any]) -> str:
    import tomli_w

    return tomli_w.dumps(data)


def _with(data: dict[str, Any], keys: tuple[str, ...], value: str) -> dict[str, Any]:
    if len(keys) == 1:
        return {**data, keys[0]: value}
    inner = data.get(keys[0], {})
    if not isinstance(inner, dict):
        raise KeyrackError(f"“{keys[0]}” in the configuration is not a table. Nothing was changed.")
    return {**data, keys[0]: _with(inner, keys[1:], value)}


def _edited(text: str, keys: tuple[str, ...], value: str) -> str:
    """The setting's own line replaced, or a line added to its table, which may be new."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    line = dump({keys[-1]: value}).strip()
    heads = [index for index, each in enumerate(lines) if each.lstrip().startswith("[")]
    if len(keys) == 1:
        start = 0
    else:
        head = re.compile(rf"\s*\[\s*{re.escape(keys[0])}\s*\]\s*(#.*)?")
        found = [index for index in heads if head.fullmatch(lines[index])]
        if not found:
            return newline.join([*lines, *([""] if lines else []), f"[{keys[0]}]", line, ""])
        start = found[0] + 1
    end = next((index for index in heads if index >= start), len(lines))
    key = line.partition(" = ")[0]
    for index in range(start, end):
        if lines[index].partition("=")[0].strip() == key:
            lines[index] = line
            return newline.join([*lines, ""])
    while end > start and not lines[end - 1].strip():
        end -= 1
    gap = [""] if end == 0 and lines else []
    return newline.join([*lines[:end], line, *gap, *lines[end:], ""])
