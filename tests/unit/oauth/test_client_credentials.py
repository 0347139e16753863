"""Client credentials, with a secret or a signed assertion (MCP's extension; RFC 7523)."""

import json
from functools import cache

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm

from keyrack.domain.errors import KeyrackError, LoginNeeded
from keyrack.domain.model import ClientSettings, Registration
from keyrack.domain.secret import Secret
from keyrack.oauth.assertion import choose_algorithm, client_assertion
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.refresh import refresh
from support.canned import ISSUER, META, PRM, URL, World, metadata, reply, rpc, unauthorized
from support.some import some
from support.workbench import SERVER, build

TOKEN = ISSUER + "/token"
MACHINE = SERVER._replace(
    client=ClientSettings(client_id="ci", scopes=("read",), grant_type="client_credentials")
)


@cache
def key(kind="ec"):
    return {
        "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
        "ec384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        "ed": ed25519.Ed25519PrivateKey.generate,
    }[kind]()


def pem(private, password=None):
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return Secret(private.private_bytes(encoding, form, lock).decode())


def world_for(**changes):
    """Metadata as an issuer for machines has it: no sign-in page, no PKCE."""
    fields = metadata(
        authorization_endpoint=None, code_challenge_methods_supported=None, registration_endpoint=None,
        grant_types_supported=["client_credentials"], **changes)  # fmt: skip

    def guarded(request):
        return rpc({"tools": []}) if "Authorization" in request.headers else unauthorized()

    return World(**{f"GET {META}": reply(fields), f"POST {URL}": guarded})


def test_a_machine_logs_in_with_its_secret_and_nobody_signs_in():
    world = world_for(token_endpoint_auth_methods_supported=["client_secret_basic"])
    adapters = build(world, browse=lambda url: pytest.fail("a browser was opened"))
    stored = login(adapters, MACHINE, LoginOptions(client_secret=Secret("s")))
    [request] = world.to(TOKEN)
    assert request.form == {
        "grant_type": "client_credentials", "scope": "read", "resource": URL, "client_id": "ci"}  # fmt: skip
    sent = request.headers["Authorization"]
    assert isinstance(sent, Secret) and sent.reveal().startswith("Basic ")
    assert stored.refreshable and stored.client_kind == "pre-registered"


def test_a_token_that_is_due_is_asked_for_anew_with_the_kept_secret():
    world = world_for()
    adapters = build(world)
    login(adapters, MACHINE, LoginOptions(client_secret=Secret("s")))
    world.routes[f"POST {TOKEN}"] = reply({"access_token": "at-2", "token_type": "Bearer", "expires_in": 90})
    refresh(adapters, MACHINE)
    assert get_token(adapters, MACHINE, min_valid=0).token == Secret("at-2")
    forms = [request.form for request in world.to(TOKEN)]
    assert [some(form)["grant_type"] for form in forms] == ["client_credentials"] * 2
    assert world.to(TOKEN)[1].headers["Authorization"] == world.to(TOKEN)[0].headers["Authorization"]


def test_the_next_login_takes_the_secret_from_the_keychain():
    world = world_for()
    adapters = build(world)
    login(adapters, MACHINE, LoginOptions(client_secret=Secret("s")))
    login(adapters, MACHINE)
    login(adapters, SERVER)  # the same address, without its configuration
    assert len({request.headers["Authorization"] for request in world.to(TOKEN)}) == 1


def test_a_changed_secret_is_login_needed_with_the_issuer_s_words():
    world = world_for()
    adapters = build(world)
    login(adapters, MACHINE, LoginOptions(client_secret=Secret("s")))
    world.routes[f"POST {TOKEN}"] = reply({"error": "invalid_client"}, 401)
    with pytest.raises(LoginNeeded, match="invalid_client"):
        refresh(adapters, MACHINE)


@pytest.mark.parametrize(
    ("settings", "command"),
    [
        (MACHINE.client, "keyrack login ci-1 --client-secret-stdin"),
        (ClientSettings(grant_type="client_credentials"),
         "keyrack login ci-1 --client-id CLIENT_ID --client-secret-stdin"),
    ],
)  # fmt: skip
def test_without_secret_or_id_it_says_how_to_give_them(settings, command):
    with pytest.raises(KeyrackError, match="client has no") as caught:
        login(build(world_for()), MACHINE._replace(name="ci-1", client=settings))
    assert caught.value.hint.split("\n")[-1] == command


def test_a_client_that_was_typed_once_is_named_where_its_secret_is_missing():
    adapters = build(world_for())
    options = LoginOptions(client_id="typed", client_secret=Secret("s"))
    login(adapters, MACHINE._replace(client=ClientSettings(grant_type="client_credentials")), options)
    with pytest.raises(KeyrackError, match="client has no secret") as caught:
        login(adapters, MACHINE, LoginOptions(client_id="other"))
    assert "--client-id other --client-secret-stdin" in caught.value.hint


def test_offline_access_is_not_asked_for_by_a_machine():
    world = world_for(scopes_supported=["read", "offline_access"])
    document = {"resource": URL, "authorization_servers": [ISSUER], "scopes_supported": ["read"]}
    world.routes[f"GET {PRM}"] = reply(document)
    machine = MACHINE._replace(client=MACHINE.client._replace(scopes=None))
    login(build(world), machine, LoginOptions(client_secret=Secret("s")))
    assert some(world.to(TOKEN)[0].form)["scope"] == "read"


def test_a_key_signs_a_new_assertion_for_the_issuer_each_time():
    world = world_for(token_endpoint_auth_methods_supported=["private_key_jwt"])
    adapters = build(world)
    login(adapters, MACHINE, LoginOptions(client_key=pem(key())))
    refresh(adapters, MACHINE)
    seen = []
    for request in world.to(TOKEN):
        form = some(request.form)
        assert str(form["client_assertion_type"]).endswith(":jwt-bearer")
        assert "Authorization" not in request.headers and "client_secret" not in form
        signed = form["client_assertion"]
        assert isinstance(signed, Secret)
        assertion = signed.reveal()
        claims = jwt.decode(assertion, key().public_key(), ["ES256"], audience=ISSUER)
        assert (claims["iss"], claims["sub"]) == ("ci", "ci")
        assert 0 < claims["exp"] - claims["iat"] <= 300
        seen.append(claims["jti"])
    assert len(set(seen)) == 2


@pytest.mark.parametrize(
    ("kind", "supported", "chosen"),
    [
        ("ec", None, "ES256"),
        ("ec384", None, "ES384"),
        ("rsa", None, "RS256"),
        ("rsa", ("PS256",), "PS256"),
        ("ed", ("RS256", "EdDSA"), "EdDSA"),
    ],
)
def test_the_algorithm_is_the_key_s_and_one_that_the_issuer_takes(kind, supported, chosen):
    secret = pem(key(kind))
    assert choose_algorithm(secret, supported) == chosen
    registration = Registration(ISSUER, "ci", "pre-registered", client_key=secret, signing_alg=chosen)
    assertion = client_assertion(registration, lambda: 1000.0).reveal()
    assert jwt.get_unverified_header(assertion)["alg"] == chosen


def test_a_jwk_brings_its_id_along():
    fields = json.loads(ECAlgorithm.to_jwk(key())) | {"kid": "k-1"}
    secret = Secret(json.dumps(fields))
    registration = Registration(ISSUER, "ci", "pre-registered", client_key=secret, signing_alg="ES256")
    assert jwt.get_unverified_header(client_assertion(registration).reveal())["kid"] == "k-1"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (Secret("hello"), "neither"),
        (Secret('{"kty": "EC"}'), "neither"),
        (Secret("{"), "neither"),
        (Secret("[]"), "neither"),
        (pem(key(), b"locked"), "passphrase"),
        (pem(rsa.generate_private_key(65537, 1024)), "2048"),
        (pem(ec.generate_private_key(ec.SECP256K1())), "not a private"),
    ],
)
def test_a_key_that_cannot_be_used_is_a_sentence_that_does_not_show_it(text, word):
    with pytest.raises(KeyrackError, match=word) as caught:
        choose_algorithm(text, None)
    assert text.reveal().strip() not in str(caught.value) + caught.value.hint


def test_a_public_key_is_not_a_private_one():
    public = key().public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)  # fmt: skip
    with pytest.raises(KeyrackError, match="neither"):
        choose_algorithm(Secret(public.decode()), None)
    jwk = Secret(ECAlgorithm.to_jwk(key().public_key()))
    with pytest.raises(KeyrackError, match="not a private"):
        choose_algorithm(jwk, None)


def test_a_kind_of_key_that_the_issuer_does_not_take_is_reported_before_anything_is_sent():
    world = world_for(token_endpoint_auth_signing_alg_values_supported=["RS256"])
    with pytest.raises(KeyrackError, match="does not accept"):
        login(build(world), MACHINE, LoginOptions(client_key=pem(key())))
    assert world.to(TOKEN) == []
