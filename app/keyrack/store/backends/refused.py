"""A backend that refuses everything, used while it is not known which store to use."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import NoReturn

from keyrack.domain.errors import StoreUnavailable
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState

HINT = "Fix the file first. Run keyrack doctor to see what is wrong."


class RefusedBackend:
    """A SecretBackend whose methods all raise the reason. Listing needs no store, so it still works."""

    name = "none"
    persistent = True

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def get(self, entry: str) -> Secret | None:
        self._refuse()

    def set(self, entry: str, secret: Secret) -> None:
        self._refuse()

    def delete(self, entry: str) -> bool:
        self._refuse()

    def entries(self) -> tuple[str, ...]:
        self._refuse()

    def staying_open(self) -> AbstractContextManager[None]:
        return nullcontext()

    def shared_lock(self, name: str, *, timeout: float) -> AbstractContextManager[None]:
        return nullcontext()

    def state(self) -> StoreState:
        return StoreState(self.name, ready=False, reason=self._reason, hint=HINT, undecided=True)

    def _refuse(self) -> NoReturn:
        raise refused(self._reason)


def refused(reason: str) -> StoreUnavailable:
    """The error for any use of a store while it is not known which one to use."""
    return StoreUnavailable(reason, hint=HINT)
