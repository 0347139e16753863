"""Asks the user before a token is handed out: in keyrack's screen, or else by a desktop notification.

A question is a file in `questions/` in the data folder, and the screen writes the answer next to it. The
screen is open if a process holds the lock on `questions/screen`. Only this user can write into the folder.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from json import dumps

from keyrack.domain.consent import HandOutRequest
from keyrack.system import folders, stored_json
from keyrack.system.locks import try_lock, unlock

PAUSE = 0.05  # seconds between two looks for the answer
LARGEST = 4096  # bytes of a question
ALLOWED, REFUSED = b"allow", b"refuse"
_ID = re.compile(r"[0-9a-f]{16}")

Notify = Callable[[str, str, float], "bool | None"]


class Questions:
    """Both sides of it: programs `ask`, the screen looks for what is `waiting`, and answers."""

    def __init__(self, folder: str, now: Callable[[], float], notify: Notify) -> None:
        self._folder, self._now, self._notify = folder, now, notify
        self._screen = -1  # the open file whose lock says that there is a screen

    def ask(self, request: HandOutRequest) -> bool | None:
        """Wait for the answer until `request.until`. None if nobody can be asked, or nobody answers."""
        if self._is_screen_open():
            return self._ask_screen(request)
        left = request.until - self._now()
        return self._notify(request.title, request.question, left) if left > 0 else None

    def waiting(self) -> tuple[HandOutRequest, ...]:
        """The questions without an answer. Who calls this is the screen from now on, if there is no other."""
        if not self._is_ours():
            return ()
        return tuple(request for request in self._requests() if request.until > self._now())

    def answer(self, request: HandOutRequest, allowed: bool) -> None:
        """Write the answer. Raises OSError."""
        path = self._path(request.id, "answer")
        with _new_file(f"{path}.new") as fd:
            os.write(fd, ALLOWED if allowed else REFUSED)
        os.replace(f"{path}.new", path)

    def close(self) -> None:
        """The screen is closed."""
        fd, self._screen = self._screen, -1
        if fd >= 0:
            unlock(fd)

    def _ask_screen(self, request: HandOutRequest) -> bool | None:
        request = request._replace(id=os.urandom(8).hex())
        question, answer = self._path(request.id, "question"), self._path(request.id, "answer")
        try:
            with _new_file(f"{question}.new") as fd:
                os.write(fd, dumps(request._asdict()).encode())
            os.replace(f"{question}.new", question)
            while self._now() < request.until:
                with suppress(FileNotFoundError):
                    return _read(answer) == ALLOWED
                time.sleep(PAUSE)
            return None
        except OSError:
            return None
        finally:
            for path in (question, answer):
                with suppress(OSError):
                    os.unlink(path)

    def _requests(self) -> Iterator[HandOutRequest]:
        try:
            names = sorted(os.listdir(self._folder))
        except OSError:
            return
        for name in names:
            ident, _, kind = name.partition(".")
            if kind != "question" or not _ID.fullmatch(ident) or f"{ident}.answer" in names:
                continue
            try:
                found = stored_json.parse(_read(os.path.join(self._folder, name)))
                until = stored_json.number(found["until"])
                server, way, program = (str(found[key]) for key in ("server", "way", "program"))
            except (OSError, ValueError, LookupError, TypeError):
                continue
            if until is None:
                continue
            if until < self._now() - 60:  # of a process that was killed
                with suppress(OSError):
                    os.unlink(os.path.join(self._folder, name))
            yield HandOutRequest(server, way, program, until, ident, found.get("is_secrets") is True)

    def _is_ours(self) -> bool:
        """Are we the screen? Take the lock if nobody has it."""
        if self._screen >= 0:
            return True
        fd = self._opened()
        if fd is None:
            return False
        if try_lock(fd):
            self._screen = fd
            return True
        os.close(fd)
        return False

    def _is_screen_open(self) -> bool:
        if self._screen >= 0:
            return True
        fd = self._opened(create=False)
        if fd is None:
            return False
        if try_lock(fd):
            unlock(fd)
            return False
        os.close(fd)
        return True

    def _opened(self, *, create: bool = True) -> int | None:
        try:
            if create:
                folders.make(self._folder)
            flags = os.O_RDWR | (os.O_CREAT if create else 0)
            return os.open(os.path.join(self._folder, "screen"), flags, 0o600)
        except OSError:
            return None

    def _path(self, ident: str, kind: str) -> str:
        return os.path.join(self._folder, f"{ident}.{kind}")


@contextmanager
def _new_file(path: str) -> Generator[int]:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        yield fd
    finally:
        os.close(fd)


def _read(path: str) -> bytes:
    fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
    try:
        return os.read(fd, LARGEST)
    finally:
        os.close(fd)
