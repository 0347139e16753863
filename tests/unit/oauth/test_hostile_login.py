"""Logins against hostile servers, beyond addresses and documents: each ends at its step."""

from __future__ import annotations

from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.oauth.http import Failed, Request
from keyrack.oauth.trace import exchange
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from support.canned import ISSUER, META, PRM, URL, World, metadata, reply
from support.hostile import attempt, protected
from support.workbench import SERVER, build


def test_an_address_of_any_length_is_traced_at_once() -> None:
    # One pass, not one for each character: a million of them would otherwise take hours.
    far = "https://a.example/" + "a" * 1_000_000
    traced = exchange(Request("GET", URL), reply(None, 302, Location=far))
    assert len(traced.got[0][1]) <= 300


@pytest.mark.checklist(19)
def test_an_error_of_the_wrong_issuer_is_in_no_trace() -> None:
    events: list[Any] = []
    evil = Secret("EVIL")
    answer = {"error": evil, "error_description": evil, "iss": Secret("https://evil.example")}
    adapters = build(World(**{f"POST {URL}": protected}), answer=lambda state: {"state": state, **answer})
    with pytest.raises(KeyrackError):
        login(adapters, SERVER, on_event=events.append)
    assert "EVIL" not in "".join(map(str, events))


def test_a_refused_pushed_request_fails_on_the_sign_in_and_is_not_called_temporary(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    par = ISSUER + "/par"
    pushed = {"require_pushed_authorization_requests": True, "pushed_authorization_request_endpoint": par}
    fields = metadata(**pushed)
    world = World(**{
        f"POST {URL}": protected, f"GET {META}": reply(fields), f"POST {par}": Failed("No.", refused=True)
    })  # fmt: skip
    made = attempt(world, monkeypatch)
    assert type(made.error) is KeyrackError and made.failed and made.failed.key == "sign-in"


def test_too_many_scopes_fail_on_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    scopes = [f"s-{n}" for n in range(10_000)]
    document = {"resource": URL, "authorization_servers": [ISSUER], "scopes_supported": scopes}
    made = attempt(World(**{f"POST {URL}": protected, f"GET {PRM}": reply(document)}), monkeypatch)
    assert made.error and made.failed


def test_a_token_too_long_for_any_keychain_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = {"access_token": "a" * 900_000, "token_type": "Bearer"}
    made = attempt(World(**{f"POST {URL}": protected, f"POST {ISSUER}/token": reply(tokens)}), monkeypatch)
    assert made.error and "usable" in str(made.error)


@pytest.mark.checklist(10)
@pytest.mark.parametrize(
    "document", ["http://x.example/c", "https://x.example", "https://x.example/c#f", "c"]
)
def test_a_client_metadata_document_has_an_https_address_with_a_path(
    document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(**{
        f"POST {URL}": protected, f"GET {META}": reply(metadata(client_id_metadata_document_supported=True))
    })  # fmt: skip
    made = attempt(world, monkeypatch, options=LoginOptions(client_metadata_url=document))
    assert made.error and "https URL" in str(made.error)


@pytest.mark.parametrize("place", ["https://evil.example/reg/1", "file:///x", "http://auth.example/reg/1"])
def test_the_token_that_manages_a_registration_goes_to_no_other_host(place: str) -> None:
    body = {"client_id": "c", "registration_access_token": "rat", "registration_client_uri": place}
    world = World(**{f"POST {URL}": protected, f"POST {ISSUER}/register": reply(body, 201)})
    adapters = build(world)
    login(adapters, SERVER)
    stored_credential = adapters.credentials().load(CredentialKey.of(URL))
    assert (
        stored_credential
        and stored_credential.registration
        and stored_credential.registration.registration_client_uri is None
    )
    assert stored_credential.registration.registration_access_token is None
