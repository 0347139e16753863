"""Logs in: runs the login flow, reports its steps, and stores the credential at the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from keyrack.domain.errors import (
    Cancelled,
    ClientNeeded,
    DamagedData,
    InOtherStore,
    KeyrackError,
    NoOAuth,
    ScopeRefused,
    SignInTimeout,
)
from keyrack.domain.model import Check, CredentialInfo, CredentialKey, Registration, Server, StoredCredential
from keyrack.oauth.effects import Step
from keyrack.oauth.flow import login_flow
from keyrack.oauth.login_request import LoginRequest, LoginResult
from keyrack.oauth.probe import Probed, probe, try_credential
from keyrack.operations.connection import http_client_for
from keyrack.operations.credential import credential_key, grant_headers, other_headers, stored_for
from keyrack.operations.drive import send_all
from keyrack.operations.history import log_event
from keyrack.operations.login.control import LoginControl
from keyrack.operations.login.flow_runner import Event, FlowRunner
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.login.scopes import added_scopes, explain, held_scopes
from keyrack.operations.login.unanswered import Unanswered
from keyrack.operations.ports import Adapters, CredentialStore
from keyrack.operations.servers.overview import is_lasting
from keyrack.operations.storage.unlock import require_ready

_ADDRESS = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,255}")


def login(
    adapters: Adapters,
    server: Server,
    options: LoginOptions = LoginOptions(),
    *,
    control: LoginControl | None = None,
    on_event: Callable[[Event], Any] = lambda event: None,
) -> CredentialInfo:
    """Log in and return the stored credential's facts. Blocks; don't call it in the screen's thread.

    `on_event` gets each Step as it happens (the same `key` updates the same line), the
    SignIn before the browser opens, ShowCode with a device code, and a masked Exchange for
    each request. Raises KeyrackError; StoreAbsent before anything is sent if this machine has
    no keychain (if the user agrees, call `adapters.keep_in_memory()` and try again); Cancelled.
    """
    key = credential_key(server)
    credentials = adapters.credentials()
    store = require_ready(credentials)
    credentials.prove_writable()
    control = control or LoginControl()
    added = added_scopes(credentials, key, options)
    login_request = _login_request(adapters, credentials, server, options, added)
    unanswered = Unanswered(credentials, key)
    runner = FlowRunner(
        adapters, http_client_for(adapters, server), login_request.url, control, on_event, unanswered.begin
    )
    try:
        login_result = runner.perform(
            login_flow(login_request),
            open_browser=options.open_browser,
            device=options.device,
            wait=options.wait,
        )
        stored_credential = _grant(key, login_request, login_result, store.name)
        facts = stored_for(server, stored_credential.credential)
        facts = facts._replace(ad_hoc=not is_lasting(server), added_scopes=added)
        stored_credential = stored_credential._replace(credential=facts)
        probed = _try(runner, login_request, stored_credential, login_result.without)
        control.check()
        return _keep(adapters, server, runner, stored_credential, probed)
    except KeyrackError as error:
        unanswered.end(error, answered=runner.answered)
        if not isinstance(error, Cancelled):
            control.check()  # a request that was canceled is not a network failure
        runner.fail(error)
        if isinstance(error, SignInTimeout) and login_request.settings.client_id:
            error.setting = "callback"  # a page never redirects to a URI that it refuses
        if isinstance(error, ScopeRefused):
            explain(error, added, server)
        if error.setting:
            from keyrack.operations.servers.own_settings import name_setting

            name_setting(adapters, error, server)
        if isinstance(error, ClientNeeded | NoOAuth):
            from keyrack.operations.login.advice import advised
            from keyrack.operations.tokens.service import service_for

            raise advised(error, server, service_for(adapters, server.url)) from None
        raise
    finally:
        runner.close()


def _login_request(
    adapters: Adapters,
    credentials: CredentialStore,
    server: Server,
    options: LoginOptions,
    added: tuple[str, ...],
) -> LoginRequest:
    """The configuration, overridden by the options of this login."""
    assert server.url is not None
    settings = server.client
    hint, hint_issuer = _hint(credentials, credential_key(server))
    key = credential_key(server)
    stored = _earlier_registration(credentials, key)
    if options.client_id:
        settings = settings._replace(client_id=options.client_id, client_secret=None, issuer=None)
    if options.client_secret or options.client_key:
        settings = settings._replace(client_secret=options.client_secret, client_key=options.client_key)
    if stored and stored.kind == "pre-registered" and settings.client_id is None:
        settings = settings._replace(grant_type=stored.grant_type)
    kept = stored if stored and settings.client_id in (None, stored.client_id) else None
    settings = settings._replace(
        client_metadata_url=options.client_metadata_url or settings.client_metadata_url,
        callback_port=options.callback_port or settings.callback_port or (kept and kept.callback_port),
        redirect_host=options.redirect_host or settings.redirect_host or (kept and kept.redirect_host),
        callback_path=options.callback_path or settings.callback_path or (kept and kept.callback_path),
    )
    return LoginRequest(
        server.url,
        settings,
        added_scopes=(*held_scopes(credentials, key, options), *added),
        dropped_scopes=options.drop_scopes,
        stored=stored,
        forgotten=stored is not None and _may_be_forgotten(credentials, stored, key),
        client_name=adapters.client_name,
        now=adapters.now,
        challenge=options.challenge,
        vendor_of=adapters.services().vendor_of,
        headers=other_headers(server),
        has_other_account=_has_other_account(credentials, key),
        login_hint=hint,
        hint_issuer=hint_issuer,
    )


def _has_other_account(credentials: CredentialStore, key: CredentialKey) -> bool:
    return any(
        other.url == key.url and other.account != key.account and record.credential is not None
        and record.credential.kind == "oauth"
        for other, record in credentials.records().items()
    )  # fmt: skip


def _hint(credentials: CredentialStore, key: CredentialKey) -> tuple[str, str]:
    """The address of the user whose login this renews, and the issuer that told it; else empty."""
    record = credentials.record(key)
    facts = record.credential if record is not None else None
    if facts is None or not facts.issuer or not _ADDRESS.fullmatch(facts.label):
        return "", ""
    return facts.label, facts.issuer


def _earlier_registration(credentials: CredentialStore, key: CredentialKey) -> Registration | None:
    """None if the old credential is damaged or in another store: the login replaces it."""
    record = credentials.record(key)
    if record is None or record.credential is None:
        return None
    try:
        stored_credential = credentials.load(key)
    except (DamagedData, InOtherStore):
        return None
    return stored_credential.registration if stored_credential else None


def _may_be_forgotten(credentials: CredentialStore, registration: Registration, key: CredentialKey) -> bool:
    """May the issuer no longer know the client? Yes after a refusal, or a sign-in without a response."""
    record = credentials.record(key)
    if record is None or record.credential is None:
        return False
    refused = record.credential.refused_at is not None or bool(record.credential.refusal)
    return refused or record.unanswered_client == registration.client_id


def _grant(
    key: CredentialKey, login_request: LoginRequest, login_result: LoginResult, store: str
) -> StoredCredential:
    tokens, settings = login_result.tokens, login_request.settings
    registration = login_result.registration._replace(
        callback_port=settings.callback_port,
        redirect_host=login_result.registration.redirect_host or settings.redirect_host,
        callback_path=settings.callback_path,
    )
    facts = CredentialInfo(
        "oauth",
        registration.issuer,
        registration.client_id,
        registration.kind,
        login_result.resource,
        tokens.scopes,
        login_request.now(),
        tokens.expires_at,
        tokens.refresh_token is not None or registration.grant_type == "client_credentials",
        label=tokens.label,
        store=store,
    )
    return StoredCredential(
        key.url, key.account, facts, tokens, registration, login_result.endpoints, name=key.name
    )


def _try(
    runner: FlowRunner,
    login_request: LoginRequest,
    stored_credential: StoredCredential,
    without: Probed | None,
) -> Probed:
    """Test the token before it is stored, so that a refused token never replaces the old one.

    `without`: the server's answer to requests without a token, if it was asked.
    """
    runner.step(Step("try", "Test the token on the server", "running"))
    asking = try_credential(
        login_request.url, grant_headers(stored_credential), others=login_request.headers, without=without
    )
    probed = send_all(asking, runner.send)
    # If `initialize` needs a token, its reply has shown that the token works; a refusal after that
    # has another cause (such as an authorization server that has just been changed).
    if probed.revision is not None and probed.verdict not in ("accepted", "open"):
        without = without or send_all(
            probe(login_request.url, others=login_request.headers, older=probed.older), runner.send
        )
        if without.verdict == "required":
            probed = probed._replace(verdict="accepted")
    if probed.verdict == "refused":
        no_audience = login_request.vendor_of(stored_credential.credential.issuer or "").token_refused
        raise KeyrackError(
            "The server refuses the token that was just issued for it, so it was not stored.",
            hint=no_audience
            or "The server and its authorization server disagree. Ask the server's operator.",
            setting="audience" if no_audience else "",
        )
    if probed.verdict == "open":  # open to anyone, although there is a login
        why = "the server accepts the same requests without it"
        runner.step(Step("try", "The token could not be tested", "done", why))
        return probed._replace(verdict="optional")
    accepted = probed.verdict == "accepted"
    title = "The server accepts the token" if accepted else "The token could not be tested"
    runner.step(Step("try", title, "done", probed.reason))
    return probed


def _keep(
    adapters: Adapters,
    server: Server,
    runner: FlowRunner,
    stored_credential: StoredCredential,
    probed: Probed,
) -> CredentialInfo:
    """Save to the store in use now: another keyrack may have moved everything during the sign-in."""
    runner.step(Step("save", f"Save to {adapters.credentials().state().name}", "running"))
    with adapters.credentials().lock(stored_credential.key):
        credentials = adapters.credentials()
        stored = credentials.save(stored_credential)
    log_event(adapters, server, "login")
    check = Check(adapters.now(), probed.verdict, probed.reason, probed.revision)
    credentials.note(stored_credential.key, check=check, unanswered_client="")
    runner.step(Step("save", f"Saved to {stored.store} and verified", "done"))
    return stored
