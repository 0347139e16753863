"""Refresh: one refresher among all processes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from keyrack.domain.errors import ClientRefused, KeyrackError, LoginNeeded, StoreUnavailable, Temporary
from keyrack.domain.model import Credential, Grant, Server, TokenSet
from keyrack.domain.status import Action, command_for, is_due
from keyrack.domain.timetext import utc
from keyrack.oauth.effects import Failed, Request, Response
from keyrack.oauth.token import client_credentials_request, refresh_request
from keyrack.oauth.token_reply import Unusable, read_tokens
from keyrack.operations.accounts import nothing_stored
from keyrack.operations.connection import wire_to
from keyrack.operations.credential import key_of
from keyrack.operations.parts import Parts, Rack
from keyrack.operations.unbroken import aside, awaited

TRIES = 2
PAUSE = 0.5  # seconds between them, where the server names no others
LONGEST_PAUSE = 2.0  # seconds; a server that wants more is not asked again at once
SLOW = 15.0  # seconds for one try, after which there is no other: who waits for the lock has 30
LONGEST = 60.0  # seconds for which a program that ends waits for a refresh
SAVE_PAUSES = (0.5, 2.0)  # seconds before another try to store what the issuer will not give again


class NotStored(StoreUnavailable):
    """The issuer gave new tokens, and the store does not take them: `grant` is nowhere else."""

    def __init__(self, problem: KeyrackError, grant: Grant) -> None:
        super().__init__(f"The new token could not be stored. {problem}", hint=problem.hint)
        self.grant = grant


def refresh(parts: Parts, server: Server, *, min_valid: float | None = None) -> Credential:
    """Refresh now, or, with `min_valid`, only when less than that many seconds are left.

    Raises LoginNeeded (nothing to refresh with, or the grant was refused), Temporary, NotStored,
    StoreUnavailable.
    """
    return refreshed(parts, server, min_valid=min_valid).credential


def refreshed(parts: Parts, server: Server, *, min_valid: float | None = None) -> Grant:
    """The same, with the tokens. Once begun it goes to its end, whatever becomes of its caller."""
    return aside(lambda: _refreshed(parts, server, min_valid))


def _refreshed(parts: Parts, server: Server, min_valid: float | None) -> Grant:
    key = key_of(server)
    asked_at = parts.now()
    with parts.rack().lock(*key):
        rack = parts.rack()  # not before the wait, in which all may have moved to another store
        grant = rack.load(*key)
        if grant is None:
            raise nothing_stored(parts, server)
        facts = grant.credential
        if facts.refused_at is not None:
            raise LoginNeeded(facts.refusal or "The server refused the token.", hint="Log in again.")
        someone_did = facts.refreshed_at is not None and facts.refreshed_at > asked_at
        if someone_did or (min_valid is not None and not is_due(facts, parts.now(), min_valid)):
            return grant
        try:
            return _refresh(parts, rack, grant, server)
        except KeyrackError as error:
            if error.setting:
                from keyrack.operations.own_settings import name_setting

                name_setting(parts, error, server)
            raise


def _refresh(parts: Parts, rack: Rack, grant: Grant, server: Server) -> Grant:
    """With the lock held."""
    if grant.credential.kind == "token":
        raise LoginNeeded(
            f"The token of {server.called} was made by hand and can't be refreshed.",
            hint=f"Type: {command_for(Action.TOKEN, server)}",
        )
    if not _renewable(grant):
        reason = grant.credential.refusal or f"No refresh token is stored for {server.called}."
        setting = "" if grant.credential.refusal else "access_type"
        raise LoginNeeded(reason, hint="Log in again.", setting=setting)
    # A rotating refresh token is spent by using it: so much of the save is done before.
    with awaited(LONGEST), rack.renewing(grant) as keep:
        try:
            tokens = _ask(parts, grant, server)
        except LoginNeeded as refusal:
            again = rack.load(*grant.key)
            if again is not None and again.tokens.refresh_token != grant.tokens.refresh_token:
                return again  # another program, without our lock, was faster
            _remember(parts, rack, grant, refusal)
            raise
        except Unusable as error:
            if error.refresh_token is not None:
                keep(grant._replace(tokens=grant.tokens._replace(refresh_token=error.refresh_token)))
            raise
        return _kept(parts, keep, grant, tokens)


def _kept(parts: Parts, keep: Callable[[Grant], Credential], grant: Grant, tokens: TokenSet) -> Grant:
    now = parts.now()
    facts = grant.credential._replace(
        scopes=tokens.scopes,
        expires_at=tokens.expires_at,
        refreshable=_renewable(grant._replace(tokens=tokens)),
        refreshed_at=now,
        label=tokens.label or grant.credential.label,
        obtained_at=now,
    )
    renewed = grant._replace(credential=facts, tokens=tokens)
    problem = KeyrackError("")
    for pause in (*SAVE_PAUSES, 0.0):
        try:
            return renewed._replace(credential=keep(renewed))
        except KeyrackError as error:
            problem = error
            time.sleep(pause)  # most likely for a keychain's daemon that starts anew
    raise NotStored(problem, renewed)


def _renewable(grant: Grant) -> bool:
    if grant.registration is None or grant.endpoints is None:
        return False
    return grant.tokens.refresh_token is not None or grant.registration.grant_type == "client_credentials"


def _remember(parts: Parts, rack: Rack, grant: Grant, error: LoginNeeded) -> None:
    """The grant is gone. An access token that is still good stays; it just can't be renewed.

    Of a client that registered itself, and that the issuer has forgotten, the same is true. One
    that is somebody's own can be put right, so nothing is changed for it.
    """
    client_refused = isinstance(error, ClientRefused)
    if client_refused and grant.registration is not None and grant.registration.kind != "dynamic":
        return
    now, refusal = parts.now(), str(error)
    expires_at = grant.credential.expires_at
    if expires_at is None or expires_at <= now:
        rack.note(*grant.key, refusal=(now, refusal))
        return
    # Without `refused_at`, which is for tokens that the server itself refused.
    facts = grant.credential._replace(refreshable=False, refusal=f"At {utc(now)}, {refusal}")
    # A refresh token that the issuer did not refuse itself can still be revoked.
    refresh_token = grant.tokens.refresh_token if client_refused else None
    rack.save(grant._replace(credential=facts, tokens=grant.tokens._replace(refresh_token=refresh_token)))


def _request(grant: Grant, url: str, server: Server) -> Request:
    """Made anew for each try: a signed assertion is good for one."""
    assert grant.registration
    facts = grant.credential
    resource = None if server.client.send_resource is False else facts.resource
    if grant.tokens.refresh_token is None:  # a machine asks as it did at first
        return client_credentials_request(
            url, grant.registration, scopes=facts.scopes, resource=resource
        )
    return refresh_request(
        url, grant.registration, refresh_token=grant.tokens.refresh_token, resource=resource
    )


def _ask(parts: Parts, grant: Grant, server: Server) -> TokenSet:
    assert grant.endpoints
    url, wire = grant.endpoints.token, wire_to(parts, server)
    try:
        for tries_left in range(TRIES - 1, -1, -1):
            start = time.monotonic()
            reply = wire.send(_request(grant, url, server), server_url=grant.url)
            try:
                return read_tokens(
                    reply,
                    url,
                    now=parts.now(),
                    asked_scopes=grant.credential.scopes,
                    old_refresh=grant.tokens.refresh_token,
                )
            except Temporary:
                pause = _pause(reply)
                if not tries_left or pause > LONGEST_PAUSE or time.monotonic() - start > SLOW:
                    raise
                time.sleep(pause)
    finally:
        wire.close()
    raise AssertionError("unreachable")


def _pause(reply: Response | Failed) -> float:
    """Seconds until the server may be asked again (RFC 9110, section 10.2.3)."""
    if isinstance(reply, Failed):
        return PAUSE
    if reply.status < 400:
        return math.inf  # a network's sign-in page, which is still there in a moment
    after = reply.header("Retry-After")
    if after is None:
        return PAUSE
    return float(after) if after.isascii() and after.isdigit() else math.inf  # a date
