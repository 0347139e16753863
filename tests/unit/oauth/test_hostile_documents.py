"""Documents from a hostile server: any type in any field, any body, and the result is only a sentence."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Registration, StoredCredential
from keyrack.oauth import document
from keyrack.oauth.authorization_server import AuthorizationServer, read_authorization_server
from keyrack.oauth.device import device_flow
from keyrack.oauth.document import BadDocument, read_object
from keyrack.oauth.effects import DeviceRequest, Pause, ShowCode
from keyrack.oauth.http import Response, Send
from keyrack.oauth.probe import probe
from keyrack.oauth.protected_resource import read_protected_resource
from keyrack.oauth.revoke import why_not
from keyrack.oauth.token_reply import read_tokens
from support.canned import ISSUER, META, PRM, REDIRECT, URL, World, metadata, play, reply
from support.hostile import NASTY, Attempt, attempt, protected

Patch = pytest.MonkeyPatch

PAR, DEVICE, TOKEN, REGISTER = (ISSUER + path for path in ("/par", "/device", "/token", "/register"))
DEEP = eval("[" * 80 + "]" * 80)
WRONG: list[Any] = [
    *(None, True, False, 0, -1, 7, 1.5, math.inf, math.nan, 10**400),
    *("", " ", "0", "x" * 3000, "\ud800", "a\x00b", NASTY, "https://10.0.0.1/", "$(id)"),
    *([], [[]], [None, 7, {}], [NASTY, "\ud800", ""], ["x"] * 20_000, DEEP),
    *({}, {"a": {"b": []}}, {"0": "https://auth.example"}),
]


class Document:
    """One kind of document: where it is asked for, what a good one says, on which step a bad one ends."""

    def __init__(self, key: str, good: dict[str, Any], steps: str, *more: str, **routes: Any) -> None:
        self.key, self.good, self.steps, self.routes = key, good, steps.split(), routes
        self.status = 201 if key.endswith("/register") else 200
        self.fields = [*good, *more]

    def routes_with(self, body: Any) -> dict[str, Any]:
        return {**self.routes, self.key: reply(body, self.status)}


OPTIONAL = """revocation_endpoint pushed_authorization_request_endpoint require_pushed_authorization_requests
    device_authorization_endpoint grant_types_supported scopes_supported
    prompt_values_supported
    authorization_response_iss_parameter_supported client_id_metadata_document_supported
    token_endpoint_auth_signing_alg_values_supported""".split()
TOKENS = {
    "access_token": "at-1",
    "token_type": "Bearer",
    "expires_in": 60,
    "refresh_token": "rt-1",
    "scope": "a b",
}
LABELS = """id_token email preferred_username username login name workspace_name team_name user account
    authed_user owner team workspace""".split()
ERRORS = ("error", "error_description")
PUSHED = reply(
    metadata(require_pushed_authorization_requests=True, pushed_authorization_request_endpoint=PAR)
)
DOCUMENTS = {
    "protected resource": Document(
        f"GET {PRM}",
        {"resource": URL, "authorization_servers": [ISSUER], "scopes_supported": ["read"]},
        "discover",
        "bearer_methods_supported",
        "resource_name",
    ),
    # A senseless registration endpoint is none, and a promise to name the issuer is held to later.
    "authorization server": Document(f"GET {META}", metadata(), "discover register sign-in", *OPTIONAL),
    "registration": Document(
        f"POST {REGISTER}",
        {
            "client_id": "c",
            "client_secret": "s",
            "client_secret_expires_at": 0,
            "redirect_uris": [REDIRECT],
            "token_endpoint_auth_method": "client_secret_post",
            "registration_access_token": "r",
            "registration_client_uri": ISSUER + "/register/c",
        },
        "register",
        *ERRORS,
    ),
    "token": Document(f"POST {TOKEN}", TOKENS, "exchange", *ERRORS, *LABELS),
    "pushed request": Document(
        f"POST {PAR}",
        {"request_uri": "urn:x", "expires_in": 60},
        "sign-in",
        *ERRORS,
        **{f"GET {META}": PUSHED},
    ),
}
EACH_FIELD = [(name, field) for name, each in DOCUMENTS.items() for field in each.fields]


def log_in(routes: dict[str, Any], monkeypatch: Patch) -> Attempt:
    return attempt(World(**{f"POST {URL}": protected, **routes}), monkeypatch)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_good_document_logs_in(name: str, monkeypatch: Patch) -> None:
    assert log_in(DOCUMENTS[name].routes_with(DOCUMENTS[name].good), monkeypatch).error is None


@pytest.mark.parametrize(("name", "field"), EACH_FIELD)
def test_a_field_of_a_wrong_type_is_ignored_or_ends_in_a_sentence(
    name: str, field: str, monkeypatch: Patch
) -> None:
    kind = DOCUMENTS[name]
    for value in WRONG:
        made = log_in(kind.routes_with({**kind.good, field: value}), monkeypatch)
        if made.error is None:
            assert made.stored_credential is not None
            assert_sound(made.stored_credential)
            assert made.opened[0].startswith(ISSUER + "/authorize?")
        elif made.failed is not None:
            assert made.failed.key in kind.steps, (value, made.failed)
        assert not any(request.url.startswith("https://10.") for request in made.world.asked)


@pytest.mark.parametrize(("name", "field"), EACH_FIELD)
def test_a_missing_field_is_made_up_for_or_ends_in_a_sentence(
    name: str, field: str, monkeypatch: Patch
) -> None:
    kind = DOCUMENTS[name]
    rest = {key: value for key, value in kind.good.items() if key != field}
    made = log_in(kind.routes_with(rest), monkeypatch)
    assert bool(made.error) is (field in NEEDED)


NEEDED = set(
    """resource authorization_servers issuer authorization_endpoint token_endpoint registration_endpoint
    code_challenge_methods_supported client_id access_token request_uri""".split()
)


def assert_sound(stored_credential: StoredCredential) -> None:
    """What is stored has the types that it claims to have, whatever the documents said."""
    facts, tokens, client = (
        stored_credential.credential,
        stored_credential.tokens,
        stored_credential.registration,
    )
    assert client is not None and stored_credential.endpoints is not None
    texts = [facts.issuer, facts.client_id, facts.resource, facts.label, *facts.scopes]
    texts += [
        client.client_id,
        client.auth_method,
        client.registration_client_uri or "",
        *client.redirect_uris,
    ]
    texts += [
        client.registration_client_uri or "",
        stored_credential.endpoints.token,
        stored_credential.endpoints.revocation or "",
    ]
    texts.append(tokens.access_token.reveal())
    texts += [each.reveal() for each in (tokens.refresh_token, client.client_secret) if each is not None]
    assert all(isinstance(text, str) for text in texts)
    json.dumps(texts, ensure_ascii=False).encode()  # no half characters
    for number in (facts.expires_at, client.secret_expires_at):
        assert number is None or (isinstance(number, float) and math.isfinite(number))
    assert (facts.issuer, facts.resource, client.issuer) == (ISSUER, URL, ISSUER)
    assert client.auth_method in ("none", "client_secret_basic", "client_secret_post")


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "null": b"null",
    "number": b"7",
    "list": b"[]",
    "text": b'"x"',
    "empty": b"{}",
    "half": b'{"resource": ',
    "html": b"<!doctype html><title>Sign in</title>",
    "deep list": b"[" * 200_000,
    "deep object": b'{"a":' * 200_000,
    "deep within": b'{"resource":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "bytes": bytes(range(256)),
    "half a code unit": b"\xff\xfe{",
    "two": b"{}{}",
    "endless number": b'{"expires_in":' + b"9" * 500_000 + b"}",
    "many fields": json.dumps(dict.fromkeys(map(str, range(50_000)), 0)).encode(),
    "long key": b'{"' + b"a" * 500_000 + b'":1}',
    "one giant word": b'{"error":"' + b"a" * 900_000 + b'"}',
}
PLACES = {
    f"GET {PRM}": "discover",
    f"GET {META}": "discover",
    f"POST {REGISTER}": "register",
    f"POST {TOKEN}": "exchange",
    f"POST {PAR}": "sign-in",
}


@pytest.mark.parametrize("status", [200, 201, 204, 400, 401, 403, 418])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("place", PLACES)
def test_any_body_with_any_status_ends_in_a_sentence(
    place: str, body: bytes, status: int, monkeypatch: Patch
) -> None:
    routes = {f"GET {META}": PUSHED} if place.endswith("/par") else {}
    made = log_in({**routes, place: Response(status, (), body)}, monkeypatch)
    if made.error is None:  # not there, so the old way was taken
        assert place == f"GET {PRM}" and status != 200
        return
    # Where there is no document, the next place is asked, and then the old way is tried.
    no_document = place == f"GET {PRM}" and made.failed is not None and made.failed.key == "register"
    assert made.failed is None or made.failed.key == PLACES[place] or no_document or status != 200
    assert bool(made.opened) is (place == f"POST {TOKEN}")


@pytest.mark.parametrize("status", [200, 400, 404, 405])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_any_body_of_the_server_itself_has_a_verdict(body: bytes, status: int) -> None:
    for kind in ("application/json", "text/event-stream"):
        for raw in (body, b"data:" + body + b"\n\n"):
            answer = Response(status, (("Content-Type", kind),), raw)
            world = World(**{f"{verb} {URL}": answer for verb in ("POST", "GET", "DELETE")})
            found = play(probe(URL), world).result
            assert found.verdict in ("unknown", "open", "required") and len(world.asked) < 10


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def documents(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """The good document with some of its fields replaced by anything, or taken away."""
    kind = DOCUMENTS[name]
    values = JSON | st.sampled_from(WRONG) | st.sampled_from([kind.good.get(field) for field in kind.fields])
    changes = st.dictionaries(st.sampled_from(kind.fields), values, max_size=5)
    return changes.map(lambda changed: {**kind.good, **changed})


@given(documents("protected resource"))
def test_any_protected_resource_is_read_or_refused(fields: dict[str, Any]) -> None:
    try:
        found = read_protected_resource(fields, URL)
    except BadDocument as problem:
        assert str(problem) and NASTY not in str(problem)
        return
    assert found.resource.startswith("https://mcp.example") and found.authorization_servers
    assert all(
        isinstance(each, str) for each in (*found.authorization_servers, *(found.scopes_supported or ()))
    )


@given(documents("authorization server"))
def test_any_authorization_server_is_read_or_refused(fields: dict[str, Any]) -> None:
    try:
        found = read_authorization_server(fields, ISSUER, server_url=URL)
    except BadDocument as problem:
        assert str(problem) and NASTY not in str(problem)
        return
    assert found.issuer == ISSUER
    for name, url in found._asdict().items():
        if name.endswith("_endpoint") and url is not None:
            assert url.startswith("https://") and "10.0.0.1" not in url
    for flag in (found.require_pushed_authorization_requests, found.iss_parameter_supported):
        assert flag in (True, False)


@given(documents("token"), st.sampled_from([200, 400]))
@example({"access_token": "at", "expires_in": 10**400, "scope": NASTY}, 200)
def test_any_token_reply_is_read_or_refused(fields: dict[str, Any], status: int) -> None:
    answer = Response(status, (), json.dumps(fields).encode())
    try:
        found = read_tokens(answer, TOKEN, now=1000.0, asked_scopes=("asked",))
    except KeyrackError as error:
        assert str(error).endswith(".") and str(error).isprintable()
        return
    plain = found.access_token.reveal()
    assert plain and plain.isascii() and plain.isprintable() and " " not in plain
    assert found.expires_at is None or 1000.0 <= found.expires_at < 1e10
    assert found.label.isprintable() and len(found.label) <= 80


DEVICE_REPLY = {
    "device_code": "dc",
    "user_code": "ABCD",
    "verification_uri": ISSUER + "/activate",
    "verification_url": ISSUER + "/activate",
    "verification_uri_complete": ISSUER + "/activate?c=1",
    "expires_in": 600,
    "interval": 5,
}


@given(
    st.dictionaries(st.sampled_from([*DEVICE_REPLY, *ERRORS]), JSON | st.sampled_from(WRONG), max_size=4),
    st.sampled_from([200, 400]),
)
@pytest.mark.checklist("RFC 8628")
def test_any_reply_to_a_request_for_a_code_is_read_or_refused(changes: dict[str, Any], status: int) -> None:
    answer = Response(status, (), json.dumps({**DEVICE_REPLY, **changes}).encode())
    server = AuthorizationServer(ISSUER, ISSUER, TOKEN, device_authorization_endpoint=DEVICE)
    asked = DeviceRequest(server, Registration(ISSUER, "c", "dynamic"), (), URL, URL, lambda: 1000.0)
    flow = device_flow(asked)
    assert isinstance(next(flow), Send)
    try:
        shown = flow.send(answer)
    except KeyrackError as error:
        assert str(error).endswith(".") and str(error).isprintable()
        return
    assert isinstance(shown, ShowCode) and shown.user_code.isascii() and shown.user_code.isprintable()
    assert shown.verification_uri.startswith("https://") and 1000 < shown.expires_at <= 2800
    pause = next(flow)
    assert isinstance(pause, Pause) and 1 <= pause.seconds <= 60


@given(JSON | st.sampled_from(WRONG))
def test_any_answer_to_a_revocation_is_a_sentence_or_none(body: Any) -> None:
    for status in (200, 400):
        words = why_not(Response(status, (), json.dumps(body).encode()))
        assert words is None or words.isprintable()


@given(st.binary(max_size=300) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_object_or_a_bad_document(body: bytes) -> None:
    try:
        assert isinstance(read_object(body), dict)
    except BadDocument as problem:
        assert str(problem) in ("is not JSON", "is JSON, but not an object")


def test_every_field_that_is_read_is_tried_here(monkeypatch: Patch) -> None:
    read: set[str] = set()

    class Watched(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            read.add(key)
            return super().get(key, default)

        def __getitem__(self, key: str) -> Any:
            read.add(key)
            return super().__getitem__(key)

        def __contains__(self, key: object) -> bool:
            read.add(str(key))
            return super().__contains__(key)

    class Json:
        @staticmethod
        def loads(body: bytes) -> Any:
            return json.loads(body, object_pairs_hook=Watched)

    monkeypatch.setattr(document, "json", Json)
    for kind in DOCUMENTS.values():
        log_in(kind.routes_with(kind.good), monkeypatch)
        log_in({**kind.routes_with(kind.good), kind.key: reply({"error": "x"}, 400)}, monkeypatch)
    test_any_reply_to_a_request_for_a_code_is_read_or_refused.hypothesis.inner_test({}, 200)  # type: ignore[attr-defined]
    protocol = {"jsonrpc", "result", "id", "protocolVersion", "code", "data", "supported", "message"}
    tried = {field for _, field in EACH_FIELD} | DEVICE_REPLY.keys()
    assert read - protocol <= tried
    assert tried - read - {"verification_url"} <= {"resource_name", "expires_in"}, "a field is no longer read"
