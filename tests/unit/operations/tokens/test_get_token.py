"""Getting and refreshing a token, with a canned network and credentials in memory."""

import threading

import pytest

from keyrack.domain.errors import KeyrackError, LoginNeeded, StoreLocked, Temporary
from keyrack.domain.model import CredentialKey, Header, Server
from keyrack.domain.secret import Secret
from keyrack.oauth.http import Failed
from keyrack.operations.servers.check import check
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.refresh import refresh
from support.canned import ISSUER, URL, World, reply
from support.some import some
from support.workbench import NOW, SERVER, accepts, build, stored_credential, stored_token

TOKEN, REVOKE = ISSUER + "/token", ISSUER + "/revoke"
INVALID_GRANT = reply({"error": "invalid_grant"}, 400)


def test_a_refresh_replaces_both_tokens():
    adapters = build()
    adapters.credentials().save(stored_credential(expires_at=NOW - 1))
    assert refresh(adapters, SERVER).expires_at == NOW + 60
    found = adapters.credentials().load(CredentialKey.of(URL))
    assert some(found).tokens.refresh_token == Secret("rt-1") and stored_token(adapters) == "at-1"


def test_twenty_threads_that_want_one_expired_token_cause_one_refresh():
    world = World()
    adapters = build(world)
    adapters.credentials().save(stored_credential(expires_at=NOW - 1))
    tokens, gate = [], threading.Barrier(20)

    def ask():
        gate.wait()
        tokens.append(get_token(adapters, SERVER, min_valid=30).token.reveal())

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tokens == ["at-1"] * 20 and len(world.to(TOKEN)) == 1


@pytest.mark.checklist(22)
def test_a_refused_grant_is_final_and_remembered():
    world = World(**{f"POST {TOKEN}": INVALID_GRANT})
    adapters = build(world)
    adapters.credentials().save(stored_credential(expires_at=NOW - 1))
    for _ in range(2):
        with pytest.raises(LoginNeeded, match="invalid_grant"):
            get_token(adapters, SERVER)
    assert len(world.to(TOKEN)) == 1
    assert some(some(adapters.credentials().record(CredentialKey.of(URL))).credential).refused_at == NOW


def test_a_refused_refresh_does_not_take_a_valid_token_with_it():
    adapters = build(World(**accepts("at-0"), **{f"POST {TOKEN}": INVALID_GRANT}))
    adapters.credentials().save(stored_credential(expires_at=NOW + 3000))
    for min_valid in (7200, 60):
        assert get_token(adapters, SERVER, min_valid=min_valid).token == Secret("at-0")
    credential = some(some(adapters.credentials().record(CredentialKey.of(URL))).credential)
    assert credential.refused_at is None and credential.refresh_refused_at == NOW
    assert "invalid_grant" in credential.refusal


def test_a_configured_token_that_the_server_refused_is_not_handed_out():
    header = Header("Authorization", "Bearer ${X}", Secret("Bearer mine"))
    server = SERVER._replace(headers=(header,))
    adapters = build(World(**accepts()))
    assert check(adapters, server).verdict == "refused"
    with pytest.raises(LoginNeeded, match="its configuration sends"):
        get_token(adapters, server)


@pytest.mark.checklist(22)
def test_a_server_error_is_temporary_and_keeps_the_credential(monkeypatch):
    monkeypatch.setattr("keyrack.operations.tokens.renewal.PAUSE", 0)
    adapters = build(World(**{f"POST {TOKEN}": reply(None, 503)}))
    adapters.credentials().save(stored_credential(expires_at=NOW - 1))
    with pytest.raises(Temporary):
        refresh(adapters, SERVER)
    assert some(adapters.credentials().load(CredentialKey.of(URL))).tokens.refresh_token == Secret("rt-0")
    assert some(some(adapters.credentials().record(CredentialKey.of(URL))).credential).refused_at is None


@pytest.mark.parametrize("fault", [INVALID_GRANT, reply(None, 503), Failed("down")])
def test_a_token_that_is_still_valid_is_given_out_although_its_refresh_fails(fault, monkeypatch):
    monkeypatch.setattr("keyrack.operations.tokens.renewal.PAUSE", 0)
    adapters = build(World(**accepts("at-0"), **{f"POST {TOKEN}": fault}))
    adapters.credentials().save(stored_credential(expires_at=NOW + 30))
    handed = get_token(adapters, SERVER)
    assert handed.token == Secret("at-0") and handed.notes


def test_a_token_that_is_good_enough_costs_no_request():
    world = World()
    adapters = build(world)
    adapters.credentials().save(stored_credential(expires_at=NOW + 120))
    assert get_token(adapters, SERVER, min_valid=100).token == Secret("at-0")
    assert world.asked == []


def test_more_validity_than_the_issuer_gives_is_refreshed_once_and_told():
    world = World()
    adapters = build(world)
    adapters.credentials().save(stored_credential(expires_at=NOW + 120))
    handed = get_token(adapters, SERVER, min_valid=300)
    assert handed.token == Secret("at-1") and "60 s" in handed.notes[0]
    assert len(world.to(TOKEN)) == 1


def test_nothing_stored_needs_a_login():
    for operation in (get_token, refresh):
        with pytest.raises(LoginNeeded):
            operation(build(), SERVER)


def test_a_configured_header_comes_before_what_is_stored():
    adapters = build()
    adapters.credentials().save(stored_credential())
    server = SERVER._replace(headers=(Header("authorization", "Bearer ${X}", Secret("Bearer mine")),))
    assert get_token(adapters, server).token == Secret("mine")
    empty = SERVER._replace(headers=(Header("authorization", "Bearer ${X}", Secret("Bearer ")),))
    assert get_token(adapters, empty).token == Secret("at-0")


def test_a_local_process_has_no_token():
    with pytest.raises(KeyrackError, match="local process"):
        get_token(build(), Server("local", transport="stdio"))


def test_a_token_known_to_be_refused_needs_a_login_even_while_the_store_is_locked(monkeypatch):
    adapters = build()
    credentials = adapters.credentials()
    credentials.save(stored_credential(expires_at=NOW + 3000))

    def load(key: CredentialKey) -> None:
        raise StoreLocked("The keychain is locked.")

    monkeypatch.setattr(credentials, "load", load)
    with pytest.raises(StoreLocked):
        get_token(adapters, SERVER)
    credentials.note(CredentialKey.of(URL), refusal=(NOW, "The server refused the token."))
    with pytest.raises(LoginNeeded, match="refused the token"):
        get_token(adapters, SERVER)
