"""A backend that keeps secrets in this process's memory only."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState


class MemoryBackend:
    """A SecretBackend that writes nothing to disk."""

    name = "memory"
    persistent = False

    def __init__(self) -> None:
        self._entries: dict[str, Secret] = {}

    def get(self, entry: str) -> Secret | None:
        return self._entries.get(entry)

    def set(self, entry: str, secret: Secret) -> None:
        self._entries[entry] = secret

    def delete(self, entry: str) -> bool:
        return self._entries.pop(entry, None) is not None

    def entries(self) -> tuple[str, ...]:
        return tuple(self._entries)

    def staying_open(self) -> AbstractContextManager[None]:
        return nullcontext()

    def shared_lock(self, name: str, *, timeout: float) -> AbstractContextManager[None]:
        return nullcontext()

    def state(self) -> StoreState:
        return StoreState(self.name, ready=True, persistent=False)
