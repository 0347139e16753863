"""What counts as stale, and clearing it."""

import pytest

from keyrack.domain.errors import StoreLocked
from keyrack.domain.model import Server, Source
from keyrack.domain.reading import Place, Reading
from keyrack.domain.secret import Secret
from keyrack.oauth.effects import Failed
from keyrack.operations.clearing.clear import clear
from keyrack.operations.clearing.stale import clear_stale, find_stale
from keyrack.operations.tokens.set_token import Typed, set_token
from support.canned import ISSUER, META, URL, World, metadata, reply
from support.workbench import NOW, SERVER, build, grant

OIDC = ISSUER + "/.well-known/openid-configuration"


def parts_with(*grants, world=None, servers=(SERVER,)):
    parts = build(world or World(), servers=servers)
    for each in grants:
        parts.rack().save(each)
    return parts


def whys(parts, **options):
    return [stale.why for stale in find_stale(parts, **options)]


def test_a_good_credential_is_not_stale():
    assert whys(parts_with(grant())) == []
    assert whys(parts_with(grant(expires_at=NOW - 5))) == []  # it can be refreshed


def test_expired_without_refresh():
    [why] = whys(parts_with(grant(refresh=None, expires_at=NOW - 5)))
    assert why == "It has expired and can't be refreshed."


def test_refused_is_told_with_when_and_why():
    parts = parts_with(grant())
    parts.rack().note(URL, "default", refusal=(0.0, "invalid_grant."))
    assert whys(parts) == ["It was refused on 1970-01-01: invalid_grant."]


def test_a_refused_refresh_is_stale_once_the_access_token_has_expired():
    why = "Its refresh was refused on 1970-01-01: invalid_grant."
    for expires_at, told in ((NOW - 5, [why]), (NOW + 5, []), (None, [])):
        parts = parts_with(grant(expires_at=expires_at))
        parts.rack().note(URL, "default", refresh_refusal=(0.0, "invalid_grant."))
        assert whys(parts) == told


def test_orphaned():
    assert whys(parts_with(grant(), servers=())) == ["No program lists this server any more."]


def test_with_a_file_that_cannot_be_read_nothing_is_orphaned():
    parts = parts_with(grant(), servers=())
    broken = Reading((), (), (Place("Cursor", "/c", "broken"),))
    assert whys(parts._replace(read=lambda: broken)) == []


@pytest.mark.parametrize("sources", [(), (Source("Cursor", "/p/.cursor/mcp.json", "x", "project /p"),)])
def test_what_was_named_by_its_address_or_by_a_project_alone_is_no_orphan_elsewhere(sources):
    parts = build(World(), servers=())
    set_token(parts, SERVER._replace(sources=sources), Typed({"token": Secret("t")}), try_it=False)
    assert whys(parts) == []
    set_token(parts, SERVER, Typed({"token": Secret("t")}), try_it=False)
    assert whys(parts) == ["No program lists this server any more."]


def test_a_client_s_secret_that_ran_out():
    registration = grant().registration._replace(client_secret=Secret("s"), secret_expires_at=NOW - 1)
    [why] = whys(parts_with(grant()._replace(registration=registration)))
    assert "secret expired on 1970-01-12" in why


@pytest.mark.parametrize(
    ("answer", "gone"),
    [(reply(None, 404), True), (reply(None, 410), True), (Failed("no network"), False),
     (reply(None, 503), False), (reply(metadata()), False)],
)  # fmt: skip
def test_an_issuer_is_gone_only_when_its_host_says_so(answer, gone):
    world = World(**{f"GET {META}": answer})
    assert whys(parts_with(grant(), world=world)) == (
        [f"Its issuer {ISSUER} no longer exists."] if gone else []
    )
    assert whys(parts_with(grant(), world=world), ask_issuers=False) == []


def test_an_issuer_is_asked_once_for_all_its_credentials():
    other = Server("other", "https://mcp.example/other", sources=(Source("Cursor", "/c", "other"),))
    world = World(**{f"GET {META}": reply(None, 404)})
    second = grant()._replace(url="https://mcp.example/other")
    assert len(whys(parts_with(grant(), second, world=world, servers=(SERVER, other)))) == 2
    assert len(world.to(META)) == len(world.to(OIDC)) == 1


def test_what_is_ticked_is_cleared_and_the_rest_stays():
    other = Server("other", "https://mcp.example/other", sources=(Source("Cursor", "/c", "other"),))
    dead = {"refresh": None, "expires_at": NOW - 5}
    parts = parts_with(
        grant(**dead), grant(**dead)._replace(url="https://mcp.example/other"), servers=(SERVER, other)
    )
    first, second = find_stale(parts)
    [(_, receipt)] = clear_stale(parts, [first])
    assert receipt.ok and [stale.server.name for stale in find_stale(parts)] == [second.server.name]


def test_one_that_cannot_be_deleted_keeps_no_other(monkeypatch):
    other = Server("other", "https://mcp.example/other", sources=(Source("Cursor", "/c", "other"),))
    dead = {"refresh": None, "expires_at": NOW - 5}
    parts = parts_with(
        grant(**dead), grant(**dead)._replace(url="https://mcp.example/other"), servers=(SERVER, other)
    )
    remove = parts.rack().remove

    def half(url, account, name):
        if url == URL:
            raise StoreLocked("The keychain is locked.")
        return remove(url, account, name)

    monkeypatch.setattr(parts.rack(), "remove", half)
    told = []
    results = clear_stale(parts, find_stale(parts), on_one=lambda stale, receipt: told.append(stale))
    assert [receipt.ok for _, receipt in results] == [False, True] and len(told) == 2


@pytest.mark.parametrize("revoke", [True, False])
def test_what_was_logged_in_anew_since_the_list_was_made_stays(revoke):
    dead, new = grant(refresh=None, expires_at=NOW - 5), grant(access="at-NEW")
    world = World()
    parts = parts_with(dead, world=world)
    found = find_stale(parts, ask_issuers=False)
    parts.rack().save(new._replace(credential=new.credential._replace(obtained_at=NOW)))
    [(_, receipt)] = clear_stale(parts, found, revoke=revoke)
    assert receipt.lines == (("Delete", "nothing to do", "it was renewed in the meantime"),)
    assert parts.rack().load(URL, "default").tokens.access_token.reveal() == "at-NEW"
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
    parts = parts_with(grant(), world=world)
    receipt = clear(parts, SERVER, revoke=True)
    [line] = [line for line in receipt.lines if line.what == "Revoke"]
    assert (line.outcome, word in line.detail) == (outcome, True)
    assert parts.rack().load(URL, "default") is None
