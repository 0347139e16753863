"""What events are told with on this machine: hooks and notifications (`operations.ports.Watching`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from keyrack.domain.errors import KeyrackError, Temporary
from keyrack.domain.hooks import Hooks
from keyrack.store.told import ToldFile
from keyrack.system.bounded import BoundedRuns
from keyrack.system.locks import Locks
from keyrack.system.paths import data_dir, home


class MachineWatching:
    def __init__(self, env: Mapping[str, str], platform: str, locks: Locks, files: Sequence[str]) -> None:
        """`files`: the options that `keyrack watch` was given, for the one that the system starts."""
        self._env, self._platform, self._locks, self._files = env, platform, locks, files
        self._runs = BoundedRuns()

    @contextmanager
    def alone(self) -> Generator[None]:
        try:
            with self._locks.hold("watch", timeout=0):
                yield
        except Temporary:
            raise KeyrackError(
                "keyrack watch is already running for this data folder.", hint="One is enough."
            ) from None

    def change_told(self, change: Callable[[dict[str, dict[str, Any]]], dict[str, dict[str, Any]]]) -> None:
        self._told.change(change)

    def hooks(self) -> Hooks:
        from keyrack.config import hooks

        return hooks.read(self._env, self._platform)

    def run(self, command: Sequence[str], facts: Mapping[str, str], seconds: float) -> str:
        # Its environment is keyrack's own; a client's secret is only for logins.
        own = {name: value for name, value in self._env.items() if name != "KEYRACK_CLIENT_SECRET"}
        env = own | dict(facts)
        return self._runs.run(command, env=env, cwd=home(self._env, self._platform), seconds=seconds)

    def notify(self, title: str, body: str) -> bool:
        from keyrack.system.desktop import notify

        return notify(title, body, self._platform)

    def stop(self) -> None:
        self._runs.stop()

    def install(self) -> tuple[str, tuple[str, ...]]:
        from keyrack.system.own_command import own_command
        from keyrack.system.service_files import install

        return install(self._env, self._platform, [*own_command(self._env), "watch", *self._files])

    @cached_property
    def _told(self) -> ToldFile:
        return ToldFile(os.path.join(data_dir(self._env, self._platform), "told.json"), self._locks)
