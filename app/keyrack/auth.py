"""`keyrack.Auth`: keyrack's tokens for Python programs that use httpx or httpx2."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from importlib import import_module
from typing import Any

import httpx

from keyrack.domain.account import account_name
from keyrack.domain.address_key import without_key
from keyrack.domain.errors import KeyrackError, LoginNeeded, TokenNotStored
from keyrack.domain.model import Check, Server
from keyrack.domain.resource import origin, parse_url
from keyrack.domain.secret import Secret
from keyrack.domain.status import REFRESH_EARLY
from keyrack.oauth.authorize import are_bearable, sound_scopes
from keyrack.oauth.challenge import Challenge, bearer, parse_challenges
from keyrack.oauth.trace import shown_url
from keyrack.operations.credential import credential_key, grant_headers
from keyrack.operations.handout.hand_out import hand_out, release
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.command import command_to, option
from keyrack.operations.tokens.refresh import refreshed

LOGINS = 2  # the second is for a server that changed its authorization server just after the first
STEP_UPS = 2  # new logins for more scopes; then keyrack remembers that they do not help


def _bases() -> tuple[type, ...]:
    """httpx and httpx2 each require their own base class."""
    bases: list[type] = [httpx.Auth]
    try:
        bases.append(import_module("httpx2").Auth)
    except ImportError:
        pass
    return tuple(bases)


class _Work:
    """A blocking call; the driver decides where it runs."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.call = call


class Auth(*_bases()):  # type: ignore[misc]
    """Sends the token that keyrack stores for `url`. Refreshes it, requests more scopes and retries.

    It opens a browser only with `interactive=True`. Otherwise it raises LoginNeeded if a login is
    needed; its text and hint have the command to type. Tokens are sent only to the origin of `url`.

    If several configured servers share `url`, `name` selects one. Without it, the first request
    raises KeyrackError with their names. Without `account`, it is chosen as by `keyrack token`:
    KEYRACK_ACCOUNT, then the folder that the program runs in, then the server's default.
    """

    def __init__(
        self,
        url: str,
        *,
        account: str | None = None,
        name: str | None = None,
        interactive: bool = False,
        options: LoginOptions = LoginOptions(),
        adapters: Adapters | None = None,
    ) -> None:
        self._url, self._name = without_key(parse_url(url)), name
        self._account = None if account is None else account_name(account)
        self._interactive, self._options, self._adapters = interactive, options, adapters
        self._sent: dict[str, Secret] = {}  # with the last answered request
        self._published: Server | None = None  # set if other programs are to have its token

    def sync_auth_flow(self, request: Any) -> Generator[Any, Any, None]:
        """For httpx.Client."""
        flow = self._flow(request)
        answer: Any = None
        while True:
            try:
                step = flow.send(answer)
            except StopIteration:
                return
            answer = step.call() if isinstance(step, _Work) else (yield step)

    async def async_auth_flow(self, request: Any) -> AsyncGenerator[Any, Any]:
        """For httpx.AsyncClient: blocking calls run in a thread."""
        import asyncio

        flow = self._flow(request)
        answer: Any = None
        while True:
            try:
                step = flow.send(answer)
            except StopIteration:
                return
            answer = await asyncio.to_thread(step.call) if isinstance(step, _Work) else (yield step)

    # The generator follows httpx's protocol: httpx sends the requests that it yields. The two methods above
    # only perform the `_Work` in between, one of them with `await`.
    def _flow(self, request: Any) -> Generator[Any, Any, None]:
        if origin(str(request.url)) != origin(self._url):
            yield request  # the token was not issued for this server
            return
        headers = yield _Work(self._stored)
        response = yield _with(request, headers)
        self._publish(headers)
        if response.status_code == 401 and headers:
            headers = yield _Work(lambda: self._released(self._renewed(headers)))
            if headers:
                response = yield _with(request, headers)
                self._publish(headers)
        for _ in range(LOGINS):
            if response.status_code != 401:
                break
            headers = yield _Work(
                lambda challenge=_challenge(response): self._released(self._logged_in(challenge))
            )
            response = yield _with(request, headers)
            self._publish(headers)
        if response.status_code == 401:
            raise KeyrackError("The server refuses the token that was just issued for it.")
        for _ in range(STEP_UPS):
            challenge = _challenge(response)
            if response.status_code != 403 or challenge.params.get("error") != "insufficient_scope":
                return
            if (yield _Work(lambda challenge=challenge: self._is_given_up(challenge))):
                return
            headers = yield _Work(lambda challenge=challenge: self._released(self._logged_in(challenge)))
            response = yield _with(request, headers)
            self._publish(headers)
        challenge = _challenge(response)
        if response.status_code == 403 and challenge.params.get("error") == "insufficient_scope":
            yield _Work(lambda: self._give_up(challenge))

    def _publish(self, headers: dict[str, Secret]) -> None:
        """After a request with another token than the last one: give it to the programs that are to have it
        (`keyrack publish`), without making the caller wait."""
        if headers == self._sent:
            return
        self._sent = headers
        if headers and self._published is not None:
            threading.Thread(target=self._publish_again, args=[self._published], name="keyrack").start()

    def _publish_again(self, server: Server) -> None:
        from keyrack.operations.sharing.publishing import publish_again

        for sentence in publish_again(self._adapters_now(), server):
            logging.getLogger("keyrack").warning(sentence)

    # Blocking calls.

    def _stored(self) -> dict[str, Secret]:
        """The headers with a valid token; empty if nothing usable is stored."""
        adapters, server = self._adapters_now(), self._server()
        try:
            given = hand_out(adapters, server, "python", min_valid=REFRESH_EARLY, already=self._sent)
        except LoginNeeded:
            return {}
        return dict(given.headers)

    def _released(self, headers: dict[str, Secret]) -> dict[str, Secret]:
        if headers:
            release(self._adapters_now(), self._server(), "python", headers, self._sent)
        return headers

    def _renewed(self, refused: dict[str, Secret]) -> dict[str, Secret]:
        """After a 401: a token that another program has stored since, else a refreshed one, else empty."""
        adapters, server = self._adapters_now(), self._server()
        try:
            return dict(grant_headers(refreshed(adapters, server, instead_of=refused)))
        except TokenNotStored as error:
            return dict(grant_headers(error.stored_credential))
        except LoginNeeded:
            return {}

    def _logged_in(self, challenge: Challenge) -> dict[str, Secret]:
        adapters, server = self._adapters_now(), self._server()
        credentials, key = adapters.credentials(), credential_key(server)
        record = credentials.record(key)
        held = record.credential.scopes if record and record.credential else ()
        asked = tuple(challenge.params.get("scope", "").split())
        # The union: a request for more scopes must not lose those already granted.
        scopes = sound_scopes((*self._options.scopes, *held, *asked))
        if not self._interactive:
            where = shown_url(self._url)
            if record and record.credential and record.credential.kind == "token":
                named = " ".join(sound_scopes(asked))[:200]
                lacks = f"lacks scopes: {named}" if named else "is no longer accepted"
                raise self._needed(f"The stored token for {where} {lacks}.", "set", server)
            wanted = option("--scope", " ".join(scopes)) if asked and are_bearable(scopes) else ()
            raise self._needed(f"A login is needed for {where}.", "login", server, *wanted)
        more = asked if challenge.params.get("error") == "insufficient_scope" else ()
        options = self._options._replace(scopes=(*self._options.scopes, *more), challenge=challenge)
        login(adapters, server, options)
        stored_credential = credentials.load(key)
        return dict(grant_headers(stored_credential)) if stored_credential else {}

    def _is_given_up(self, challenge: Challenge) -> bool:
        """Have earlier logins for these scopes not helped? A login by the user resets this."""
        record = self._adapters_now().credentials().record(credential_key(self._server()))
        return bool(record and record.check and record.check.reason == _short_of(challenge))

    def _give_up(self, challenge: Challenge) -> None:
        adapters = self._adapters_now()
        check = Check(adapters.now(), "accepted", _short_of(challenge))
        adapters.credentials().note(credential_key(self._server()), check=check)

    def _needed(self, sentence: str, verb: str, server: Server, *options: str) -> LoginNeeded:
        """LoginNeeded with the command in its text too, because many programs print only the exception."""
        # A URL with a key is only used if there is no other way to name the server.
        has_key = shown_url(self._url) != self._url
        words = (self._name or (server.name if has_key else self._url), self._url)
        hint = f"Run: {command_to(self._adapters_now(), verb, server, words, *options)}"
        return LoginNeeded(f"{sentence} {hint}", hint=hint)

    def _server(self) -> Server:
        from keyrack.operations.servers.find import find

        server = find(self._adapters_now(), self._url, self._account, name=self._name)
        self._published = server if server.publish else None
        return server._replace(headers=())

    def _adapters_now(self) -> Adapters:
        if self._adapters is None:
            from keyrack.wiring import adapters

            self._adapters = adapters()
        return self._adapters


def _with(request: Any, headers: dict[str, Secret]) -> Any:
    for name, value in headers.items():
        request.headers[name] = value.reveal()
    return request


def _short_of(challenge: Challenge) -> str:
    scopes = " ".join(challenge.params.get("scope", "").split())[:200]
    return f"The server keeps asking for scopes that it does not grant: {scopes or 'unnamed'}."


def _challenge(response: Any) -> Challenge:
    lines = response.headers.get_list("WWW-Authenticate")
    return bearer(parse_challenges(lines)) or Challenge("Bearer", {})
