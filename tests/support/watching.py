"""`operations.ports.Watching` with lists in the place of a desktop and of processes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from keyrack.domain.errors import KeyrackError
from keyrack.domain.hooks import Hooks, NoticeKind

Told = dict[str, dict[str, Any]]
EVERY_HOOK = Hooks({kind: (f"on-{kind.value}", "$(x)") for kind in NoticeKind})


class FakeWatching:
    def __init__(self, hooks: Hooks | KeyrackError = EVERY_HOOK) -> None:
        self.told: Told = {}
        self.found = hooks
        self.ran: list[tuple[tuple[str, ...], dict[str, str], float]] = []
        self.notified: list[tuple[str, str]] = []
        self.outcome = ""
        self.stopped = False

    @contextmanager
    def alone(self) -> Generator[None]:
        yield

    def change_told(self, change: Callable[[Told], Told]) -> None:
        self.told = change(self.told)

    def hooks(self) -> Hooks:
        if isinstance(self.found, KeyrackError):
            raise self.found
        return self.found

    def run(self, command: Sequence[str], facts: Mapping[str, str], seconds: float) -> str:
        self.ran.append((tuple(command), dict(facts), seconds))
        return self.outcome

    def notify(self, title: str, body: str) -> bool:
        self.notified.append((title, body))
        return True

    def stop(self) -> None:
        self.stopped = True

    def install(self) -> tuple[str, tuple[str, ...]]:
        raise NotImplementedError
