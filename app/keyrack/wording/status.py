"""The state of a server's credential: one word, one sentence, and the next step."""

from keyrack.domain.model import Check, CredentialInfo, Header, Server
from keyrack.domain.status import (
    EXPIRY_WINDOW,
    STILL_OFFERED,
    TOKEN_EXPIRY_WINDOW,
    UNTESTED,
    Action,
    State,
    Status,
    authorization_header,
    is_tried,
)
from keyrack.wording.times import lasting, local

ORPHAN = Status(
    State.ORPHAN, "A credential is stored, but no program lists this server any more.", Action.CLEAR
)
UNCHECKED = Status(
    State.NO_CREDENTIAL, "Nothing is stored, and the server has not been checked yet.", Action.LOGIN
)


def status_of(
    server: Server,
    credential: CredentialInfo | None,
    check: Check | None,
    now: float,
    *,
    store_locked: bool = False,
    all_read: bool = True,
    held_by: str = "",
) -> Status:
    """The state of a server's credential at `now` (Unix seconds).

    If `all_read` is False, a program's file could not be read, so nothing is reported as an orphan.
    `held_by` is another program that holds a login for the server.
    """
    status = _status(server, credential, check, now, store_locked, all_read)
    if held_by and status.state is State.NO_CREDENTIAL:
        status = Status(status.state, f"{held_by} holds a login for it.", Action.IMPORT, held_by)
    if status.state in (State.CONFIGURED, State.STDIO) and server.in_plain_text:
        status = status._replace(plain_text=True)
    return _switched_off(server, status) if server.is_off else status


def _status(
    server: Server,
    credential: CredentialInfo | None,
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
        status = _stdio(server, credential, all_read)
        return _locked(credential, status) if store_locked and credential is not None else status
    if server.address_key is not None:
        return _keyed(server, server.address_key.where, check)
    configured = authorization_header(server)
    if configured is not None and not configured.is_empty:
        if check is not None and check.verdict == "refused":
            reason = f"{configured.name} is set in {_place(configured)}, but the server refused it."
            return Status(State.LOGIN_NEEDED, f"{reason} Change it there.", Action.CHECK)
        return _configured(configured)
    if credential is not None:
        is_orphan = not server.sources and all_read and not credential.ad_hoc
        status = ORPHAN if is_orphan else _stored(credential, check, now)
        return _locked(credential, status) if store_locked else status
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
            return Status(State.CONFIGURED, f"The program fills in the {configured.name} header itself.")
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
    """The same state, but without a next step for a server that no program uses."""
    where = " and ".join(dict.fromkeys(source.client for source in server.sources))
    action = status.action if status.action in STILL_OFFERED else None
    return status._replace(reason=f"It is switched off in {where}. {status.reason}", action=action)


def stored_state(credential: CredentialInfo, now: float) -> State:
    """The state of a stored credential alone, for instance right after a login."""
    return _stored(credential, None, now).state


def _place(header: Header) -> str:
    return f"{header.source.client}'s configuration" if header.source else "the configuration"


def _configured(header: Header) -> Status:
    place = _place(header)
    if not header.plaintext:
        return Status(State.CONFIGURED, f"{header.name} is set in {place}: {header.reference}.")
    reason = f"{header.name} is set in {place}, where it is written in plain text: {header.reference}."
    if header.not_movable_because:
        return Status(State.CONFIGURED, f"{reason} {header.not_movable_because}")
    return Status(State.CONFIGURED, reason, Action.ADOPT)


def _locked(credential: CredentialInfo, status: Status) -> Status:
    """The same state of what is stored, but the store has to be unlocked first."""
    what = "its secrets" if credential.kind == "secrets" else "the token"
    reason = f"{status.reason} The store is locked, so {what} can't be read."
    return status._replace(reason=reason, action=Action.UNLOCK, locked=True)


def _stdio(server: Server, credential: CredentialInfo | None, all_read: bool) -> Status:
    if credential is not None and not server.sources and all_read and not credential.ad_hoc:
        return ORPHAN
    if server.secrets and credential is None:
        why = "A local process that gets its secrets from keyrack, which has none of them."
        return Status(State.NO_CREDENTIAL, why, Action.TOKEN)
    movable = [each.name for each in server.entry_secrets if not each.not_movable_because]
    if movable:
        why = f"A local process. Its entry has secrets in plain text: {', '.join(dict.fromkeys(movable))}."
        return Status(State.STDIO, why, Action.ADOPT)
    if credential is not None:
        return Status(State.STDIO, f"A local process. keyrack gives it {', '.join(credential.secrets)}.")
    unset = [v.name for v in server.variables if not v.is_set]
    if unset:
        return Status(State.STDIO, f"A local process. Not set in its environment: {', '.join(unset)}.")
    return Status(State.STDIO, "A local process. Its credentials are in its environment.")


def _stored(credential: CredentialInfo, check: Check | None, now: float) -> Status:
    again = Action.TOKEN if credential.kind == "token" else Action.LOGIN
    if credential.refused_at is not None or credential.refusal:  # the token, or its refresh
        return Status(State.LOGIN_NEEDED, _refused(credential, check, now), again)
    expires = credential.expires_at
    if expires is not None and expires <= now:
        if credential.refreshable:
            why = "The access token has expired. A refresh token is stored, so it is renewed when it is used."
            return Status(State.REFRESHABLE, why, Action.REFRESH, renews=True)
        return Status(State.LOGIN_NEEDED, "The token has expired and can't be refreshed.", again)
    if check is not None and check.verdict == "unreachable" and check.at > credential.obtained_at:
        return Status(State.UNREACHABLE, check.reason or "The server could not be reached.", Action.CHECK)
    window = TOKEN_EXPIRY_WINDOW if credential.kind == "token" else EXPIRY_WINDOW
    if expires is not None and expires - now <= window and not credential.refreshable:
        return Status(State.EXPIRING, "The token expires soon and does not renew itself.", again)
    why = _good(credential, check)
    if credential.refreshable:
        return Status(State.VALID, f"{why} It is renewed when it is used.", renews=True)
    return Status(State.VALID, why)


def _good(credential: CredentialInfo, check: Check | None) -> str:
    if credential.expires_at is not None:
        return "The token is stored and has not expired."
    said = check if check is not None and check.at >= credential.obtained_at else None
    if said is not None and said.reason == UNTESTED:
        return f"The token is stored; its expiry is unknown. {UNTESTED}"
    if credential.kind == "token" and (said is None or said.verdict != "accepted"):
        return "The token is stored and has not been tested yet."
    return "The token is stored; its expiry is unknown."


def _refused(credential: CredentialInfo, check: Check | None, now: float) -> str:
    """What was refused; if that is only the refresh, also whether the access token still works."""
    refusal, at = credential.refusal or "The server refused the token.", credential.refresh_refused_at
    expires = credential.expires_at
    if credential.refused_at is not None or at is None or (expires is not None and expires <= now):
        return refusal
    taken = check is not None and check.verdict == "accepted" and is_tried(credential, check)
    verb = "still works" if taken else "may still work"
    return f"At {local(at, now)} {refusal} The access token {lasting(verb, expires, now)}."


def _bare(check: Check | None, now: float) -> Status:
    if check is None:
        return UNCHECKED
    if check.verdict == "unreachable":
        return Status(State.UNREACHABLE, check.reason or "The server could not be reached.", Action.CHECK)
    if check.verdict == "open":
        return Status(State.NO_AUTH, "The server works without a login.")
    if check.verdict == "optional":
        why = "The server works without a login, but perhaps not fully."
        return Status(State.NO_CREDENTIAL, why, Action.LOGIN, is_optional=True)
    if check.verdict == "unknown":
        why = check.reason or "The server did not say whether it needs a credential."
        return Status(State.NO_CREDENTIAL, why, Action.LOGIN, is_optional=True)
    return Status(State.NO_CREDENTIAL, "The server needs a credential, and none is stored.", Action.LOGIN)
