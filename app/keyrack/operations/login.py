"""Log in: perform the flow's effects, pass its steps on, store at the very end."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from keyrack.domain.errors import Cancelled, KeyrackError, StoreAbsent, StoreLocked
from keyrack.domain.model import Check, Credential, Grant, Registration, Server, TokenSet
from keyrack.domain.secret import Secret
from keyrack.oauth.challenge import Challenge
from keyrack.oauth.effects import (
    BindCallback,
    Effect,
    Failed,
    Request,
    Response,
    Send,
    ShowCode,
    SignIn,
    Step,
)
from keyrack.oauth.flow import Flow, LoggedIn, Wish, login_flow
from keyrack.oauth.probe import probe
from keyrack.oauth.trace import Exchange, browsing, came_back, exchange
from keyrack.operations.credential import address, grant_headers
from keyrack.operations.device import DeviceSignIn
from keyrack.operations.drive import run
from keyrack.operations.login_control import Answer, LoginControl
from keyrack.operations.parts import Callback, Parts, Rack, Wire
from keyrack.store.fields import Damaged

Event = Step | SignIn | ShowCode | Exchange
NO_BROWSER = "No browser opened here; use the link"  # the sign-in step's title then


class LoginOptions(NamedTuple):
    """What a person may ask of one login."""

    scopes: tuple[str, ...] = ()  # asked for on top of what discovery says
    client_id: str | None = None
    client_secret: Secret | None = None
    client_key: Secret | None = None  # a private key, for private_key_jwt
    client_metadata_url: str | None = None
    callback_port: int | None = None
    redirect_host: str | None = None
    open_browser: bool = True
    device: bool = False  # ask for a code for another device at once, where the server offers that
    wait: float = 300.0  # seconds for the person in the browser
    challenge: Challenge | None = None  # the server's, where a request has just been refused


def login(
    parts: Parts,
    server: Server,
    options: LoginOptions = LoginOptions(),
    *,
    control: LoginControl | None = None,
    on_event: Callable[[Event], Any] = lambda event: None,
) -> Credential:
    """Log in and return the stored credential's facts. Blocks; run it off the screen's thread.

    `on_event` gets each Step as it happens (same `key`: the same line, updated), the
    SignIn before the browser opens, ShowCode with a code for another device, and an
    Exchange for each request, masked. Raises KeyrackError with a sentence; StoreAbsent
    before anything is sent when this machine has no keychain (`parts.keep_in_memory()`
    is the way on, once the user agreed); Cancelled.
    """
    return _Login(parts, server, options, control or LoginControl(), on_event).run()


class _Login:
    """One login: the effects' performer, with what it must close at the end."""

    def __init__(
        self,
        parts: Parts,
        server: Server,
        options: LoginOptions,
        control: LoginControl,
        on_event: Callable[[Event], Any],
    ) -> None:
        self.parts, self.server, self.options, self.control, self.tell = (
            parts,
            server,
            options,
            control,
            on_event,
        )
        self.url, self.account = address(server)
        self.callback: Callback | None = None
        self.device: DeviceSignIn | None = None
        self.told: Exchange | None = None
        self.step: Step | None = None
        self.began = 0.0

    def run(self) -> Credential:
        rack = self.parts.rack()
        store = rack.state()
        if not store.ready:
            kind = StoreLocked if store.locked else StoreAbsent
            raise kind(store.reason, hint="Unlock it and try again." if store.locked else "")
        rack.prove_writable()
        wire = self.parts.wire()
        try:
            self.control.holds(wire)
            logged_in = self._perform(login_flow(self._wish(rack)), wire)
            return self._finish(rack, wire, logged_in, store.name)
        except KeyrackError as error:
            self.control.check()  # a request that a cancel ended is no failure of the network
            if self.step and self.step.state == "running" and not isinstance(error, Cancelled):
                self._step(self.step._replace(state="failed", detail=str(error)))
            raise
        finally:
            if self.device is not None:
                self.device.stop()
            if self.callback is not None:
                self.callback.close()
            wire.close()

    def _wish(self, rack: Rack) -> Wish:
        options, settings = self.options, self.server.client
        stored = self._earlier_registration(rack)
        if options.client_id:
            settings = settings._replace(client_id=options.client_id, client_secret=None, issuer=None)
        if options.client_secret or options.client_key:
            settings = settings._replace(client_secret=options.client_secret, client_key=options.client_key)
        if stored and stored.kind == "pre-registered" and settings.client_id is None:
            settings = settings._replace(grant_type=stored.grant_type)
        if options.client_metadata_url:
            settings = settings._replace(client_metadata_url=options.client_metadata_url)
        if options.callback_port:
            settings = settings._replace(callback_port=options.callback_port)
        if options.redirect_host:
            settings = settings._replace(redirect_host=options.redirect_host)
        assert self.server.url is not None
        return Wish(
            self.server.url,
            settings,
            options.scopes,
            stored,
            self.parts.client_name,
            self.parts.now,
            options.challenge,
        )

    def _earlier_registration(self, rack: Rack) -> Registration | None:
        """Not a dynamic one after a refusal: the issuer may have forgotten the client as well."""
        record = rack.record(self.url, self.account)
        if record is None or record.credential is None:
            return None
        try:
            grant = rack.load(self.url, self.account)
        except Damaged:
            return None  # the new login takes its place
        registration = grant.registration if grant else None
        refused = record.credential.refused_at is not None or record.credential.refusal
        if registration and registration.kind == "dynamic" and refused:
            return None
        return registration

    def _perform(self, flow: Flow, wire: Wire) -> LoggedIn:
        answer: Any = None
        while True:
            self.control.check()
            try:
                effect: Effect = flow.send(answer)
            except StopIteration as stop:
                return stop.value
            match effect:
                case Send(request):
                    answer = self._send(wire, request)
                case Step():
                    answer = self._step(effect)
                case BindCallback(port, host, path):
                    self.callback = self.parts.listen(port, host, path)
                    answer = self.callback.redirect_uri
                case SignIn():
                    answer = self._sign_in(effect, wire)

    def _send(self, wire: Wire, request: Request) -> Response | Failed:
        reply = wire.send(request, server_url=self.server.url or "")
        self._trace(exchange(request, reply))
        return reply

    def _trace(self, account: Exchange) -> None:
        if account != self.told:  # a device authorization asks the same again and again
            self.told = account
            self.tell(account)

    def _sign_in(self, sign_in: SignIn, wire: Wire) -> Answer | TokenSet:
        assert self.callback is not None
        self.tell(sign_in)
        self._trace(browsing(sign_in.url))
        options, begin = self.options, partial(self._begin_device, sign_in, wire)
        answer = self.control.wait(
            sign_in,
            self.callback,
            self.parts.browse if options.open_browser else None,
            options.wait,
            self._no_browser,
            begin if sign_in.device else None,
            device=options.device,
        )
        if not isinstance(answer, TokenSet):
            self._trace(came_back(sign_in.redirect_uri, answer))
        if self.device is not None:
            self.device.stop()
        return answer

    def _begin_device(self, sign_in: SignIn, wire: Wire) -> None:
        assert sign_in.device is not None
        self.device = DeviceSignIn(
            sign_in.device, partial(self._send, wire), self.tell, self.control.finish, self._no_code
        )

    def _no_code(self, error: KeyrackError) -> None:
        """The browser's way is still open, so this ends nothing."""
        self.tell(Step("device", "No code for another device", "failed", str(error)))

    def _no_browser(self) -> None:
        self._step(Step("sign-in", NO_BROWSER, "running"))

    def _step(self, step: Step) -> None:
        now = time.monotonic()
        if self.step is None or self.step.key != step.key:
            self.began = now
        self.step = step._replace(seconds=now - self.began)
        self.tell(self.step)

    def _finish(self, rack: Rack, wire: Wire, logged_in: LoggedIn, store: str) -> Credential:
        """Try the token, then store it.

        In this order a token that the server refuses never replaces the old credential.
        """
        tokens, registration = logged_in.tokens, logged_in.registration
        now = self.parts.now()
        facts = Credential(
            "oauth",
            registration.issuer,
            registration.client_id,
            registration.kind,
            logged_in.resource,
            tokens.scopes,
            now,
            tokens.expires_at,
            tokens.refresh_token is not None or registration.grant_type == "client_credentials",
            store=store,
        )
        grant = Grant(self.url, self.account, facts, tokens, registration, logged_in.endpoints)
        self._step(Step("try", "Try the token on the server", "running"))
        assert self.server.url is not None
        probed = run(probe(self.server.url, grant_headers(grant)), partial(self._send, wire))
        # Where even the greeting is guarded, an answer to it has shown that the token is good; a refusal
        # after that is about something else (an authorization server that was changed just now).
        if logged_in.guarded and probed.revision is not None:
            probed = probed._replace(verdict="accepted")
        if probed.verdict == "refused":
            raise KeyrackError(
                "The server refuses a token that was just issued for it, so it was not stored.",
                hint="The server and its authorization server disagree; its operator has to look.",
            )
        accepted = probed.verdict == "accepted"
        title = "The server accepts the token" if accepted else "The server could not be tried"
        self._step(Step("try", title, "done", "" if accepted else probed.reason))
        self.control.check()
        self._step(Step("save", f"Save to {store}", "running"))
        with rack.lock(self.url, self.account):
            stored = rack.save(grant)
        rack.note(
            self.url,
            self.account,
            check=Check(self.parts.now(), probed.verdict, probed.reason, probed.revision),
        )
        self._step(Step("save", f"Saved to {store} and read back", "done"))
        return stored
