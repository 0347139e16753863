"""The log of what happened to credentials: `events.jsonl` in the data folder, a JSON object per line.

A line is added by one write, which the system does not mix with those of other processes. A file that has
grown too long becomes `events.1.jsonl`, in the place of the one before, so there are never more than two.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from json import dumps
from typing import Any

from keyrack.domain.errors import KeyrackError
from keyrack.domain.event import Event
from keyrack.system import folders, stored_json
from keyrack.system.locks import Locks

LONGEST = 256 * 1024  # bytes of a file, after which a new one is begun
WAIT = 0.1  # seconds, for a process that is just beginning a new file; not before this one is twice as long
LIMITS = {"url": 500, "note": 300}  # characters; of the other fields 120
_APPEND = (
    os.O_WRONLY
    | os.O_APPEND
    | os.O_CREAT
    | getattr(os, "O_NONBLOCK", 0)  # a pipe with this name must not block a hand-out
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
)
_START = '{"at": '


class EventFiles:
    """Adding to the log never fails, and waits for nobody. `all` reads up to half a megabyte."""

    def __init__(self, folder: str, locks: Locks) -> None:
        self._folder = folder
        self._locks = locks
        self.path = os.path.join(folder, "events.jsonl")
        self.older_path = os.path.join(folder, "events.1.jsonl")

    def add(self, event: Event) -> None:
        """Add a line. Without a word if that is not possible, since what happened has happened."""
        try:
            fd = self._opened()
        except OSError:
            return
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                return
            # If no new file can be begun, this one must not grow for ever.
            if status.st_size > 2 * LONGEST and not self._begin_another(WAIT):
                return
            os.write(fd, f"{_encoded(event)}\n".encode())
        except OSError:
            return
        finally:
            os.close(fd)
        if LONGEST < status.st_size <= 2 * LONGEST:
            self._begin_another(0)

    def all(self) -> tuple[Event, ...]:
        """Every event that can be read, in the order in which they were added."""
        return (*self._events(self.older_path), *self._events(self.path))

    def stamp(self) -> object:
        from keyrack.system.files import stamp  # not for a hand-out

        return stamp(self.path), stamp(self.older_path)

    def _opened(self) -> int:
        try:
            return os.open(self.path, _APPEND, 0o600)
        except FileNotFoundError:
            folders.make(self._folder)
            return os.open(self.path, _APPEND, 0o600)

    def _begin_another(self, timeout: float) -> bool:
        """False if that is not possible, or another process still does so after `timeout` seconds."""
        try:
            with self._locks.hold("events", timeout=timeout):
                if os.stat(self.path).st_size > LONGEST:
                    os.replace(self.path, self.older_path)
        except FileNotFoundError:  # another process has
            return True
        except (OSError, KeyrackError):
            return False
        return True

    def _events(self, path: str) -> Iterator[Event]:
        try:
            fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except OSError:
            return
        with open(fd, "rb") as file:
            try:
                text = file.read(3 * LONGEST).decode("utf-8", "replace")
            except OSError:
                return
        for line in text.split("\n"):
            # What a full disk cut off has no end, so the next event is on its line.
            event = _decoded(_START + line.rpartition(_START)[2])
            if event is not None:
                yield event


def _encoded(event: Event) -> str:
    fields = {name: _cut(name, value) for name, value in event._asdict().items() if value != ""}
    return dumps(fields)


def _cut(name: str, value: Any) -> Any:
    return value[: LIMITS.get(name, 120)] if isinstance(value, str) else value


def _decoded(line: str) -> Event | None:
    """None if it is no line of the log."""
    try:
        found = stored_json.parse(line)
    except ValueError:
        return None
    at = stored_json.number(found.get("at"))
    rest = {name: found.get(name, "") for name in Event._fields[1:]}
    if at is None or not all(isinstance(value, str) for value in rest.values()):
        return None
    return Event(at, **rest) if rest["kind"] and rest["server"] else None
