"""The trace of requests and responses is safe to put into a bug report."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.domain.secret import MASK, Secret
from keyrack.oauth.http import Failed, Request
from keyrack.oauth.trace import Exchange, as_text, browsing, came_back, exchange, lines, shown_url
from keyrack.operations.login.login import login
from support.canned import ISSUER, PRM, URL, World, reply, rpc, unauthorized
from support.workbench import SERVER, build


def told(request, answer):
    return as_text([exchange(request, answer)])


def test_a_request_and_its_reply_are_told_with_the_fields_that_decide():
    text = told(Request("GET", PRM), reply({"resource": URL, "authorization_servers": [ISSUER], "x": "y"}))
    assert text.splitlines() == [
        f"GET {PRM} → 200",
        f"    < resource: {URL}",
        f"    < authorization_servers: {ISSUER}",
    ]


def test_a_challenge_is_told_whole():
    text = told(Request("POST", URL, json={"jsonrpc": "2.0", "method": "tools/list"}),
                unauthorized('Bearer resource_metadata="https://mcp.example/prm", scope="a"'))  # fmt: skip
    assert '< WWW-Authenticate: Bearer resource_metadata="https://mcp.example/prm", scope="a"' in text
    assert "> method: tools/list" in text and "401" in text


def test_every_secret_of_a_token_request_and_its_reply_is_masked():
    request = Request(
        "POST", ISSUER + "/token", {"Authorization": Secret("Basic Y2k6c2VjcmV0")},
        form={"grant_type": "authorization_code", "code": Secret("the-code"), "client_id": "ci",
              "code_verifier": Secret("the-verifier"), "client_secret": Secret("the-secret")})  # fmt: skip
    answer = reply({"access_token": "at-1", "refresh_token": "rt-1", "id_token": "idt", "expires_in": 60,
                    "scope": "read", "authed_user": {"access_token": "xoxp"}})  # fmt: skip
    text = told(request, answer)
    for secret in ("Y2k6c2VjcmV0", "the-code", "the-verifier", "the-secret", "at-1", "rt-1", "idt", "xoxp"):
        assert secret not in text
    assert f"> Authorization: Basic {MASK}" in text and f"< refresh_token: {MASK}" in text
    assert "> grant_type: authorization_code" in text and "< expires_in: 60" in text


def test_a_reply_in_form_encoding_is_told_as_one_in_json():
    text = told(Request("POST", ISSUER + "/token"), reply(b"access_token=s3cret&scope=a+b&x=y"))
    assert text.splitlines()[1:] == [f"    < access_token: {MASK}", "    < scope: a b"]


def test_a_secret_that_a_server_echoes_is_masked_too():
    request = Request("POST", URL, {"Authorization": Secret("Bearer at-12345")})
    text = told(request, reply({"error": "bad", "error_description": "no such token at-12345"}, 400))
    assert "at-12345" not in text and f"no such token {MASK}" in text
    text = told(request, unauthorized('Bearer error_description="at-12345"'))
    assert "at-12345" not in text
    assert "at-12345" not in told(request, Failed("broke at at-12345"))


def test_a_url_keeps_what_decides_and_hides_what_may_be_a_key():
    assert (
        shown_url("https://h.example/mcp?api_key=sk-1&scope=a")
        == f"https://h.example/mcp?api_key={MASK}&scope=a"
    )
    assert shown_url("https://h.example/s/A1b2C3d4E5f6G7h8I9j0K1/mcp") == f"https://h.example/s/{MASK}/mcp"
    assert shown_url("https://h.example/s/sk-abcd1234efgh5/mcp") == f"https://h.example/s/{MASK}/mcp"
    assert shown_url("/sk-abcd1234efgh5") == f"/{MASK}"
    assert (
        shown_url("https://mcp.zapier.com/api/mcp/s/short/mcp")
        == f"https://mcp.zapier.com/api/mcp/s/{MASK}/mcp"
    )
    assert shown_url(PRM) == PRM
    assert shown_url("http://[") == MASK


def test_the_authorization_request_shows_all_but_state():
    url = f"{ISSUER}/authorize?client_id=ci&state=s3cret&code_challenge=abc&resource={URL}%3Fkey%3Dk3y"
    text = as_text([browsing(url)])
    assert "s3cret" not in text and "k3y" not in text
    assert "> client_id: ci" in text and "> code_challenge: abc" in text


def test_the_answer_of_the_browser_shows_that_a_code_came_and_which_issuer():
    answer = {"code": Secret("c0de"), "state": Secret("st"), "iss": Secret(ISSUER)}
    text = as_text([came_back("http://127.0.0.1:8085/callback", answer)])
    assert "c0de" not in text and f"< iss: {ISSUER}" in text and f"< code: {MASK}" in text


def test_a_failure_is_told_with_its_reason():
    assert lines(exchange(Request("GET", PRM), Failed("The name was not found."))) == [
        f"GET {PRM} → The name was not found."
    ]


def test_a_login_tells_each_request_and_no_secret_of_it():
    world = World(**{
        f"POST {URL}": lambda r: rpc({"tools": []}) if "Authorization" in r.headers else unauthorized()
    })  # fmt: skip
    events = []
    login(build(world), SERVER, on_event=events.append)
    account = [event for event in events if isinstance(event, Exchange)]
    assert [(each.method, each.status) for each in account] == [
        ("POST", 401), ("GET", 200), ("GET", 200), ("POST", 201), ("browser", None), ("callback", None),
        ("POST", 200), ("POST", 200), ("POST", 200)]  # fmt: skip
    text = as_text(account)
    for secret in ("at-1", "rt-1", "code-1"):
        assert secret not in text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=50) | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=12,
)


@given(json_values, st.integers(100, 599))
def test_whatever_a_server_sends_can_be_told(value, status):
    body = json.dumps(value).encode()
    exchange(Request("GET", PRM), reply(body, status))


@pytest.mark.parametrize("size", [10, 100_000])
def test_an_account_is_never_endless(size):
    document = {"scope": "s" * size, "scopes_supported": ["x" * size] * 50, "error_description": "e" * size}
    assert len(told(Request("GET", PRM), reply(document))) < 2000
