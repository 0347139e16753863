"""Checking a server, and how the result affects the stored credential."""

import pytest

from keyrack.domain.errors import LoginNeeded
from keyrack.domain.model import CredentialKey
from keyrack.oauth.http import Failed, Response
from keyrack.operations.servers.check import check
from keyrack.operations.tokens.get_token import get_token
from support.canned import ISSUER, URL, World, reply, unauthorized
from support.some import some
from support.workbench import NOW, SERVER, accepts, build, stored_credential, stored_token

TOKEN, REVOKE = ISSUER + "/token", ISSUER + "/revoke"
INVALID_GRANT = reply({"error": "invalid_grant"}, 400)


def test_a_refused_token_is_refreshed_once_and_then_remembered_as_refused():
    adapters = build(World(**accepts("at-1")))
    adapters.credentials().save(stored_credential())
    assert check(adapters, SERVER).verdict == "accepted"
    assert stored_token(adapters) == "at-1"

    hopeless = build(World(**accepts()))
    hopeless.credentials().save(stored_credential())
    assert check(hopeless, SERVER).verdict == "refused"
    with pytest.raises(LoginNeeded):
        get_token(hopeless, SERVER)


@pytest.mark.parametrize("refresh_token", [None, "rt-0"])
def test_a_refusal_is_not_put_down_to_a_login_that_came_in_between(refresh_token):
    old = stored_credential(refresh=refresh_token)
    new = stored_credential(access="at-NEW", refresh=refresh_token)
    new = new._replace(credential=new.credential._replace(obtained_at=NOW + 1))

    def answer(request):
        sent = request.headers["Authorization"].reveal()
        if sent != "Bearer at-NEW":
            adapters.credentials().save(new)  # while the answer is on its way
        return unauthorized()

    adapters = build(World(**{f"POST {URL}": answer, f"POST {TOKEN}": INVALID_GRANT}))
    adapters.credentials().save(old)
    check(adapters, SERVER)
    found = adapters.credentials().load(CredentialKey.of(URL))
    assert (
        found is not None
        and found.tokens.access_token.reveal() == "at-NEW"
        and found.credential.refused_at is None
    )


def test_a_network_failure_is_a_verdict_and_never_a_refusal():
    adapters = build(World(**{f"POST {URL}": Failed("no route")}))
    adapters.credentials().save(stored_credential())
    assert check(adapters, SERVER).verdict == "unreachable"
    assert some(some(adapters.credentials().record(CredentialKey.of(URL))).credential).refused_at is None


def test_a_credential_that_cannot_be_refreshed_now_is_told_with_the_reason():
    slow = Response(429, (("Retry-After", "30"),), b"")
    adapters = build(World(**{f"POST {ISSUER}/token": slow}))
    adapters.credentials().save(stored_credential(expires_at=NOW - 5))
    found = check(adapters, SERVER)
    assert found.verdict == "unreachable" and "30" in found.reason
    assert some(adapters.credentials().record(CredentialKey.of(URL))).check == found
