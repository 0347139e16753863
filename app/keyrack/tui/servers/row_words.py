"""Why an action can't be done to a row, and what came of one: as the ends of sentences. Pure."""

from __future__ import annotations

from keyrack.domain.model import Check, CredentialInfo, Server
from keyrack.domain.status import UNTESTED, State, is_due
from keyrack.operations.servers.overview import Row
from keyrack.tui.kit import keymap
from keyrack.wording.times import lasting

VERDICTS = {
    "open": "it works without a login",
    "optional": "it works without a login, but perhaps not fully",
    "required": "it needs a credential",
    "accepted": "it accepts the token",
    "refused": "it refused the token",
    "unreachable": "it can't be reached",
    "unknown": "it did not say whether it needs a credential",
}


def checked(check: Check) -> str:
    """The answer, with the reason where it matters."""
    bad = check.verdict in ("refused", "unreachable")
    told = bad or check.reason == UNTESTED
    reason = f" ({check.reason.rstrip('.')})" if told and check.reason else ""
    return f"{VERDICTS[check.verdict]}{reason}."


def refreshed(credential: CredentialInfo, now: float) -> str:
    """ "the new token works until 14:52"."""
    return f"{lasting('the new token works', credential.expires_at, now)}."


def cannot_ask(server: Server, what: str) -> str:
    """Why there is no URL for this; "" if there is. `what` is a phrase such as "log in to"."""
    if server.problem:
        return server.problem
    if server.url is None:
        return f"it is a local process, so there is nothing to {what}."
    if server.address_key is not None and what != "check":
        return f"it has a key in its URL, so there is nothing to {what}."
    return ""


def nothing_stored(row: Row) -> str:
    """What to do about a row without a credential in keyrack."""
    if row.status.state is State.NO_CREDENTIAL:
        login, token = keymap.key_of("login"), keymap.key_of("token")
        return f"nothing is stored yet. Press {login} to log in, or {token} to enter a token."
    return f"keyrack has no credential for it. {row.status.reason}"


def not_refreshable(credential: CredentialInfo, now: float) -> str:
    """Why a credential can't be refreshed, and what to do instead; "" if it can."""
    if credential.refreshable:
        return ""
    if credential.kind == "secrets":
        return "the secrets of a local process can't be refreshed."
    if credential.kind == "token":
        key = keymap.key_of("token")
        return f"a token that was entered by hand can't be refreshed. Press {key} to enter a new one."
    key = keymap.key_of("login")
    if credential.refused_at is not None or is_due(credential, now, 0.0):
        return f"no refresh token was issued. Press {key} to log in again."
    works = lasting("works", credential.expires_at, now)
    return f"no refresh token was issued; the token {works}. Then press {key} to log in."
