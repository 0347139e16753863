"""Lines 9-12 of the checklist."""

import pytest

from keyrack.domain.errors import ClientNeeded, KeyrackError, RedirectUriRefused, Temporary
from keyrack.domain.model import ClientSettings, Registration
from keyrack.domain.secret import Secret
from keyrack.oauth.authorization_server import AuthorizationServer
from keyrack.oauth.http import Failed
from keyrack.oauth.registration import known, register
from support.canned import ISSUER, REDIRECT, World, play, reply

SERVER = AuthorizationServer(ISSUER, ISSUER + "/authorize", ISSUER + "/token", ISSUER + "/register")
STORED = Registration(ISSUER, "old", "dynamic", redirect_uris=(REDIRECT,))
CIMD = SERVER._replace(client_id_metadata_document_supported=True)


@pytest.mark.checklist(9)
def test_9_a_pre_registered_client_comes_first():
    found = known(
        CIMD, ClientSettings(client_id="mine", client_metadata_url="https://k.example/c"), STORED, REDIRECT, 0
    )
    assert found and (found.client_id, found.kind) == ("mine", "pre-registered")


@pytest.mark.checklist(9, 10)
def test_9_then_the_metadata_document_where_the_issuer_takes_one():
    settings = ClientSettings(client_metadata_url="https://k.example/c")
    found = known(CIMD, settings, STORED, REDIRECT, 0)
    assert found and (found.client_id, found.kind) == ("https://k.example/c", "metadata-document")
    assert known(SERVER, settings, STORED, REDIRECT, 0) == STORED


@pytest.mark.checklist(11, 12)
@pytest.mark.parametrize(
    "stored",
    [
        STORED._replace(issuer="https://other.example"),  # 12
        STORED._replace(redirect_uris=("http://127.0.0.1:9/callback",)),
        STORED._replace(client_secret=Secret("s"), secret_expires_at=1000.0),  # 11
        None,
    ],
)
def test_a_registration_that_does_not_fit_is_not_used(stored):
    assert known(SERVER, ClientSettings(), stored, REDIRECT, 1000.0) is None


def test_a_client_typed_at_an_earlier_login_is_used_again_with_its_secret():
    typed = Registration(ISSUER, "mine", "pre-registered", Secret("s"), "client_secret_basic")
    assert known(SERVER, ClientSettings(), typed, REDIRECT, 0) == typed
    assert known(SERVER, ClientSettings(client_id="mine"), typed, REDIRECT, 0) == typed
    other = known(SERVER, ClientSettings(client_id="other"), typed, REDIRECT, 0)
    assert other and other.client_secret is None


@pytest.mark.checklist(12)
def test_12_a_client_typed_for_an_issuer_never_goes_to_another():
    typed = Registration("https://other.example", "mine", "pre-registered", Secret("s"))
    with pytest.raises(ClientNeeded, match=r"other\.example") as caught:
        known(SERVER, ClientSettings(), typed, REDIRECT, 0)
    assert (caught.value.issuer, caught.value.redirect_uri) == (ISSUER, REDIRECT)  # where one is needed now


@pytest.mark.checklist(12)
def test_12_a_pre_registered_client_of_another_issuer_is_an_error():
    with pytest.raises(KeyrackError, match=r"other\.example"):
        known(SERVER, ClientSettings(client_id="c", issuer="https://other.example"), None, REDIRECT, 0)


@pytest.mark.checklist(20)
@pytest.mark.parametrize(
    ("supported", "method"),
    [
        (None, "client_secret_basic"),
        (("client_secret_post",), "client_secret_post"),
        (("none", "client_secret_basic"), "client_secret_basic"),
        (("client_secret_post", "client_secret_basic"), "client_secret_post"),
        (("client_secret_basic", "client_secret_post"), "client_secret_basic"),
    ],
)
def test_20_a_pre_registered_secret_is_sent_as_the_server_says(supported, method):
    settings = ClientSettings(client_id="c", client_secret=Secret("s"))
    server = SERVER._replace(token_endpoint_auth_methods_supported=supported)
    found = known(server, settings, None, REDIRECT, 0)
    assert found and found.auth_method == method


@pytest.mark.checklist(11)
def test_11_dynamic_registration_says_that_we_are_a_native_app_that_refreshes():
    world = World()
    registration = play(register(SERVER, REDIRECT, ("read",), "keyrack"), world).result
    wanted = world.asked[0].json
    assert wanted["application_type"] == "native"
    assert wanted["grant_types"] == ["authorization_code", "refresh_token"]
    assert wanted["redirect_uris"] == [REDIRECT] and wanted["scope"] == "read"
    assert (registration.client_id, registration.issuer) == ("dyn-1", ISSUER)


@pytest.mark.parametrize("scopes", [("openid", "offline_access"), ("offline_access",), ()])
def test_a_client_that_asks_for_a_refresh_token_alone_is_registered_for_all_scopes(scopes):
    world, server = World(), SERVER._replace(scopes_supported=("openid", "offline_access"))
    play(register(server, REDIRECT, scopes, "keyrack"), world)
    assert "scope" not in world.asked[0].json


def test_only_scopes_that_the_issuer_lists_are_registered():
    world = World()
    server = SERVER._replace(scopes_supported=("openid", "offline_access"))
    play(register(server, REDIRECT, ("mcp:read", "offline_access"), "keyrack"), world)
    assert world.asked[0].json["scope"] == "offline_access"


@pytest.mark.checklist(11, 20)
def test_11_a_returned_secret_is_used_as_the_reply_says():
    body = {
        "client_id": "c",
        "client_secret": "s",
        "token_endpoint_auth_method": "client_secret_post",
        "client_secret_expires_at": 0,
        "registration_access_token": "rat",
        "registration_client_uri": ISSUER + "/register/c",
    }
    found = play(
        register(SERVER, REDIRECT, (), "k"), World(**{f"POST {ISSUER}/register": reply(body, 201)})
    ).result
    assert found.auth_method == "client_secret_post" and found.client_secret == Secret("s")
    assert found.secret_expires_at is None and found.registration_access_token == Secret("rat")


@pytest.mark.checklist(11, 20)
@pytest.mark.parametrize(
    ("supported", "secret", "asked", "method"),
    [
        (("client_secret_post", "client_secret_basic"), "s", "client_secret_post", "client_secret_post"),
        (("client_secret_basic", "client_secret_post"), "s", "client_secret_basic", "client_secret_basic"),
        (("private_key_jwt", "client_secret_post"), "s", "client_secret_post", "client_secret_post"),
        (None, "s", "client_secret_basic", "client_secret_basic"),
        (("none", "client_secret_post", "client_secret_basic"), "s", "none", "client_secret_post"),
        (("none", "client_secret_basic", "client_secret_post"), "s", "none", "client_secret_basic"),
        (("none",), "s", "none", "none"),  # it takes no secret, whatever it hands out
        (("none", "client_secret_post"), None, "none", "none"),
        (("client_secret_post",), None, "client_secret_post", "none"),
    ],
)
def test_11_a_reply_that_names_no_method_means_the_one_that_was_asked_for(supported, secret, asked, method):
    body = {"client_id": "c"} | ({"client_secret": secret} if secret else {})
    world = World(**{f"POST {ISSUER}/register": reply(body, 201)})
    server = SERVER._replace(token_endpoint_auth_methods_supported=supported)
    found = play(register(server, REDIRECT, (), "k"), world).result
    assert world.asked[0].json["token_endpoint_auth_method"] == asked
    assert found.auth_method == method
    assert (found.client_secret is not None) == (method != "none")


@pytest.mark.parametrize("named", ["none", "client_secret_basic", "client_secret_post"])
def test_a_method_that_the_reply_names_wins_over_the_one_that_was_asked_for(named):
    body = {"client_id": "c", "client_secret": "s", "token_endpoint_auth_method": named}
    server = SERVER._replace(token_endpoint_auth_methods_supported=("client_secret_post",))
    world = World(**{f"POST {ISSUER}/register": reply(body, 201)})
    assert play(register(server, REDIRECT, (), "k"), world).result.auth_method == named


@pytest.mark.checklist(12)
def test_12_a_pre_registered_client_stays_with_the_issuer_of_its_last_login():
    stored = Registration("https://other.example", "mine", "pre-registered", Secret("s"))
    with pytest.raises(KeyrackError, match=r"other\.example"):
        known(SERVER, ClientSettings(client_id="mine", client_secret=Secret("s")), stored, REDIRECT, 0)


@pytest.mark.parametrize("expires", [float("inf"), 10**400, "soon", True, [], -1, 0])
def test_a_senseless_expiry_of_the_secret_is_none(expires):
    body = {"client_id": "c", "client_secret": "s", "client_secret_expires_at": expires}
    found = play(register(SERVER, REDIRECT, (), "k"), World(**{f"POST {ISSUER}/register": reply(body, 201)}))
    assert found.result.secret_expires_at is None


@pytest.mark.parametrize("field", ["client_id", "client_secret"])
def test_half_a_surrogate_pair_is_no_text(field):
    body = {"client_id": "c", "client_secret": "s", field: "\ud800"}
    world = World(**{f"POST {ISSUER}/register": reply(body, 201)})
    try:
        registration = play(register(SERVER, REDIRECT, (), "k"), world).result
    except KeyrackError:
        assert field == "client_id"
    else:
        assert registration.client_secret is None


@pytest.mark.checklist(11)
@pytest.mark.parametrize(
    ("answer", "kind", "word"),
    [
        (
            reply({"error": "invalid_redirect_uri", "error_description": "no loopback"}, 400),
            RedirectUriRefused,
            "no loopback",
        ),
        (reply(None, 403), ClientNeeded, "403"),
        (reply(None, 500), Temporary, "500"),
        (Failed("down"), Temporary, "down"),
        (reply(b"<html>", 201), KeyrackError, "not JSON"),
        (reply({}, 201), KeyrackError, "client ID"),
        (reply({"client_id": 7}, 201), KeyrackError, "client ID"),
        (
            reply({"client_id": "c", "redirect_uris": ["https://evil.example/"]}, 201),
            RedirectUriRefused,
            "redirect URI",
        ),
        (
            reply({"client_id": "c", "token_endpoint_auth_method": "tls_client_auth"}, 201),
            KeyrackError,
            "does not support",
        ),
    ],
)
def test_a_refused_registration_says_why(answer, kind, word):
    with pytest.raises(KeyrackError, match=word) as caught:
        play(register(SERVER, REDIRECT, (), "k"), World(**{f"POST {ISSUER}/register": answer}))
    assert type(caught.value) is kind


def test_a_refusal_gives_the_exact_redirect_uri_to_copy():
    with pytest.raises(ClientNeeded) as caught:
        play(register(SERVER, REDIRECT, (), "k"), World(**{f"POST {ISSUER}/register": reply(None, 403)}))
    assert caught.value.redirect_uri == REDIRECT


@pytest.mark.checklist(9)
def test_9_without_registration_endpoint_the_user_is_asked_for_a_client_id():
    with pytest.raises(ClientNeeded, match="no dynamic registration") as caught:
        play(register(SERVER._replace(registration_endpoint=None), REDIRECT, (), "k"), World())
    assert (caught.value.issuer, caught.value.redirect_uri) == (ISSUER, REDIRECT)
