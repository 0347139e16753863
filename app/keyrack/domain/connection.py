"""Entries of other programs' files by which they take their token from keyrack."""

from __future__ import annotations

from enum import StrEnum

from keyrack.domain.model import Server
from keyrack.domain.named_tuple import NamedTuple

# In the environment of a bridge's entry: the address that the entry stands for.
BRIDGE_URL = "KEYRACK_BRIDGE_URL"


class Method(StrEnum):
    """How a program takes its token from keyrack, the best first."""

    HELPER = "helper"  # it runs `keyrack header` when it connects, and after a 401
    BRIDGE = "bridge"  # it runs `keyrack bridge` as a local server
    VARIABLE = "variable"  # it reads a variable that `keyrack token` fills when it starts
    PUBLISH = "publish"  # keyrack writes the token into its store after each refresh


class Wanted(NamedTuple):
    """What the user wants connected."""

    server: Server
    program: str  # display name
    word: str  # by which keyrack's command line finds the server
    account: str = ""  # to write into the command; "" for the default one
    method: Method | None = None  # None: the best one that the program has
    in_project: bool = False  # in the current project's file
    name: str = ""  # of a new entry; "": the server's own
    variable: str = ""  # to name in the entry, for `VARIABLE`
    path: str = ""  # of the entry, if there are several


class Connection(NamedTuple):
    """An entry that keyrack wrote. It is kept on disk, so it contains no secret."""

    program: str
    path: str
    scope: str
    name: str  # of the entry
    method: Method
    words: tuple[str, ...]  # keyrack's command line, from its program on
    env: tuple[tuple[str, str], ...]  # the locations that the entry gives to it
    passed: tuple[str, ...]  # the variables that the entry lets through
    server: str  # its name
    url: str
    account: str
    is_new: bool  # the entry did not exist before
    at: float  # Unix seconds
    backup: str = ""  # the backup's ID

    @property
    def place(self) -> tuple[str, str, str, str]:
        return self.program, self.path, self.scope, self.name


class Plan(NamedTuple):
    """A change that connects an entry, not made yet."""

    connection: Connection
    diff: tuple[str, ...]  # without secrets
    removes: tuple[str, ...] = ()  # the names of the headers with literal secrets that go
    notes: tuple[str, ...] = ()  # sentences for the user
