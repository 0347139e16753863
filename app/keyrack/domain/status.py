"""States, actions, and the plain facts that they are decided by. `wording.status` makes the sentences."""

from __future__ import annotations

from enum import StrEnum

from keyrack.domain.headers import carries_credential
from keyrack.domain.model import Check, CredentialInfo, Header, Server
from keyrack.domain.named_tuple import NamedTuple

EXPIRY_WINDOW = 600.0  # seconds: OAuth tokens
TOKEN_EXPIRY_WINDOW = 7 * 86400.0  # seconds: manual tokens
REFRESH_EARLY = 60.0  # seconds before expiry at which a token is due
OLD_AGE = 3600.0  # seconds after which a token of unknown expiry is due
# The reason of a check whose verdict comes from requests without the token.
UNTESTED = "The token could not be tested: the server accepts the same requests without it."


class State(StrEnum):
    """The states in the list, in kebab case for `--json`."""

    VALID = "valid"
    EXPIRING = "expiring"
    REFRESHABLE = "refreshable"
    LOGIN_NEEDED = "login-needed"
    NO_CREDENTIAL = "no-credential"
    CONFIGURED = "configured"
    EMPTY_HEADER = "empty-header"
    NO_AUTH = "no-auth"
    STDIO = "stdio"
    UNREACHABLE = "unreachable"
    BAD_ENTRY = "bad-entry"
    ORPHAN = "orphan"


class Action(StrEnum):
    """The next step; `tui.keymap` has its key, `command_for` its command."""

    LOGIN = "login"
    REFRESH = "refresh"
    TOKEN = "token"
    CHECK = "check"
    CLEAR = "clear"
    UNLOCK = "unlock"
    SET_VARIABLE = "set-variable"
    ADOPT = "adopt"
    IMPORT = "import"
    OPEN_FILE = "open-file"


# For a server that is switched off: actions that keep its credential working, or make it safer. CLEAR is for
# orphans, which no program lists, and so none switches off.
STILL_OFFERED = (Action.REFRESH, Action.UNLOCK, Action.ADOPT)


class Status(NamedTuple):
    state: State
    reason: str  # a sentence; can contain a server's words, so escape it
    action: Action | None = None
    held_by: str = ""  # the program that holds a login, if nothing is stored in keyrack
    renews: bool = False  # its access token is renewed without a person
    is_optional: bool = False  # without a login: nobody knows of a need for one
    locked: bool = False  # what is stored can't be read until the store is unlocked
    plain_text: bool = False  # what its program uses is in plain text in the program's file


def authorization_header(server: Server) -> Header | None:
    """The configured header that carries a credential, or None.

    Headers with a value come before skipped ones, and `Authorization` before others whose names suggest
    a key.
    """
    if not server.headers:  # most servers, in each of a long list's passes
        return None
    found = [header for header in server.headers if carries_credential(header.name)]
    found.sort(key=lambda header: (header.is_empty, header.name.lower() != "authorization"))
    return found[0] if found else None


def sends_header(server: Server, *, skipped: bool = False) -> bool:
    """Does its program send a credential in a configured header? `skipped`: count unset ones too."""
    header = authorization_header(server)
    return header is not None and (skipped or header.asked or not header.is_empty)


def sends_its_own(server: Server, *, skipped: bool = False) -> bool:
    """Does its program send a credential of its own?"""
    if server.helper is not None or server.address_key is not None:
        return True
    return sends_header(server, skipped=skipped)


def is_due(credential: CredentialInfo, now: float, min_valid: float = REFRESH_EARLY) -> bool:
    """Should the token be refreshed before use? A token of unknown expiry is due when it is old."""
    if credential.expires_at is None:
        return credential.refreshable and now - credential.obtained_at >= OLD_AGE
    return credential.expires_at - now < min_valid


def renews(credential: CredentialInfo) -> bool:
    """Can it be refreshed, as far as we know?"""
    return credential.refreshable and credential.refused_at is None and not credential.refusal


def is_tried(credential: CredentialInfo, check: Check) -> bool:
    """Was the access token tested since its refresh was refused?"""
    return check.at > (credential.refresh_refused_at or 0.0)
