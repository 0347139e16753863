"""A program's folder: what the files in it contain. Nothing is written, and no file raises an error."""

from __future__ import annotations

import json
import os
from typing import Any

from keyrack.domain.named_tuple import NamedTuple
from keyrack.sources.parsing import jsonc
from keyrack.system import files
from keyrack.system.files import Malformed

MOST_FILES = 2000  # token files in one folder


class Folder(NamedTuple):
    """A folder, which need not exist; "" for none."""

    path: str

    def read(self, name: str) -> Any:
        """What the JSON or TOML file of this name contains; None if it can't be read."""
        try:
            data = files.read_bytes(os.path.join(self.path, name)) if self.path else b""
            if name.endswith(".toml"):
                import tomllib

                return tomllib.loads(files.decode(data))
            return parsed(data)
        except (files.NoFile, files.BadFile, Malformed, ValueError, RecursionError):
            return None

    def names(self, suffix: str) -> list[str]:
        """The sorted names of the files with this end."""
        try:
            with os.scandir(self.path) as found:
                names = sorted(entry.name for entry in found if entry.name.endswith(suffix))
        except (OSError, ValueError):
            return []
        return names[:MOST_FILES]


def parsed(data: bytes) -> Any:
    """What the bytes of a JSON file say; None if they are blank. Raises BadFile, Malformed."""
    content = files.decode(data)
    return from_json(content) if content.strip() else None


def from_json(content: str) -> Any:
    """What the text says. Raises Malformed."""
    try:
        if not jsonc.LONE_SURROGATE.search(content):
            return json.loads(content)  # in half the time, as nobody asks for duplicate keys
    except (ValueError, RecursionError):
        pass  # it may have comments; and what is wrong must be said
    return jsonc.parse(content, comments=True, commas=True).data
