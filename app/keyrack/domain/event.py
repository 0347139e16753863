"""What happened to a credential, for the log."""

from __future__ import annotations

from typing import Literal

from keyrack.domain.named_tuple import NamedTuple

Kind = Literal[
    "login",
    "set",
    "imported",
    "refreshed",
    "refresh-refused",  # by the issuer
    "token-refused",  # by the server
    "handed-out",
    "not-handed-out",  # the user, asked because of `confirm`, did not allow it
    "published",
    "revoked",
    "cleared",
    "renamed",  # the server, so that its credential has another key
]
Way = Literal["token", "header", "env", "exec", "bridge", "python", "screen"]


class Event(NamedTuple):
    """One line of the log. It never contains a secret."""

    at: float  # Unix seconds
    kind: str  # a `Kind`, or one of a newer keyrack
    server: str  # its name at that time
    url: str = ""  # canonical, with a key in it masked; "" for a local process
    account: str = ""
    key_name: str = ""  # as in `CredentialKey.name`
    way: str = ""  # handed out: a `Way`
    program: str = ""  # handed out: the program as it calls itself, which proves nothing; "" if unknown
    note: str = ""
    old_key_name: str = ""  # renamed: `key_name` until then
