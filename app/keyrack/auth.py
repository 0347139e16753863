"""`keyrack.Auth`: the rack's tokens for Python programs that speak HTTP with httpx or httpx2."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from importlib import import_module
from typing import Any

import httpx

from keyrack.domain.address_key import without_key
from keyrack.domain.errors import KeyrackError, LoginNeeded
from keyrack.domain.model import DEFAULT_ACCOUNT, Check, Server
from keyrack.domain.resource import origin, parse_url
from keyrack.domain.secret import Secret
from keyrack.oauth.authorize import are_bearable, sound_scopes
from keyrack.oauth.challenge import Challenge, bearer, parse_challenges
from keyrack.oauth.trace import shown_url
from keyrack.operations.credential import grant_headers, key_of
from keyrack.operations.login.login import LoginOptions, login
from keyrack.operations.ports import Parts
from keyrack.operations.servers.command import command_to, option
from keyrack.operations.tokens.accounts import account_name
from keyrack.operations.tokens.get_token import hand_out
from keyrack.operations.tokens.refresh import NotStored, refreshed

LOGINS = 2  # the second where the server changed its authorization server right after the first
STEP_UPS = 2  # new authorizations for more scope; then it is remembered that they change nothing


def _bases() -> tuple[type, ...]:
    """httpx asks for its own class, and httpx2 for its own."""
    bases: list[type] = [httpx.Auth]
    try:
        bases.append(import_module("httpx2").Auth)
    except ImportError:
        pass
    return tuple(bases)


class _Work:
    """Something that blocks; the driver says where it runs."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.call = call


class Auth(*_bases()):  # type: ignore[misc]
    """Hands out, refreshes, steps up and retries, with the credential that keyrack stores for `url`.

    It opens a browser only with `interactive=True`; otherwise a login that is needed raises
    LoginNeeded, whose text and hint name the command to type. A token goes to `url`'s origin alone.

    Where several configured servers share `url`, `name` says which; without it the first request
    raises KeyrackError, with their names.
    """

    def __init__(
        self,
        url: str,
        *,
        account: str = DEFAULT_ACCOUNT,
        name: str | None = None,
        interactive: bool = False,
        options: LoginOptions = LoginOptions(),
        parts: Parts | None = None,
    ) -> None:
        self._url, self._name = without_key(parse_url(url)), name
        self._account = account_name(account)
        self._interactive, self._options, self._parts = interactive, options, parts

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
        """For httpx.AsyncClient: what blocks runs in a thread."""
        import asyncio

        flow = self._flow(request)
        answer: Any = None
        while True:
            try:
                step = flow.send(answer)
            except StopIteration:
                return
            answer = await asyncio.to_thread(step.call) if isinstance(step, _Work) else (yield step)

    def _flow(self, request: Any) -> Generator[Any, Any, None]:
        if origin(str(request.url)) != origin(self._url):
            yield request  # the token was not issued for this server
            return
        headers = yield _Work(self._stored)
        response = yield _with(request, headers)
        if response.status_code == 401 and headers:
            headers = yield _Work(lambda: self._renewed(headers))
            if headers:
                response = yield _with(request, headers)
        for _ in range(LOGINS):
            if response.status_code != 401:
                break
            headers = yield _Work(lambda challenge=_challenge(response): self._logged_in(challenge))
            response = yield _with(request, headers)
        if response.status_code == 401:
            raise KeyrackError("The server refuses the token that was just issued for it.")
        for _ in range(STEP_UPS):
            challenge = _challenge(response)
            if response.status_code != 403 or challenge.params.get("error") != "insufficient_scope":
                return
            if (yield _Work(lambda challenge=challenge: self._is_given_up(challenge))):
                return
            headers = yield _Work(lambda challenge=challenge: self._logged_in(challenge))
            response = yield _with(request, headers)
        challenge = _challenge(response)
        if response.status_code == 403 and challenge.params.get("error") == "insufficient_scope":
            yield _Work(lambda: self._give_up(challenge))

    # What blocks.

    def _stored(self) -> dict[str, Secret]:
        """The header with a token that is good, or none where nothing usable is stored."""
        parts, server = self._parts_now(), self._server()
        try:
            given = hand_out(parts, server)
        except LoginNeeded:
            return {}
        grant = parts.rack().load(*key_of(server))
        if grant is None:
            return {}
        if grant.credential.kind == "oauth":  # also one that was renewed and could not be stored
            grant = grant._replace(tokens=grant.tokens._replace(access_token=given.token))
        return dict(grant_headers(grant))

    def _renewed(self, refused: dict[str, Secret]) -> dict[str, Secret]:
        """After a 401: what another program has stored meanwhile, else a refreshed token, else none."""
        parts, server = self._parts_now(), self._server()
        grant = parts.rack().load(*key_of(server))
        if grant is not None and dict(grant_headers(grant)) != refused:
            return dict(grant_headers(grant))
        try:
            return dict(grant_headers(refreshed(parts, server)))
        except NotStored as error:
            return dict(grant_headers(error.grant))
        except LoginNeeded:
            return {}

    def _logged_in(self, challenge: Challenge) -> dict[str, Secret]:
        parts, server = self._parts_now(), self._server()
        rack, key = parts.rack(), key_of(server)
        record = rack.record(*key)
        held = record.credential.scopes if record and record.credential else ()
        asked = tuple(challenge.params.get("scope", "").split())
        # The union: what was granted before must not be lost by asking for more.
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
        login(parts, server, options)
        grant = rack.load(*key)
        return dict(grant_headers(grant)) if grant else {}

    def _is_given_up(self, challenge: Challenge) -> bool:
        """Did earlier logins for these scopes change nothing? A login by the user forgets that."""
        record = self._parts_now().rack().record(*key_of(self._server()))
        return bool(record and record.check and record.check.reason == _short_of(challenge))

    def _give_up(self, challenge: Challenge) -> None:
        parts = self._parts_now()
        check = Check(parts.now(), "accepted", _short_of(challenge))
        parts.rack().note(*key_of(self._server()), check=check)

    def _needed(self, sentence: str, verb: str, server: Server, *options: str) -> LoginNeeded:
        """Many programs print the exception and nothing else, so the command stands in its text too."""
        # An address with a key in it is named only where there is no other way to name the server.
        has_key = shown_url(self._url) != self._url
        words = (self._name or (server.name if has_key else self._url), self._url)
        hint = f"Run: {command_to(self._parts_now(), verb, server, words, *options)}"
        return LoginNeeded(f"{sentence} {hint}", hint=hint)

    def _server(self) -> Server:
        from keyrack.operations.servers.find import find

        server = find(self._parts_now(), self._url, self._account, name=self._name)
        return server._replace(headers=())

    def _parts_now(self) -> Parts:
        if self._parts is None:
            from keyrack.wiring import parts

            self._parts = parts()
        return self._parts


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
