"""The interface to the servers in keyrack's own file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Server
from keyrack.domain.reading import Problem

Table = Mapping[str, Any]


class OwnServers(Protocol):
    """The tables of the file. Methods raise KeyrackError, and then nothing has changed."""

    path: str

    def table(self, name: str) -> Table | None:
        """The server's table as it is written; None if there is none."""
        ...

    def add(self, name: str, table: Table) -> None:
        """Add a server to the file, which need not exist."""
        ...

    def change(
        self, name: str, was: Table, table: Table, *, new_name: str = "", renamed: Mapping[str, str] = {}
    ) -> None:
        """Replace what differs between `was`, which must still be in the file, and `table`. `renamed` are
        keys of the tables of default accounts and of programs to publish to, old and new."""
        ...

    def remove(self, name: str, was: Table) -> None:
        """Delete the server's table, which must still be as it `was`."""
        ...


class NoOwnServers:
    """The default of `Adapters.own_servers`."""

    path = "config.toml"

    def table(self, name: str) -> Table | None:
        return None

    def add(self, name: str, table: Table) -> None:
        raise KeyrackError("keyrack's own file is not written here.")

    def change(
        self, name: str, was: Table, table: Table, *, new_name: str = "", renamed: Mapping[str, str] = {}
    ) -> None:
        raise KeyrackError("keyrack's own file is not written here.")

    def remove(self, name: str, was: Table) -> None:
        raise KeyrackError("keyrack's own file is not written here.")


def not_understood(name: str, table: Table) -> tuple[Server, tuple[Problem, ...]]:
    """The default of `Adapters.as_read`: the server without its settings."""
    return Server(name, str(table.get("url", "")) or None), ()
