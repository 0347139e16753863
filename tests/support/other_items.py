"""A keyring backend that holds the items of several programs."""

from __future__ import annotations

from collections.abc import Callable

Put = Callable[[str, str, str], None]


class AnyService:
    priority = 5

    def __init__(self, *, keeps: bool = True, deletes: bool = True) -> None:
        """`keeps`: what is written to it; `deletes`: what it is told to. It reports success anyway."""
        self.keeps, self.deletes = keeps, deletes
        self.items: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.items.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.keeps:
            self.items[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.deletes:
            del self.items[service, username]
