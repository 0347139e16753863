"""Lines 13-19 of the checklist."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.secret import Secret
from keyrack.domain.vendor import UNKNOWN, Vendor
from keyrack.oauth.authorization_server import AuthorizationServer
from keyrack.oauth.authorize import (
    account_parameters,
    authorization_url,
    check_answer,
    choose_scopes,
    new_pkce,
    new_state,
    request_parameters,
)
from keyrack.oauth.challenge import Challenge
from keyrack.oauth.protected_resource import ProtectedResource

ISSUER = "https://auth.example"
SERVER = AuthorizationServer(ISSUER, ISSUER + "/authorize", ISSUER + "/token")
PROTECTED = ProtectedResource("https://a.example/mcp", (ISSUER,), ("read", "write"))
STATE = Secret("state-1")


@pytest.mark.checklist(8)
def test_pkce_is_s256_of_a_fresh_verifier():
    one, two = new_pkce(), new_pkce()
    digest = hashlib.sha256(one.verifier.reveal().encode()).digest()
    assert one.challenge == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert one.verifier != two.verifier and 43 <= len(one.verifier) <= 128
    assert new_state() != new_state()


@pytest.mark.checklist(17)
@pytest.mark.parametrize(
    ("challenge", "protected", "supported", "configured", "added", "expected"),
    [
        ("a b", PROTECTED, None, None, (), ("a", "b")),
        ("", PROTECTED, None, None, (), ("read", "write")),
        ("", None, None, None, (), ()),
        ("a", PROTECTED, ("a", "offline_access"), None, (), ("a", "offline_access")),
        ("a", PROTECTED, ("a",), None, (), ("a",)),
        ("a", PROTECTED, ("openid", "offline_access"), None, (), ("a", "openid", "offline_access")),
        ("", None, ("openid", "offline_access", "a"), None, (), ("openid", "offline_access")),
        ("a offline_access", None, ("openid",), None, (), ("a", "offline_access", "openid")),
        ("", None, ("openid",), None, (), ()),
        ("a", PROTECTED, ("openid", "email"), None, (), ("a",)),
        ("", None, ("offline_access",), None, (), ()),
        ("a", PROTECTED, ("openid", "offline_access"), ("mine",), (), ("mine",)),
        ("a", PROTECTED, None, None, ("b", "a"), ("a", "b")),
    ],
)
def test_17_the_scopes_asked_for(challenge, protected, supported, configured, added, expected):
    server = SERVER._replace(scopes_supported=supported)
    found = choose_scopes(Challenge("Bearer", {"scope": challenge}), protected, server, configured, added)
    assert found == expected


@pytest.mark.parametrize(
    ("scopes", "consent", "prompt"),
    [
        (("a", "offline_access"), True, "consent"),
        (("openid", "offline_access"), True, "consent"),
        (("a", "offline_access"), False, None),
        (("a", "openid"), True, None),
        ((), True, None),
    ],
)
def test_consent_goes_with_offline_access_unless_the_vendor_forbids_it(scopes, consent, prompt):
    sent = request_parameters(
        client_id="c",
        redirect_uri="r",
        state=STATE,
        pkce=new_pkce(),
        scopes=scopes,
        resource=None,
        consent=consent,
    )
    assert sent.get("prompt") == prompt


def test_scopes_that_are_none_are_left_out_and_too_many_are_refused():
    odd = PROTECTED._replace(scopes_supported=("read", "emoji-\U0001f600", 'quo"te', "a b"))
    assert choose_scopes(None, odd, SERVER, None) == ("read",)
    many = PROTECTED._replace(scopes_supported=tuple(f"scope-{n}" for n in range(10_000)))
    short = PROTECTED._replace(scopes_supported=tuple(str(n) for n in range(600)))
    for wanted, count in ((many, 10_000), (short, 600)):
        with pytest.raises(KeyrackError, match=f"{count} scopes"):
            choose_scopes(None, wanted, SERVER, None)
    assert choose_scopes(None, many, SERVER, ("mine",)) == ("mine",)


@pytest.mark.checklist(14)
def test_14_the_resource_is_sent_verbatim_and_the_endpoints_own_query_stays():
    parameters = request_parameters(
        client_id="c",
        redirect_uri="http://127.0.0.1:8085/callback",
        state=STATE,
        pkce=new_pkce(),
        scopes=("read",),
        resource="https://A.example/mcp",
    )
    query = parse_qs(urlsplit(authorization_url(ISSUER + "/authorize?tenant=7", parameters)).query)
    assert query["resource"] == ["https://A.example/mcp"]
    assert query["tenant"] == ["7"]
    assert query["code_challenge_method"] == ["S256"]
    assert query["state"] == ["state-1"]


@pytest.mark.parametrize(
    "query",
    [
        "redirect_uri=https%3A%2F%2Fevil.example%2F",
        "client_id=evil",
        "a=1&state=",
        "response_type=token",
        "request_uri=urn:x",
        "response_mode=fragment",
        "%73tate=x",
    ],
)
def test_an_endpoint_that_answers_for_the_client_is_refused(query):
    with pytest.raises(KeyrackError, match=r"sign-in page at https://auth\.example already contains"):
        authorization_url(f"{ISSUER}/authorize?{query}", {"state": "s"})


def test_the_address_that_is_shown_and_copied_has_nothing_odd_in_it():
    url = authorization_url("https://bücher.example/é$(id)'", {"state": "s"})
    assert url == "https://xn--bcher-kva.example/%C3%A9%24%28id%29%27?state=s"


def test_an_error_s_words_are_shown_without_what_acts_on_a_terminal():
    answer = {"state": "state-1", "error": "x\x1b[2J\u202e", "error_description": "a\r\nb\x9b1m"}
    with pytest.raises(KeyrackError) as caught:
        check_answer({key: Secret(value) for key, value in answer.items()}, state=STATE, server=SERVER)
    assert str(caught.value) == "The authorization server refused: x[2J: a  b1m."


def test_the_old_route_sends_no_resource():
    parameters = request_parameters(
        client_id="c", redirect_uri="r", state=STATE, pkce=new_pkce(), scopes=(), resource=None
    )
    assert "resource" not in parameters and "scope" not in parameters


@pytest.mark.checklist(15, 18, 19)
@pytest.mark.parametrize(
    ("answer", "promises_iss", "word"),
    [  # 15, 18, 19: None means accepted
        ({"state": "state-1", "code": "c"}, False, None),
        ({"state": "state-1", "code": "c", "iss": ISSUER}, False, None),
        ({"state": "state-1", "code": "c", "iss": ISSUER}, True, None),
        ({"state": "state-1", "code": "c"}, True, "promises"),
        ({"state": "state-1", "code": "c", "iss": ISSUER + "/"}, False, "another issuer"),
        ({"state": "state-1", "code": "c", "iss": "HTTPS://auth.example"}, False, "another issuer"),
        ({"state": "state-1", "code": "c", "iss": ISSUER + ":443"}, True, "another issuer"),
        ({"state": "state-1", "code": "c", "iss": ""}, False, "another issuer"),
        ({"state": "other", "code": "c"}, False, "another login"),
        ({"code": "c"}, False, "another login"),
        ({"state": "state-1"}, False, "no code"),
        ({"state": "state-1", "error": "access_denied"}, False, "denied"),
        ({"state": "state-1", "error": "server_error", "error_description": "boom"}, False, "boom"),
        (
            {"state": "state-1", "error": "x", "error_description": "EVIL", "iss": "https://evil"},
            False,
            "another issuer",
        ),
        ({"state": "state-1", "error": "x", "error_description": "EVIL"}, True, "promises"),
    ],
)
def test_the_answer_is_checked_before_the_code_goes_anywhere(answer, promises_iss, word):
    server = SERVER._replace(iss_parameter_supported=promises_iss)
    secrets = {key: Secret(value) for key, value in answer.items()}
    if word is None:
        assert check_answer(secrets, state=STATE, server=server) == Secret("c")
        return
    with pytest.raises(KeyrackError, match=word) as caught:
        check_answer(secrets, state=STATE, server=server)
    assert "EVIL" not in str(caught.value)


OPENID = SERVER._replace(prompts_supported=("none", "consent", "select_account"))
GOOGLE = Vendor(authorize=(("prompt", "consent"),))


@pytest.mark.parametrize(
    ("server", "vendor", "prompt", "has_other", "sent"),
    [
        (OPENID, UNKNOWN, "", True, {"prompt": "select_account"}),
        (OPENID, UNKNOWN, "consent", True, {"prompt": "select_account consent"}),
        (OPENID, UNKNOWN, "consent", False, {}),
        (SERVER, GOOGLE, "consent", True, {"prompt": "select_account consent"}),
        (SERVER, UNKNOWN, "", True, {}),  # it might refuse the value
        (OPENID._replace(prompts_supported=("login",)), GOOGLE, "", True, {}),
    ],
)
def test_the_account_can_be_chosen_where_another_is_logged_in(
    server: AuthorizationServer, vendor: Vendor, prompt: str, has_other: bool, sent: dict[str, str]
) -> None:
    found = account_parameters(server, vendor, prompt, has_other=has_other, hint="", hint_issuer="")
    assert found == sent


@pytest.mark.parametrize(
    ("issuer", "sent"), [(ISSUER, {"login_hint": "me@corp.example"}), ("https://evil.example", {})]
)
def test_a_hint_goes_only_to_the_issuer_that_told_it(issuer: str, sent: dict[str, str]) -> None:
    found = account_parameters(
        OPENID, UNKNOWN, "", has_other=False, hint="me@corp.example", hint_issuer=issuer
    )
    assert found == sent
