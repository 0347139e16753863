"""States, actions, and the plain facts that they are decided by. `wording.status` makes the sentences."""

from enum import StrEnum
from typing import NamedTuple

from keyrack.domain.headers import carries_credential
from keyrack.domain.model import Check, CredentialInfo, Header, Server

EXPIRY_WINDOW = 600.0  # seconds: OAuth tokens
TOKEN_EXPIRY_WINDOW = 7 * 86400.0  # seconds: manual tokens
REFRESH_EARLY = 60.0  # seconds before expiry at which a token is due
OLD_AGE = 3600.0  # seconds after which a token is due whose expiry nobody told
# What a check says of a token, where its verdict is that of the requests without one.
UNTESTED = "The token could not be tested: the server accepts the same requests without it."


class State(StrEnum):
    """The words of the list, in kebab case for `--json`."""

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
    STORE_LOCKED = "store-locked"
    ORPHAN = "orphan"


class Action(StrEnum):
    """What to do next; `tui.keymap` has its key, `command_for` its command."""

    LOGIN = "login"
    REFRESH = "refresh"
    TOKEN = "token"
    CHECK = "check"
    CLEAR = "clear"
    UNLOCK = "unlock"
    SET_VARIABLE = "set-variable"
    ADOPT = "adopt"
    OPEN_FILE = "open-file"


# Of a server that is switched off: what keeps its credential as it is, or takes it away.
STILL_OFFERED = (Action.REFRESH, Action.UNLOCK, Action.CLEAR, Action.ADOPT)


class Status(NamedTuple):
    state: State
    reason: str  # a sentence; may hold a server's words: escape it where it is shown
    action: Action | None = None


def authorization_header(server: Server) -> Header | None:
    """The configured header that carries a credential, or None.

    One that is not empty before one that is skipped, `Authorization` before others whose names say that
    they hold a key.
    """
    found = [header for header in server.headers if carries_credential(header.name)]
    found.sort(key=lambda header: (header.is_empty, header.name.lower() != "authorization"))
    return found[0] if found else None


def sends_header(server: Server, *, skipped: bool = False) -> bool:
    """Does its program send a credential in a header of its file? `skipped`: also one that is not set."""
    header = authorization_header(server)
    return header is not None and (skipped or header.asked or not header.is_empty)


def sends_its_own(server: Server, *, skipped: bool = False) -> bool:
    """Does its program send a credential that is none of keyrack's?"""
    if server.helper is not None or server.address_key is not None:
        return True
    return sends_header(server, skipped=skipped)


def is_due(credential: CredentialInfo, now: float, min_valid: float = REFRESH_EARLY) -> bool:
    """Should the token be refreshed before it is handed out? One of unknown expiry when it is old."""
    if credential.expires_at is None:
        return credential.refreshable and now - credential.obtained_at >= OLD_AGE
    return credential.expires_at - now < min_valid


def renews(credential: CredentialInfo) -> bool:
    """Can it be refreshed, as far as is known?"""
    return credential.refreshable and credential.refused_at is None and not credential.refusal


def is_tried(credential: CredentialInfo, check: Check) -> bool:
    """Was the access token tried since its refresh was refused?"""
    return check.at > (credential.refresh_refused_at or 0.0)
