"""Lines 2-8 of the checklist."""

import json

import pytest

from keyrack.domain.errors import KeyrackError, NoOAuth, Temporary
from keyrack.oauth.authorization_server import (
    find_authorization_server,
    given_metadata,
    metadata_urls,
    read_authorization_server,
)
from keyrack.oauth.challenge import Challenge
from keyrack.oauth.document import BadDocument, read_object
from keyrack.oauth.http import Failed, Response
from keyrack.oauth.legacy import find_legacy, legacy_server
from keyrack.oauth.protected_resource import Unfound, find_protected_resource, read_protected_resource
from keyrack.oauth.well_known import NotHere

URL = "https://a.example/mcp"
ISSUER = "https://auth.example/t1"
METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": ISSUER + "/authorize",
    "token_endpoint": ISSUER + "/token",
    "code_challenge_methods_supported": ["S256"],
}


def asked(flow, *found):
    """What a search asks for, and what it returns, where the last places it asks have these documents."""
    urls, answer = [], None
    while True:
        try:
            urls.append(flow.send(answer).request.url)
        except StopIteration as stop:
            return urls, stop.value
        answer = found[len(urls) - 1] if len(urls) <= len(found) else Response(404)


BASE = "https://a.example/.well-known/oauth-protected-resource"


@pytest.mark.checklist(2)
def test_2_the_challenge_names_the_document_and_the_well_known_places_come_next():
    one, two = "https://a.example/odd", "https://a.example/even?x=1"
    named = Challenge("Bearer", {}, (one, "even?x=1"))
    document = Response(200, (), json.dumps({"resource": URL, "authorization_servers": [ISSUER]}).encode())
    assert asked(find_protected_resource(URL, named), document)[0] == [one]
    assert asked(find_protected_resource(URL, named))[0] == [one, two, BASE + "/mcp", BASE]
    assert asked(find_protected_resource(URL, None))[0] == [BASE + "/mcp", BASE]
    assert asked(find_protected_resource("https://a.example/", None))[0] == [BASE]
    many = Challenge("Bearer", {}, tuple(f"/{n}" for n in range(100)))
    assert len(asked(find_protected_resource(URL, many))[0]) == 7


@pytest.mark.checklist(5)
def test_5_an_issuer_with_a_path_is_asked_at_three_places():
    assert metadata_urls(ISSUER) == (
        "https://auth.example/.well-known/oauth-authorization-server/t1",
        "https://auth.example/.well-known/openid-configuration/t1",
        "https://auth.example/t1/.well-known/openid-configuration",
    )


@pytest.mark.checklist(6)
def test_6_an_issuer_without_a_path_is_asked_at_two():
    assert metadata_urls("https://auth.example") == (
        "https://auth.example/.well-known/oauth-authorization-server",
        "https://auth.example/.well-known/openid-configuration",
    )


@pytest.mark.checklist(3)
@pytest.mark.parametrize(
    ("document", "word"),
    [
        ({"resource": "https://b.example/mcp", "authorization_servers": [ISSUER]}, "another server"),
        ({"authorization_servers": [ISSUER]}, "no resource"),
        ({"resource": URL}, "no authorization server"),
        ({"resource": URL, "authorization_servers": "x"}, "no authorization server"),
        ({"resource": URL, "authorization_servers": [1, None]}, "no authorization server"),
        (
            {"resource": URL, "authorization_servers": [ISSUER], "bearer_methods_supported": ["query"]},
            "Authorization header",
        ),
    ],
)
def test_3_a_wrong_protected_resource_document_is_refused(document, word):
    with pytest.raises(BadDocument, match=word):
        read_protected_resource(document, URL)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"\xff\xfe", b"[" * 100_000, b'{"a":', b"{} <!-- -->", b"[]", b"7", b"null", b'"x"'],
)
def test_a_body_that_is_no_json_object_is_refused(body):
    with pytest.raises(BadDocument, match="JSON"):
        read_object(body)


@pytest.mark.checklist(7, 8, 16)
@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"issuer": ISSUER + "/"}, "another issuer"),  # 7: a slash behind a path is another string
        ({"issuer": ISSUER.upper()}, "another issuer"),
        ({"issuer": None}, "names no issuer"),
        ({"code_challenge_methods_supported": None}, "PKCE"),  # 8
        ({"code_challenge_methods_supported": []}, "S256"),
        ({"code_challenge_methods_supported": ["plain"]}, "S256"),
        ({"token_endpoint": None}, "token_endpoint"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "authorization_endpoint"),
        ({"authorization_endpoint": "https://x.example/$(id)`id` --flag"}, "authorization_endpoint"),
        ({"token_endpoint": "http://auth.example/token"}, "plain http"),  # 16
        ({"token_endpoint": "https://169.254.169.254/token"}, "private"),
        ({"registration_endpoint": "file:///etc/passwd"}, "registration_endpoint"),
        ({"revocation_endpoint": "https://localhost/x"}, "private"),
    ],
)
def test_7_and_8_metadata_that_can_not_be_trusted_is_refused(change, word):
    with pytest.raises(BadDocument, match=word):
        read_authorization_server({**METADATA, **change}, ISSUER, server_url=URL)


def test_metadata_with_wrong_types_in_optional_fields_is_read_without_them():
    odd = {**METADATA, "scopes_supported": 3, "registration_endpoint": 7, "service_documentation": []}
    server = read_authorization_server(odd, ISSUER, server_url=URL)
    assert server.scopes_supported is None and server.registration_endpoint is None


def test_the_oldest_route_has_default_endpoints_at_the_origin():
    server = legacy_server("https://a.example/deep/mcp")
    assert server.authorization_endpoint == "https://a.example/authorize"
    assert server.token_endpoint == "https://a.example/token"
    assert server.registration_endpoint == "https://a.example/register"
    assert server.legacy


@pytest.mark.parametrize(
    ("issuer", "word"),
    [
        ("https://auth.example/..", "leads out"),
        ("https://auth.example/../../uploads/me", "leads out"),
        ("https://auth.example/a/%2E%2e/b", "leads out"),
        ("https://auth.example/a/./b", "leads out"),
        ("https://auth.example/?tenant=7", "query"),
        ("https://auth.example/#", "fragment"),
        ("http://auth.example", "plain http"),
        ("https://[ff0e::1]", "private network"),
        ("https://%31%30.0.0.%31", "not a valid one"),
        ("javascript:alert(1)", "javascript"),
        ("", "empty"),
        ("x" * 3000, "no scheme"),
    ],
)
def test_an_issuer_that_can_not_be_one_is_never_asked(issuer, word):
    with pytest.raises(KeyrackError, match=word) as caught:
        next(find_authorization_server(issuer, URL))
    assert str(caught.value).endswith(".") and not str(caught.value).endswith("..")


@pytest.mark.checklist("security: URLs")
@pytest.mark.parametrize(
    "url",
    """
    file:///etc/passwd javascript:alert(1) //x https://evil.example/prm http://a.example/prm
    https://a.example:8443/prm https://a.example.evil.example/ https://user@a.example/prm #x prm#x
    https://10.0.0.1/ https://a.example\\@evil.example/ http://[::1
    """.split(),
)
def test_a_document_anywhere_but_on_the_servers_own_origin_is_never_asked_for(url):
    urls, unfound = asked(find_protected_resource(URL, Challenge("Bearer", {}, (url,))))
    assert urls == [BASE + "/mcp", BASE]
    assert type(unfound.error) is KeyrackError and "won't fetch" in str(unfound.error)


NO_DOCUMENT = [
    Response(200, (("Content-Type", "text/html"),), b"<!doctype html><title>Welcome</title>"),
    Response(200, (("Content-Type", "application/json"),), b"<html>"),
    Response(200, (), b""),
    Response(200, (), b"[]"),
    Response(200, (), b'[{"issuer": "x"}]'),
    Response(200, (), b"null"),
    Response(200, (), b"{}"),
    Response(200, (), b'{"error": "not_found"}'),
    Response(200, (), b'{"issuer": "https://a.ex'),
    Response(204),
    *(Response(status) for status in (301, 302, 307, 401, 403, 404, 405, 410, 418, 429, 500, 502, 503)),
    Response(401, (), b'{"issuer": "https://evil.example", "resource": "https://evil.example"}'),
    Failed("The server closed the connection."),
    Failed("It redirects.", refused=True, sent_to="https://login.example/start"),
    Failed("It redirects.", refused=True, sent_to=""),
    Failed("It sent a response of more than 1024 KiB.", answered=True),
]


def document(fields, kind="application/json", before=b""):
    return Response(200, (("Content-Type", kind),), before + json.dumps(fields).encode())


GOOD = [
    lambda fields: document(fields),
    lambda fields: document(fields, "text/html; charset=utf-8"),
    lambda fields: document(fields, "text/plain"),
    lambda fields: document(fields, before=b"\xef\xbb\xbf"),
    lambda fields: document(fields, before=b"\r\n "),
    lambda fields: document(fields)._replace(status=203),
    lambda fields: document(fields)._replace(headers=()),
]
RESOURCE = {"resource": URL, "authorization_servers": [ISSUER]}


@pytest.mark.checklist(2, 5)
@pytest.mark.parametrize("nothing", NO_DOCUMENT)
def test_a_place_without_a_json_object_says_nothing_about_the_next(nothing):
    urls, found = asked(find_protected_resource(URL, None), nothing, document(RESOURCE))
    assert len(urls) == 2 and found.authorization_servers == (ISSUER,)
    named = Challenge("Bearer", {}, ("/odd",))
    urls, found = asked(find_protected_resource(URL, named), nothing, document(RESOURCE))
    assert len(urls) == 2 and found.authorization_servers == (ISSUER,)
    urls, found = asked(find_authorization_server(ISSUER, URL), nothing, Response(404), document(METADATA))
    assert len(urls) == 3 and found.issuer == ISSUER
    own = {**METADATA, "issuer": "https://a.example"}
    urls, found = asked(find_legacy(URL), nothing, document(own))
    assert len(urls) == 2 and found.issuer == "https://a.example" and found.legacy


@pytest.mark.parametrize("good", GOOD)
def test_a_document_is_known_by_what_it_says_and_not_by_its_type(good):
    urls, found = asked(find_protected_resource(URL, None), good(RESOURCE))
    assert len(urls) == 1 and found.authorization_servers == (ISSUER,)
    urls, found = asked(find_authorization_server(ISSUER, URL), good(METADATA))
    assert len(urls) == 1 and found.issuer == ISSUER


@pytest.mark.checklist(3, 7)
def test_a_real_document_that_is_wrong_ends_the_search():
    for wrong in ({"resource": "https://evil.example"}, {"authorization_servers": [ISSUER]}):
        with pytest.raises(KeyrackError, match="protected-resource document"):
            asked(find_protected_resource(URL, None), document(wrong), document(RESOURCE))
    for change in ({"issuer": "https://evil.example"}, {"issuer": None}, {"token_endpoint": None}):
        wrong = {**METADATA, **change}
        with pytest.raises(KeyrackError, match="metadata of"):
            asked(find_authorization_server(ISSUER, URL), document(wrong), document(METADATA))
        with pytest.raises(KeyrackError, match="metadata at"):
            asked(find_legacy(URL), document({"issuer": "https://a.example", **wrong}), document(METADATA))


DOWN = Failed("It did not answer in time.")


@pytest.mark.parametrize("trouble", [Response(500), Response(503), Response(429), DOWN])
def test_only_trouble_at_every_place_is_called_temporary(trouble):
    root = ISSUER.removesuffix("/t1")
    with pytest.raises(Temporary):
        asked(find_authorization_server(root, URL), trouble, trouble)
    with pytest.raises(NoOAuth, match="publishes no"):
        asked(find_authorization_server(root, URL), trouble, Response(404))
    unfound = Unfound((), (NotHere("https://a.example", "answered 500", temporary=True),) * 2)
    with pytest.raises(Temporary):
        asked(find_legacy(URL, unfound), trouble, trouble)
    assert asked(find_legacy(URL, unfound), trouble, Response(404))[1] == legacy_server(URL)
    assert asked(find_legacy(URL), Response(404), Response(404))[1] == legacy_server(URL)


def test_where_nobody_answers_the_search_is_given_up():
    three = [DOWN] * 3
    with pytest.raises(Temporary, match="did not answer in time"):
        asked(find_authorization_server(ISSUER, URL), *three)
    named = Challenge("Bearer", {}, ("/a", "/b", "/c"))
    urls, unfound = asked(find_protected_resource(URL, named), *three, *three)
    assert len(urls) == 3 and unfound.guessed == ()
    flow = find_legacy(URL, unfound)
    with pytest.raises(Temporary, match="did not answer in time"):
        next(flow)


def test_the_sentence_tells_what_was_there_instead():
    for answer, words in (
        (Response(403), "it answered 403 where its metadata should be"),
        (NO_DOCUMENT[0], "it has a document that is not JSON"),
        (
            Failed("x", refused=True, sent_to="https://login.example/?s=1"),
            "it redirects to https://login.example.",
        ),
    ):
        with pytest.raises(NoOAuth) as caught:
            asked(find_authorization_server(ISSUER, URL), answer)
        assert words in str(caught.value)


@pytest.mark.checklist("security: redirects")
@pytest.mark.parametrize(
    ("target", "issuer"),
    [
        ("https://auth.example/.well-known/oauth-authorization-server", "https://auth.example"),
        ("https://auth.example/.well-known/openid-configuration", "https://auth.example"),
        ("https://auth.example/.well-known/oauth-authorization-server/t1", ISSUER),
        ("https://auth.example/.well-known/openid-configuration/t1", ISSUER),
        ("https://auth.example/t1/.well-known/openid-configuration", ISSUER),
        ("https://auth.example/login", None),
        ("https://auth.example/.well-known/openid-configuration?x=1", None),
        ("https://auth.example/?r=/.well-known/openid-configuration", None),
        ("https://auth.example/.well-known/oauth-authorization-serverx", None),
    ],
)
def test_an_origin_that_sends_on_to_an_issuers_metadata_names_the_issuer(target, issuer):
    sent_on = Failed("It redirects.", refused=True, sent_to=target)
    urls, found = asked(find_legacy(URL), sent_on)
    assert found == (issuer or legacy_server(URL)) and not any("auth.example" in url for url in urls)


@pytest.mark.checklist(16)
def test_the_default_paths_are_only_taken_over_https_or_on_this_machine():
    def found(url):
        return asked(find_legacy(url))[1]

    for url in ("https://a.example/mcp", "http://127.0.0.1:8/mcp", "https://10.0.0.1/mcp"):
        assert found(url).legacy
    for url in ("http://a.example/mcp", "http://10.0.0.1/mcp", "http://box/mcp"):
        with pytest.raises(KeyrackError, match="plain http"):
            found(url)


def test_metadata_given_up_front_needs_no_pkce_list():
    fields = {key: value for key, value in METADATA.items() if key != "code_challenge_methods_supported"}
    assert given_metadata(fields, URL).issuer == ISSUER
