"""Clearing and revoking a credential."""

import pytest

from keyrack.domain.model import CredentialKey
from keyrack.oauth.http import Failed
from keyrack.operations.clearing.clear import clear
from keyrack.operations.servers.check import check
from support.canned import ISSUER, URL, World, reply
from support.some import some
from support.workbench import SERVER, accepts, build, stored_credential, stored_token

TOKEN, REVOKE = ISSUER + "/token", ISSUER + "/revoke"
INVALID_GRANT = reply({"error": "invalid_grant"}, 400)


def test_clear_deletes_and_looks_again():
    adapters = build()
    adapters.credentials().save(stored_credential())
    assert [(line.what, line.outcome) for line in clear(adapters, SERVER).lines] == [
        ("Delete", "done"), ("Verified gone", "done"), ("Registration", "stays")]  # fmt: skip
    assert stored_token(adapters) is None


@pytest.mark.checklist("RFC 7009")
def test_revoke_tells_the_issuer_of_both_tokens_the_refresh_token_first():
    world = World(**{f"POST {REVOKE}": reply(None, 200)})
    adapters = build(world)
    adapters.credentials().save(stored_credential())
    assert clear(adapters, SERVER, revoke=True).lines[0].outcome == "done"
    assert [some(request.form)["token_type_hint"] for request in world.to(REVOKE)] == [
        "refresh_token",
        "access_token",
    ]


@pytest.mark.parametrize("answer", [Failed("down"), reply(None, 500)])
def test_offline_clear_still_clears(answer):
    adapters = build(World(**{f"POST {REVOKE}": answer}))
    adapters.credentials().save(stored_credential())
    receipt = clear(adapters, SERVER, revoke=True, forget=True)
    assert [line.outcome for line in receipt.lines] == ["failed", "not supported", "done", "done"]
    assert stored_token(adapters) is None


def test_after_a_clear_the_check_no_longer_speaks_of_the_token():
    adapters = build(World(**accepts("at-0")))
    adapters.credentials().save(stored_credential())
    check(adapters, SERVER)
    clear(adapters, SERVER)
    assert some(some(adapters.credentials().record(CredentialKey.of(URL))).check).verdict == "required"
