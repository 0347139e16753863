"""From facts to one word, one sentence, and the next thing to do."""

import re
import sys
from enum import StrEnum
from typing import NamedTuple

from keyrack.domain.headers import carries_credential
from keyrack.domain.model import DEFAULT_ACCOUNT, Check, Credential, Header, Server
from keyrack.domain.timetext import lasting, local

EXPIRY_WINDOW = 600.0  # seconds: OAuth tokens
TOKEN_EXPIRY_WINDOW = 7 * 86400.0  # seconds: manual tokens
REFRESH_EARLY = 60.0  # seconds before expiry at which a token is due
OLD_AGE = 3600.0  # seconds after which a token is due whose expiry nobody told
# What a check says of a token, where its verdict is that of the requests without one.
UNTESTED = "The token could not be tested: the server accepts the same requests without it."
PLAIN_WORD = re.compile(r"[A-Za-z0-9._/-]+")  # what no shell reads in a way of its own


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


def status_of(
    server: Server,
    credential: Credential | None,
    check: Check | None,
    now: float,
    *,
    store_locked: bool = False,
    all_read: bool = True,
) -> Status:
    """The state of a server's credential at `now` (Unix seconds).

    `all_read` False: a program's file could not be read, so nothing is known to be an orphan.
    """
    status = _status(server, credential, check, now, store_locked, all_read)
    return _switched_off(server, status) if server.is_off else status


def _status(
    server: Server,
    credential: Credential | None,
    check: Check | None,
    now: float,
    store_locked: bool,
    all_read: bool,
) -> Status:
    if server.problem:
        if any(not variable.is_set for variable in server.variables):
            return Status(State.EMPTY_HEADER, server.problem, Action.SET_VARIABLE)
        return Status(State.BAD_ENTRY, server.problem, Action.OPEN_FILE)
    if server.url is None:
        return _stdio(server)
    if server.address_key is not None:
        return _keyed(server, server.address_key.where, check)
    configured = authorization_header(server)
    if configured is not None and not configured.is_empty:
        if check is not None and check.verdict == "refused":
            reason = f"{configured.name} is set in {_place(configured)}, but the server refused it."
            return Status(State.LOGIN_NEEDED, f"{reason} Change it there.", Action.CHECK)
        return _configured(configured)
    if credential is not None:
        if not server.sources and all_read and not credential.unlisted:
            return Status(
                State.ORPHAN,
                "A credential is stored, but no program lists this server any more.",
                Action.CLEAR,
            )
        if store_locked:
            return Status(
                State.STORE_LOCKED, "The store is locked, so the token can't be read.", Action.UNLOCK
            )
        return _stored(credential, check, now)
    if server.helper is not None:
        runs = f"{server.helper.source.client} runs a command for the headers ({server.helper.key})"
        return Status(State.CONFIGURED, f"Configured by its helper: {runs}. keyrack does not run it.")
    if configured is not None:
        if configured.withheld:
            return Status(
                State.EMPTY_HEADER,
                f"Only a project's file sets the {configured.name} header, and it can't use your variables.",
                Action.LOGIN,
            )
        unset = ", ".join(v.name for v in configured.variables if not v.is_set)
        if configured.asked:
            return Status(State.CONFIGURED, f"The program asks for the {configured.name} header itself.")
        why = f"{unset} is not set" if unset else "it is empty"
        place = f" in {_place(configured)}" if configured.source else ""
        return Status(
            State.EMPTY_HEADER,
            f"The {configured.name} header{place} is skipped, because {why}.",
            Action.SET_VARIABLE if unset else Action.LOGIN,
        )
    return _bare(check, now)


def _keyed(server: Server, where: str, check: Check | None) -> Status:
    place = f"{server.sources[0].client}'s configuration" if server.sources else "the configuration"
    if check is not None and check.verdict == "refused":
        reason = f"The server refused the URL in {place}, which contains a key ({where}). Change it there."
        return Status(State.LOGIN_NEEDED, reason, Action.CHECK)
    return Status(State.CONFIGURED, f"The URL in {place} contains a key ({where}).")


def _switched_off(server: Server, status: Status) -> Status:
    """The same, and nobody is asked to do anything for a server that no program uses."""
    where = " and ".join(dict.fromkeys(source.client for source in server.sources))
    action = status.action if status.action in STILL_OFFERED else None
    return Status(status.state, f"It is switched off in {where}. {status.reason}", action)


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


def stored_state(credential: Credential, now: float) -> State:
    """The state of a stored credential by itself: what a login has just brought."""
    return _stored(credential, None, now).state


def is_due(credential: Credential, now: float, min_valid: float = REFRESH_EARLY) -> bool:
    """Should the token be refreshed before it is handed out? One of unknown expiry when it is old."""
    if credential.expires_at is None:
        return credential.refreshable and now - credential.obtained_at >= OLD_AGE
    return credential.expires_at - now < min_valid


def renews(credential: Credential) -> bool:
    """Can it be refreshed, as far as is known?"""
    return credential.refreshable and credential.refused_at is None and not credential.refusal


def command_for(action: Action | None, server: Server) -> str | None:
    """The command line that does the action, or None."""
    if action is None:
        return None
    if action is Action.SET_VARIABLE:
        return _export(server)
    if action is Action.OPEN_FILE:
        return _edit(server)
    verb = _VERBS[action]
    return f"keyrack {verb}" if action is Action.UNLOCK else command_line(verb, server)


def command_line(verb: str, server: Server, *options: str) -> str:
    """The command that does a verb to this server and account, as a shell reads it."""
    if server.account != DEFAULT_ACCOUNT:
        options = (*options, "--account", server.account)
    words = "".join(f" {_quoted(option)}" for option in options)
    if server.name.startswith("-"):
        return f"keyrack {verb}{words} -- {_quoted(server.name)}"
    return f"keyrack {verb} {_quoted(server.name)}{words}"


_VERBS = {
    Action.LOGIN: "login",
    Action.REFRESH: "refresh",
    Action.TOKEN: "set",
    Action.CHECK: "check",
    Action.CLEAR: "clear",
    Action.UNLOCK: "doctor",
    Action.ADOPT: "adopt",
}


def _quoted(word: str) -> str:
    """For a shell; most names need nothing. What can't be seen is written as bash and zsh read it."""
    if PLAIN_WORD.fullmatch(word):
        return word
    if not word.isprintable():
        return "$'" + "".join(map(_seen, word)) + "'"
    import shlex

    return shlex.quote(word)


def _seen(char: str) -> str:
    if char.isprintable() and char not in "\\'":
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _place(header: Header) -> str:
    return f"{header.source.client}'s configuration" if header.source else "the configuration"


def _configured(header: Header) -> Status:
    place = _place(header)
    if not header.literal:
        return Status(State.CONFIGURED, f"{header.name} is set in {place}: {header.reference}.")
    reason = f"{header.name} is set in {place}, where it is written in plain text: {header.reference}."
    if header.stays:
        return Status(State.CONFIGURED, f"{reason} {header.stays}")
    return Status(State.CONFIGURED, reason, Action.ADOPT)


def _export(server: Server) -> str | None:
    header = authorization_header(server)
    variables = (*server.variables, *(header.variables if header else ()))
    unset = [variable.name for variable in variables if not variable.is_set]
    return f"export {unset[0]}=…" if unset else None


def _edit(server: Server) -> str | None:
    """In the user's editor; None where the entry stands in no file."""
    path = server.sources[0].path if server.sources else ""
    if not ("/" in path or "\\" in path):
        return None
    return f'notepad "{path}"' if sys.platform == "win32" else f"${{EDITOR:-vi}} {_quoted(path)}"


def _stdio(server: Server) -> Status:
    unset = [v.name for v in server.variables if not v.is_set]
    if unset:
        return Status(State.STDIO, f"A local process. Not set in its environment: {', '.join(unset)}.")
    return Status(State.STDIO, "A local process. Its credentials are in its environment.")


def _stored(credential: Credential, check: Check | None, now: float) -> Status:
    again = Action.TOKEN if credential.kind == "token" else Action.LOGIN
    if credential.refused_at is not None or credential.refusal:  # the token, or its refresh
        return Status(State.LOGIN_NEEDED, _refused(credential, check, now), again)
    expires = credential.expires_at
    if expires is not None and expires <= now:
        if credential.refreshable:
            return Status(
                State.REFRESHABLE, "The access token has expired; a refresh token is stored.", Action.REFRESH
            )
        return Status(State.LOGIN_NEEDED, "The token has expired and can't be refreshed.", again)
    if check is not None and check.verdict == "unreachable" and check.at > credential.obtained_at:
        return Status(State.UNREACHABLE, check.reason or "The server could not be reached.", Action.CHECK)
    window = TOKEN_EXPIRY_WINDOW if credential.kind == "token" else EXPIRY_WINDOW
    if expires is not None and expires - now <= window:
        return Status(
            State.EXPIRING, "The token expires soon.", Action.REFRESH if credential.refreshable else again
        )
    if expires is None:
        said = check if check is not None and check.at >= credential.obtained_at else None
        if said is not None and said.reason == UNTESTED:
            return Status(State.VALID, f"The token is stored; its expiry is unknown. {UNTESTED}")
        if credential.kind == "token" and (said is None or said.verdict != "accepted"):
            return Status(State.VALID, "The token is stored and has not been tested yet.")
        return Status(State.VALID, "The token is stored; its expiry is unknown.")
    return Status(State.VALID, "The token is stored and has not expired.")


def _refused(credential: Credential, check: Check | None, now: float) -> str:
    """What was refused; where that is the refresh alone, what becomes of the access token."""
    refusal, at = credential.refusal or "The server refused the token.", credential.refresh_refused_at
    expires = credential.expires_at
    if credential.refused_at is not None or at is None or (expires is not None and expires <= now):
        return refusal
    taken = check is not None and check.verdict == "accepted" and is_tried(credential, check)
    verb = "still works" if taken else "may still work"
    return f"At {local(at, now)} {refusal} The access token {lasting(verb, expires, now)}."


def is_tried(credential: Credential, check: Check) -> bool:
    """Was the access token tried since its refresh was refused?"""
    return check.at > (credential.refresh_refused_at or 0.0)


def _bare(check: Check | None, now: float) -> Status:
    if check is None:
        return Status(
            State.NO_CREDENTIAL, "Nothing is stored, and the server has not been checked yet.", Action.LOGIN
        )
    if check.verdict == "unreachable":
        return Status(State.UNREACHABLE, check.reason or "The server could not be reached.", Action.CHECK)
    if check.verdict == "open":
        return Status(State.NO_AUTH, "The server works without a login.")
    if check.verdict == "optional":
        why = "The server works without a login, but perhaps not fully."
        return Status(State.NO_CREDENTIAL, why, Action.LOGIN)
    if check.verdict == "unknown":
        return Status(
            State.NO_CREDENTIAL,
            check.reason or "The server did not say whether it needs a credential.",
            Action.LOGIN,
        )
    return Status(State.NO_CREDENTIAL, "The server needs a credential, and none is stored.", Action.LOGIN)
