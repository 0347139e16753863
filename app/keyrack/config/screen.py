"""What the screen remembers, in `screen.json` in the state folder. It can be deleted at any time."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from keyrack.domain.errors import KeyrackError
from keyrack.domain.own_keys import OwnKeys
from keyrack.domain.remembered import Remembered
from keyrack.system import atomic, files, paths
from keyrack.system.paths import Env

MOST = 64 * 1024  # bytes; it has a few hundred


class ScreenFile:
    def __init__(self, env: Env, platform: str) -> None:
        self._env, self._platform = env, platform
        self._path = ""
        with suppress(KeyrackError):  # no home folder, so nothing is remembered
            self._path = paths.screen_file(env, platform)

    def load(self) -> Remembered:
        from keyrack.system import stored_json

        try:
            data = stored_json.parse(files.read_bytes(self._path, MOST))
        except (files.NoFile, files.BadFile, ValueError):
            return Remembered()  # a damaged file is replaced at the next change
        return _remembered(data) if isinstance(data, dict) else Remembered()

    def keys(self) -> OwnKeys:
        from keyrack.config import keys

        return keys.read(self._env, self._platform)

    def save(self, remembered: Remembered) -> None:
        import json

        if self._path:
            text = json.dumps(remembered._asdict(), indent=2) + "\n"
            with suppress(OSError):
                atomic.replace(self._path, text.encode())


def _remembered(data: dict[str, Any]) -> Remembered:
    """What is of the right kind; the rest was never chosen."""

    def text(name: str) -> str:
        value = data.get(name)
        return value if isinstance(value, str) else ""

    hidden: Any = data.get("hidden")
    return Remembered(
        theme=text("theme"),
        sort=text("sort"),
        descending=data.get("descending") is True,
        group=text("group"),
        hidden=tuple(each for each in hidden if isinstance(each, str)) if isinstance(hidden, list) else (),
        selected=text("selected"),
    )
