"""The credential that a bridge sends: kept between requests, and renewed after a 401."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from keyrack.domain.errors import KeyrackError, LoginNeeded, Temporary, TokenNotStored
from keyrack.domain.model import Check, CredentialKey, Server, StoredCredential, Verdict
from keyrack.domain.secret import Secret
from keyrack.domain.status import REFRESH_EARLY, Action
from keyrack.oauth.challenge import Challenge
from keyrack.operations.credential import configured_headers, credential_key, grant_headers
from keyrack.operations.handout.hand_out import hand_out, release
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.command import option
from keyrack.operations.tokens.refresh import refreshed
from keyrack.wording.commands import command_for, command_line

LOGIN = 330.0  # seconds that another bridge's login may take
AGAIN = 10.0  # seconds until a token that expires soon is asked for again, if no newer one could be had
PAUSE = 600.0  # seconds before another login, if one was not completed or did not help
MOST_LOGINS = 3  # in that time, for a server that wants other scopes each time
MOST_RENEWALS = 10  # in that time, for a server that accepts each token only for a moment

NOT_COMPLETED = "The login in the browser was not completed."
NOT_HELPFUL = "The server refused the token of a new login too."

Headers = Mapping[str, Secret]


class BridgeCredential:
    """Safe to use from any thread; one at a time renews."""

    def __init__(
        self, adapters: Adapters, server: Server, tell: Callable[[str], Any], *, interactive: bool
    ) -> None:
        self._adapters, self._server, self._tell = adapters, server, tell
        self._interactive = interactive
        self._lock = threading.RLock()
        self._headers: Headers = {}
        self._expires_at: float | None = None
        self._stamp: int | None = None  # of the records, when the headers were read
        self._again_at = 0.0
        self._failed_at: float | None = None  # of the last login
        self._logins: dict[str, float] = {}  # when one was completed, by the scopes that the server wanted
        self._renewals: deque[float] = deque(maxlen=MOST_RENEWALS)
        self._told = ""

    def headers(self) -> Headers:
        """The headers with a valid token; empty if nothing is stored, since the server may want none.

        Raises LoginNeeded, whose hint has the command, and other KeyrackErrors.
        """
        if self._is_current():
            return self._headers
        with self._lock:
            if not self._is_current():
                try:
                    self._read()
                except LoginNeeded as error:
                    self._log_in(error, None)
                except KeyrackError as error:
                    if not self._headers or self._is_expired():
                        raise
                    self._note(f"{error} Using the token that was read before.")
            return self._headers

    def renew(self, refused: Headers, challenge: Challenge | None) -> None:
        """After a 401: another process's newer token, or a refreshed one, or that of a new login.

        Raises LoginNeeded if there is none, and other KeyrackErrors if it could not be had now.
        """
        with self._lock:
            try:
                self._read()
                if dict(self._headers) == dict(refused):
                    self._refresh()
            except LoginNeeded as error:
                self._log_in(error, challenge)

    def replace(self, refused: Headers, challenge: Challenge | None) -> None:
        """After a second 401, or one that asks for more scopes: only a login helps. Raises LoginNeeded."""
        with self._lock:
            if dict(self._headers) == dict(refused):
                self._log_in(self._needed(challenge), challenge)

    def _is_current(self) -> bool:
        if self._stamp is None or self._stamp != self._adapters.credentials().stamp():
            return False
        now = self._adapters.now()
        is_fresh = self._expires_at is None or self._expires_at - now > REFRESH_EARLY
        return is_fresh or (now < self._again_at and not self._is_expired())

    def _is_expired(self) -> bool:
        return self._expires_at is not None and self._expires_at <= self._adapters.now()

    def _read(self) -> None:
        stamp = self._adapters.credentials().stamp()
        self._headers, self._expires_at = self._issued()
        self._stamp = stamp
        self._again_at = self._adapters.now() + AGAIN

    def _issued(self) -> tuple[Headers, float | None]:
        try:
            given = hand_out(self._adapters, self._server, "bridge", already=self._headers)
        except LoginNeeded:
            key = credential_key(self._server)
            if not configured_headers(self._server) and self._adapters.credentials().load(key) is None:
                return {}, None
            raise
        for note in given.notes:
            self._note(note)
        return dict(given.headers), given.expires_at

    def _refresh(self) -> None:
        record = self._adapters.credentials().record(credential_key(self._server))
        is_by_hand = (
            record is not None and record.credential is not None and record.credential.kind == "token"
        )
        if not self._headers or is_by_hand or configured_headers(self._server):
            raise self._needed(None)
        now = self._adapters.now()
        if len(self._renewals) == MOST_RENEWALS and now - self._renewals[0] < PAUSE:
            raise self._needed(None)
        self._renewals.append(now)
        try:
            self._take(refreshed(self._adapters, self._server, instead_of=self._headers))
        except TokenNotStored as error:
            self._note(f"{error} Using the new token anyway.")
            self._take(error.stored_credential)

    def _take(self, stored: StoredCredential) -> None:
        self._stamp = self._adapters.credentials().stamp()
        headers = dict(grant_headers(stored))
        release(self._adapters, self._server, "bridge", headers, self._headers)
        self._headers, self._expires_at = headers, stored.credential.expires_at

    def _needed(self, challenge: Challenge | None) -> LoginNeeded:
        """The error that names the command."""
        from keyrack.oauth.authorize import are_bearable, sound_scopes

        server = self._server
        if configured_headers(server):
            hint = f"Change it there, then run: {command_for(Action.CHECK, server)}"
            return LoginNeeded(f"{server.name} refused the token that its configuration sends.", hint=hint)
        record = self._adapters.credentials().record(credential_key(server))
        facts = record.credential if record is not None else None
        scopes = sound_scopes(tuple(challenge.params.get("scope", "").split())) if challenge else ()
        is_by_hand = facts is not None and facts.kind == "token"
        if challenge is not None and challenge.params.get("error") == "insufficient_scope":
            named = f": {' '.join(scopes)[:200]}" if scopes else ""
            said = f"{server.name} requires more scopes{named}."
        elif facts is None:
            said = f"{server.name} requires a login."
        else:
            said = f"{server.name} refused the token."
        if is_by_hand:
            return LoginNeeded(said, hint=f"Run: {command_for(Action.TOKEN, server)}")
        wanted = option("--scope", " ".join(scopes)) if scopes and are_bearable(scopes) else ()
        return LoginNeeded(said, hint=f"Run: {command_line('login', server, *wanted)}")

    def _log_in(self, error: LoginNeeded, challenge: Challenge | None) -> None:
        """Open the browser, unless another bridge just did. Raises the error if that is not wanted."""
        if not self._interactive or self._is_declined() or configured_headers(self._server):
            raise error
        wanted = _scopes(challenge)
        if self._has_not_helped(wanted):
            self._decline("accepted" if wanted else "refused", NOT_HELPFUL)
            raise error
        credentials, key = self._adapters.credentials(), credential_key(self._server)
        before = self._stored(key)
        turn = key._replace(name=f"{key.name}\0login")  # not the credential's own lock, which a login takes
        try:
            with credentials.lock(turn, timeout=0):
                self._open_browser(challenge)
        except Temporary:
            with credentials.lock(turn, timeout=LOGIN):
                pass  # another bridge's login is over
            if self._stored(key) == before:
                self._failed_at = self._adapters.now()
                raise error from None
        self._logins[wanted] = self._adapters.now()
        self._read()

    def _has_not_helped(self, wanted: str) -> bool:
        """Was the same asked for and given lately, or something new too often?"""
        now = self._adapters.now()
        self._logins = {each: at for each, at in self._logins.items() if now - at < PAUSE}
        return wanted in self._logins or len(self._logins) >= MOST_LOGINS

    def _stored(self, key: CredentialKey) -> Headers | None:
        stored = self._adapters.credentials().load(key)
        return dict(grant_headers(stored)) if stored is not None else None

    def _is_declined(self) -> bool:
        """Was a login not completed lately, or of no use, here or in another bridge?"""
        now = self._adapters.now()
        if self._failed_at is not None and now - self._failed_at < PAUSE:
            return True
        record = self._adapters.credentials().record(credential_key(self._server))
        check = record.check if record is not None else None
        return check is not None and check.reason in (NOT_COMPLETED, NOT_HELPFUL) and now - check.at < PAUSE

    def _decline(self, verdict: Verdict, reason: str = NOT_COMPLETED) -> None:
        self._failed_at = self._adapters.now()
        check = Check(self._failed_at, verdict, reason)
        try:
            self._adapters.credentials().note(credential_key(self._server), check=check)
        except KeyrackError:
            pass  # the disk is full; other bridges will ask too

    def _open_browser(self, challenge: Challenge | None) -> None:
        from keyrack.oauth.authorize import sound_scopes
        from keyrack.oauth.effects import SignIn
        from keyrack.operations.login.login import login
        from keyrack.operations.login.options import LoginOptions

        def on_event(event: object) -> None:
            if isinstance(event, SignIn):
                self._tell(f"Sign in to {self._server.display_name} in the browser: {event.url}")

        more = challenge is not None and challenge.params.get("error") == "insufficient_scope"
        scopes = sound_scopes(tuple(challenge.params.get("scope", "").split())) if challenge and more else ()
        try:
            login(self._adapters, self._server, LoginOptions(scopes, challenge=challenge), on_event=on_event)
        except KeyrackError as error:
            stored = self._adapters.credentials().record(credential_key(self._server))
            has_one = stored is not None and stored.credential is not None
            self._decline("accepted" if more else "refused" if has_one else "required")
            hint = f"Run: {command_for(Action.LOGIN, self._server)}"
            raise LoginNeeded(f"The login did not succeed: {error}", hint=hint) from None

    def _note(self, sentence: str) -> None:
        """Tell it, but not the same again and again."""
        if sentence != self._told:
            self._told = sentence
            self._tell(sentence)


def _scopes(challenge: Challenge | None) -> str:
    """The scopes that the server says are missing."""
    if challenge is None or challenge.params.get("error") != "insufficient_scope":
        return ""
    return " ".join(sorted(challenge.params.get("scope", "").split()))
