"""keyrack's record of the entries that it wrote into other programs' files: `connections.json` in the data
folder. It contains no secret."""

from __future__ import annotations

import json
from typing import Any

from keyrack.domain.connection import Connection, Method
from keyrack.domain.errors import KeyrackError, NewerFormat
from keyrack.system import atomic, files, stored_json
from keyrack.system.locks import Locks

FORMAT = 1
LOCK = "connections"
WAIT = 5.0  # seconds


class ConnectionFile:
    """Methods raise KeyrackError if the file can't be read or written."""

    def __init__(self, path: str, locks: Locks) -> None:
        self._path, self._locks = path, locks

    def all(self) -> tuple[Connection, ...]:
        """In the order in which they were written. One that is damaged is left out."""
        try:
            data = stored_json.parse(files.read_text(self._path))
        except files.NoFile:
            return ()
        except (files.BadFile, ValueError) as error:
            raise KeyrackError(
                f"{self._path} can't be read: {error}", hint=f"Delete it: rm {self._path}"
            ) from None
        if not isinstance(data, dict) or not isinstance(data.get("connections"), list):
            raise KeyrackError(f"{self._path} is damaged.", hint=f"Delete it: rm {self._path}")
        if data.get("format", FORMAT) > FORMAT:
            raise NewerFormat(
                f"{self._path} was written by a newer version of keyrack.", hint="Update keyrack."
            )
        return tuple(found for found in map(_decoded, data["connections"]) if found is not None)

    def save(self, connection: Connection) -> None:
        """Add it, in place of an earlier one of the same entry."""
        with self._locks.hold(LOCK, timeout=WAIT):
            self._write([each for each in self.all() if each.place != connection.place] + [connection])

    def delete(self, connection: Connection) -> None:
        with self._locks.hold(LOCK, timeout=WAIT):
            self._write([each for each in self.all() if each.place != connection.place])

    def _write(self, connections: list[Connection]) -> None:
        data = {"format": FORMAT, "connections": [each._asdict() for each in connections]}
        try:
            atomic.replace(self._path, (json.dumps(data, indent=1) + "\n").encode())
        except OSError as error:
            raise KeyrackError(
                f"{self._path} can't be written: {error.strerror or 'unknown reason'}."
            ) from None


def _decoded(fields: Any) -> Connection | None:
    try:
        return Connection(
            fields["program"], fields["path"], fields["scope"], fields["name"], Method(fields["method"]),
            tuple(map(str, fields["words"])), tuple((str(name), str(value)) for name, value in fields["env"]),
            tuple(map(str, fields["passed"])), fields["server"], fields["url"], fields["account"],
            fields["is_new"], fields["at"], fields["backup"],
        )  # fmt: skip
    except (LookupError, TypeError, ValueError):
        return None
