"""Changes to other programs' files and keychain items, each of them shown first."""

from __future__ import annotations

from keyrack.domain.held import HeldToken, Key, Place
from keyrack.domain.model import CredentialKey, TokenSet
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret


class Step(NamedTuple):
    """A value that is set or deleted. The texts are as written in the file, in JSON."""

    path: tuple[Key, ...]  # () for the whole file or item
    old: Secret | None  # None: it was not there
    new: Secret | None  # None: it is deleted


class Around(NamedTuple):
    """What is around the part of a text that an edit changed."""

    start: int  # characters before it
    end: int  # characters after it
    before: Secret  # the last of those before it, by which it is found in a text that has changed since
    after: Secret  # the first of those after it
    old: str  # SHA-256 of the whole text before
    new: str


class Edit(NamedTuple):
    """What is changed in one file or item."""

    place: Place
    old: Secret | None  # the whole text before; None: there was no file
    new: Secret | None  # None: the file or item is deleted
    steps: tuple[Step, ...] = ()  # () if the text is not edited as JSON
    around: Around | None = None  # of a large text in a backup; then `old` and `new` are only what differs


class Change(NamedTuple):
    """A change to the row of a program, not made yet."""

    held: HeldToken  # the row, as it was seen
    tokens: TokenSet | None = None  # what to write into it; None: delete it
    with_refresh: bool = False  # the refresh token is written too
    is_new: bool = False  # there is no row yet; `held` says where it belongs
    diff: tuple[str, ...] = ()  # without secrets


class Backup(NamedTuple):
    """A change that was made, with everything that is needed to reverse it."""

    at: float  # Unix seconds
    what: str  # a sentence for people
    client: str
    server: str  # its name
    url: str
    edits: tuple[Edit, ...]
    moved_to: CredentialKey | None = None  # the login is in keyrack now, and its refresh token with it
    refresh_token: Secret | None = None  # the one in `edits` that may have rotated since
    is_revoked: bool = False  # the tokens in `edits` no longer work
    row: str = ""  # of a publication: what it has in common with the later ones of the same row
    id: str = ""  # of the stored backup
