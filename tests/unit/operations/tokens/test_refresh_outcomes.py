"""What a failed refresh leaves behind, and which token is still returned."""

from __future__ import annotations

from typing import Any

import pytest

from keyrack.domain.errors import ClientRefused, KeyrackError, LoginNeeded
from keyrack.domain.model import CredentialInfo, CredentialKey, StoredCredential
from keyrack.domain.secret import Secret
from keyrack.oauth.http import Response
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.refresh import refresh
from support.canned import ISSUER, URL, World, reply, rpc
from support.workbench import NOW, SERVER, build, stored_credential

TOKEN = f"{ISSUER}/token"
REFUSED = reply({"error": "invalid_client"}, 401)


def stored(adapters: Adapters) -> StoredCredential:
    found = adapters.credentials().load(CredentialKey.of(URL))
    assert found is not None
    return found


def facts(adapters: Adapters) -> CredentialInfo:
    record = adapters.credentials().record(CredentialKey.of(URL))
    assert record is not None and record.credential is not None
    return record.credential


@pytest.mark.parametrize(
    "answer",
    [
        Response(200, (("content-type", "text/html"),), b"<html>sign in to the network</html>"),
        Response(302, (("location", "https://portal.example/"),)),
        Response(403, (), b"<html>"),
        reply(None, 404),
        reply(None, 408),
        reply({"error": "invalid_request"}, 400),
        REFUSED,
    ],
    ids=["portal", "redirect", "403", "404", "408", "invalid_request", "invalid_client"],
)
def test_a_token_that_is_still_valid_is_given_out_whatever_the_issuer_answers(
    answer: Response, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keyrack.operations.tokens.renewal.PAUSE", 0)
    adapters = build(World(**{f"POST {TOKEN}": answer, f"POST {URL}": rpc({"tools": []})}))
    adapters.credentials().save(stored_credential(expires_at=NOW + 300))
    handed = get_token(adapters, SERVER, min_valid=600)
    assert handed.token == Secret("at-0") and handed.notes
    assert stored(adapters).tokens.refresh_token == Secret("rt-0")


def test_a_token_that_is_still_valid_is_given_out_where_the_disk_is_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    adapters = build(World())
    adapters.credentials().save(stored_credential(expires_at=NOW + 50))

    def full(*_: Any) -> None:
        raise KeyrackError("The record can't be written: no space left.")

    monkeypatch.setattr(type(adapters.credentials()), "renewing", full)
    assert get_token(adapters, SERVER).token == Secret("at-0")


def test_a_client_of_the_user_s_own_that_is_refused_costs_nothing_and_may_be_put_right() -> None:
    world = World(**{f"POST {TOKEN}": REFUSED})
    adapters = build(world)
    held = stored_credential(expires_at=NOW - 1)
    assert held.registration is not None
    adapters.credentials().save(held._replace(registration=held.registration._replace(kind="pre-registered")))
    with pytest.raises(ClientRefused):
        refresh(adapters, SERVER)
    assert facts(adapters).refused_at is None and facts(adapters).refreshable

    del world.routes[f"POST {TOKEN}"]
    world.routes.update(World().routes)
    assert get_token(adapters, SERVER).token == Secret("at-1")


def test_a_dynamic_client_that_the_issuer_forgot_needs_a_login_and_can_still_be_revoked() -> None:
    adapters = build(World(**{f"POST {TOKEN}": REFUSED}))
    adapters.credentials().save(stored_credential(expires_at=NOW - 1))
    for _ in range(2):
        with pytest.raises(LoginNeeded, match="invalid_client"):
            get_token(adapters, SERVER)
    assert facts(adapters).refused_at == NOW
    assert stored(adapters).tokens.refresh_token == Secret("rt-0")


@pytest.mark.parametrize("fault", [{"token_type": "mac"}, {"access_token": "two words"}])
def test_a_new_refresh_token_is_kept_although_the_access_token_is_of_no_use(fault: dict[str, str]) -> None:
    """The old one was spent for it."""
    good = {"access_token": "at-1", "token_type": "Bearer", "expires_in": 60, "refresh_token": "rt-1"}
    adapters = build(World(**{f"POST {TOKEN}": reply(good | fault)}))
    adapters.credentials().save(stored_credential(expires_at=NOW - 1))
    with pytest.raises(KeyrackError):
        refresh(adapters, SERVER)
    assert stored(adapters).tokens.refresh_token == Secret("rt-1")
    assert stored(adapters).tokens.access_token == Secret("at-0")
