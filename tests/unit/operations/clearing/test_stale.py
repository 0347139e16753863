"""Which credentials are stale, and clearing them."""

import pytest

from keyrack.domain.errors import StoreLocked
from keyrack.domain.model import CredentialKey, Server, Source
from keyrack.domain.reading import Place, Reading
from keyrack.domain.secret import Secret
from keyrack.oauth.http import Failed
from keyrack.operations.clearing.clear import clear
from keyrack.operations.clearing.stale import clear_stale, find_stale
from keyrack.operations.tokens.set_token import Typed, set_token
from support.canned import ISSUER, META, URL, World, metadata, reply
from support.some import some
from support.workbench import NOW, SERVER, build, stored_credential

OIDC = ISSUER + "/.well-known/openid-configuration"


def parts_with(*grants, world=None, servers=(SERVER,)):
    adapters = build(world or World(), servers=servers)
    for each in grants:
        adapters.credentials().save(each)
    return adapters


def whys(adapters, **options):
    return [stale.why for stale in find_stale(adapters, **options)]


def test_a_good_credential_is_not_stale():
    assert whys(parts_with(stored_credential())) == []
    assert whys(parts_with(stored_credential(expires_at=NOW - 5))) == []  # it can be refreshed


def test_expired_without_refresh():
    [why] = whys(parts_with(stored_credential(refresh=None, expires_at=NOW - 5)))
    assert why == "It has expired and can't be refreshed."


def test_refused_is_told_with_when_and_why():
    adapters = parts_with(stored_credential())
    adapters.credentials().note(CredentialKey.of(URL), refusal=(0.0, "invalid_grant."))
    assert whys(adapters) == ["It was refused on 1970-01-01: invalid_grant."]


def test_a_refused_refresh_is_stale_once_the_access_token_has_expired():
    why = "Its refresh was refused on 1970-01-01: invalid_grant."
    for expires_at, told in ((NOW - 5, [why]), (NOW + 5, []), (None, [])):
        adapters = parts_with(stored_credential(expires_at=expires_at))
        adapters.credentials().note(CredentialKey.of(URL), refresh_refusal=(0.0, "invalid_grant."))
        assert whys(adapters) == told


def test_orphaned():
    assert whys(parts_with(stored_credential(), servers=())) == ["No program lists this server any more."]


def test_with_a_file_that_cannot_be_read_nothing_is_orphaned():
    adapters = parts_with(stored_credential(), servers=())
    broken = Reading((), (), (Place("Cursor", "/c", "broken"),))
    assert whys(adapters._replace(read=lambda: broken)) == []


@pytest.mark.parametrize("sources", [(), (Source("Cursor", "/p/.cursor/mcp.json", "x", "project /p"),)])
def test_what_was_named_by_its_address_or_by_a_project_alone_is_no_orphan_elsewhere(sources):
    adapters = build(World(), servers=())
    set_token(adapters, SERVER._replace(sources=sources), Typed({"token": Secret("t")}), try_it=False)
    assert whys(adapters) == []
    set_token(adapters, SERVER, Typed({"token": Secret("t")}), try_it=False)
    assert whys(adapters) == ["No program lists this server any more."]


def test_a_client_s_secret_that_ran_out():
    registration = some(stored_credential().registration)._replace(
        client_secret=Secret("s"), secret_expires_at=NOW - 1
    )
    [why] = whys(parts_with(stored_credential()._replace(registration=registration)))
    assert "secret expired on 1970-01-12" in why


@pytest.mark.parametrize(
    ("answer", "gone"),
    [(reply(None, 404), True), (reply(None, 410), True), (Failed("no network"), False),
     (reply(None, 503), False), (reply(metadata()), False)],
)  # fmt: skip
def test_an_issuer_is_gone_only_when_its_host_says_so(answer, gone):
    world = World(**{f"GET {META}": answer})
    assert whys(parts_with(stored_credential(), world=world)) == (
        [f"Its issuer {ISSUER} no longer exists."] if gone else []
    )
    assert whys(parts_with(stored_credential(), world=world), ask_issuers=False) == []


def test_an_issuer_is_asked_once_for_all_its_credentials():
    other = Server("other", "https://mcp.example/other", sources=(Source("Cursor", "/c", "other"),))
    world = World(**{f"GET {META}": reply(None, 404)})
    second = stored_credential()._replace(url="https://mcp.example/other")
    assert len(whys(parts_with(stored_credential(), second, world=world, servers=(SERVER, other)))) == 2
    assert len(world.to(META)) == len(world.to(OIDC)) == 1


def test_what_is_ticked_is_cleared_and_the_rest_stays():
    other = Server("other", "https://mcp.example/other", sources=(Source("Cursor", "/c", "other"),))
    dead = {"refresh": None, "expires_at": NOW - 5}
    adapters = parts_with(
        stored_credential(**dead),
        stored_credential(**dead)._replace(url="https://mcp.example/other"),
        servers=(SERVER, other),
    )
    first, second = find_stale(adapters)
    [(_, receipt)] = clear_stale(adapters, [first])
    assert receipt.ok and [stale.server.name for stale in find_stale(adapters)] == [second.server.name]


def test_one_that_cannot_be_deleted_keeps_no_other(monkeypatch):
    other = Server("other", "https://mcp.example/other", sources=(Source("Cursor", "/c", "other"),))
    dead = {"refresh": None, "expires_at": NOW - 5}
    adapters = parts_with(
        stored_credential(**dead),
        stored_credential(**dead)._replace(url="https://mcp.example/other"),
        servers=(SERVER, other),
    )
    delete = adapters.credentials().delete

    def half(key):
        if key.url == URL:
            raise StoreLocked("The keychain is locked.")
        return delete(key)

    monkeypatch.setattr(adapters.credentials(), "delete", half)
    told = []
    results = clear_stale(adapters, find_stale(adapters), on_one=lambda stale, receipt: told.append(stale))
    assert [receipt.ok for _, receipt in results] == [False, True] and len(told) == 2


@pytest.mark.parametrize("revoke", [True, False])
def test_what_was_logged_in_anew_since_the_list_was_made_stays(revoke):
    dead, new = stored_credential(refresh=None, expires_at=NOW - 5), stored_credential(access="at-NEW")
    world = World()
    adapters = parts_with(dead, world=world)
    found = find_stale(adapters, ask_issuers=False)
    adapters.credentials().save(new._replace(credential=new.credential._replace(obtained_at=NOW)))
    [(_, receipt)] = clear_stale(adapters, found, revoke=revoke)
    assert receipt.lines == (("Delete", "nothing to do", "it was renewed in the meantime"),)
    assert some(adapters.credentials().load(CredentialKey.of(URL))).tokens.access_token.reveal() == "at-NEW"
    assert world.asked == []


# Revocation, in all its answers (RFC 7009, section 2.2).

UNSUPPORTED = reply({"error": "unsupported_token_type"}, 400)


@pytest.mark.parametrize(
    ("refresh", "access", "outcome", "word"),
    [
        (reply(None), reply(None), "done", ISSUER),
        (reply(None), UNSUPPORTED, "done", "can't revoke the access token"),
        (UNSUPPORTED, reply(None), "done", "can't revoke the refresh token"),
        (UNSUPPORTED, UNSUPPORTED, "not supported", "does not revoke tokens of this kind"),
        (reply(None, 503), reply(None), "failed", "503"),
        (Failed("no network"), reply(None), "failed", "no network"),
    ],
)
def test_what_the_issuer_answers_is_told_and_the_credential_goes_all_the_same(refresh, access, outcome, word):
    answers = {"refresh_token": refresh, "access_token": access}
    world = World(**{f"POST {ISSUER}/revoke": lambda request: answers[request.form["token_type_hint"]]})
    adapters = parts_with(stored_credential(), world=world)
    receipt = clear(adapters, SERVER, revoke=True)
    [line] = [line for line in receipt.lines if line.what == "Revoke"]
    assert (line.outcome, word in line.detail) == (outcome, True)
    assert adapters.credentials().load(CredentialKey.of(URL)) is None
