"""keyring backends with the faults of real keychains, and grants to store in them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from keyrack.domain.errors import StoreLocked, StoreUnavailable
from keyrack.domain.model import CredentialInfo, Endpoints, Record, Registration, StoredCredential, TokenSet
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState
from keyrack.store.backends.memory import MemoryBackend
from support.sudden_end import Killed

URL = "https://mcp.example/mcp"
ISSUER = "https://issuer.example"


def stored_credential(
    word: str = "one", *, url: str = URL, account: str = "default", size: int = 40
) -> StoredCredential:
    """A complete OAuth grant; `word` stands in its tokens."""
    return StoredCredential(
        url=url,
        account=account,
        credential=CredentialInfo("oauth", ISSUER, "client", "dynamic", url, ("read",), 1.0, 2.0, True),
        tokens=TokenSet(
            Secret(f"access-{word}-".ljust(size, "x")), Secret(f"refresh-{word}"), expires_at=2.0
        ),
        registration=Registration(ISSUER, "client", "dynamic", Secret(f"client-{word}")),
        endpoints=Endpoints("https://issuer.example/token", "https://issuer.example/revoke"),
    )


def word_of(found: StoredCredential | None) -> str | None:
    """The word that `stored_credential` was made with."""
    return None if found is None else found.tokens.access_token.reveal().split("-")[1]


def as_found(records: dict[Any, Record]) -> dict[Any, Record]:
    """These, made anew from the store: somebody else's programs may name their servers."""
    return {
        key: record._replace(credential=record.credential and record.credential._replace(ad_hoc=True))
        for key, record in records.items()
    }


class Backend:
    """A keychain without faults."""

    priority = 5

    def __init__(self) -> None:
        self.entries: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        assert service == "keyrack"
        return self.entries.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        assert service == "keyrack"
        self.entries[username] = password

    def delete_password(self, service: str, username: str) -> None:
        from keyring.errors import PasswordDeleteError

        if username not in self.entries:
            raise PasswordDeleteError("no such password")
        del self.entries[username]


class DeleteThenAdd(Backend):
    """As on macOS: what is overwritten is first gone."""

    between: Callable[[], object] = staticmethod(lambda: None)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries.pop(username, None)
        self.between()
        super().set_password(service, username, password)


class Watched(MemoryBackend):
    """A store that lasts, and remembers which entries it was asked for. Its entries can be listed or not."""

    name = "watched"
    persistent = True

    def __init__(self, *, listable: bool = False) -> None:
        super().__init__()
        self.listable = listable
        self.asked: list[str] = []
        self.is_locked = False
        self.breaking = ""  # writes of entries that begin like this fail
        self.left = -1  # changes until a kill

    @property
    def texts(self) -> dict[str, Secret]:
        return self._entries

    def get(self, entry: str) -> Secret | None:
        self._ask(entry)
        return super().get(entry)

    def set(self, entry: str, secret: Secret) -> None:
        self._ask(entry)
        self._change()
        if self.breaking and entry.startswith(self.breaking):
            raise StoreUnavailable("The watched store failed.", hint="A hint.")
        super().set(entry, secret)
        self._change()

    def delete(self, entry: str) -> bool:
        self._ask(entry)
        self._change()
        was_there = super().delete(entry)
        self._change()
        return was_there

    def entries(self) -> tuple[str, ...] | None:  # type: ignore[override]
        return super().entries() if self.listable else None

    def state(self) -> StoreState:
        return StoreState(self.name, ready=not self.is_locked, locked=self.is_locked)

    def _ask(self, entry: str) -> None:
        self.asked.append(entry)
        if self.is_locked:
            raise StoreLocked("The watched store is locked.", hint="A hint.")

    def _change(self) -> None:
        if self.left == 0:
            raise Killed
        self.left -= 1


class Outage:
    """Lets a backend vanish after `after` calls, and come back after `length` more."""

    def __init__(self, backend: Any, after: int, length: int) -> None:
        self._left = after
        self._length = length
        for name in ("get_password", "set_password", "delete_password"):
            setattr(backend, name, self._counted(getattr(backend, name)))

    @property
    def has_begun(self) -> bool:
        return self._left < 0

    @property
    def is_on(self) -> bool:
        return -self._length <= self._left < 0

    def end(self) -> None:
        self._length = 0

    def _counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: str) -> Any:
            from keyring.errors import NoKeyringError

            self._left -= 1
            if self.is_on:
                raise NoKeyringError
            return real(*arguments)

        return call


class Dropping(Backend):
    """Takes every write and keeps none."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Truncating(Backend):
    """Keeps the beginning."""

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[:30])


class Undeletable(Backend):
    """Deletes nothing; says so, or does not."""

    def __init__(self, *, silent: bool) -> None:
        super().__init__()
        self.silent = silent

    def delete_password(self, service: str, username: str) -> None:
        from keyring.errors import PasswordDeleteError

        if not self.silent:
            raise PasswordDeleteError("not allowed")


class Hanging(Backend):
    """Answers nothing while `free` is not set."""

    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()
        self.calls = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.calls += 1
        self.free.wait()
        return super().get_password(service, username)


class Throwing(Backend):
    """Fails every call with an exception of somebody else's."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        raise self.error

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.error

    def delete_password(self, service: str, username: str) -> None:
        raise self.error
