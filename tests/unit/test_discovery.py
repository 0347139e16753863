"""Checklist 2-8."""

import json

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.oauth.challenge import Challenge
from keyrack.oauth.discovery import (
    find_authorization_server,
    given_metadata,
    metadata_urls,
    read_authorization_server,
)
from keyrack.oauth.document import BadDocument
from keyrack.oauth.effects import Response
from keyrack.oauth.legacy import find_legacy, legacy_server
from keyrack.oauth.protected_resource import (
    find_protected_resource,
    protected_resource_urls,
    read_protected_resource,
)

URL = "https://a.example/mcp"
ISSUER = "https://auth.example/t1"
METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": ISSUER + "/authorize",
    "token_endpoint": ISSUER + "/token",
    "code_challenge_methods_supported": ["S256"],
}


@pytest.mark.checklist(2)
def test_2_the_challenge_names_the_document_or_the_well_known_places_are_asked():
    named = Challenge("Bearer", {"resource_metadata": "https://a.example/odd"})
    assert protected_resource_urls(URL, named) == ("https://a.example/odd",)
    base = "https://a.example/.well-known/oauth-protected-resource"
    assert protected_resource_urls(URL, None) == (base + "/mcp", base)
    assert protected_resource_urls("https://a.example/", None) == (base,)


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
        ([], "no object"),
        (7, "no object"),
    ],
)
def test_3_a_wrong_protected_resource_document_is_refused(document, word):
    with pytest.raises(BadDocument, match=word):
        read_protected_resource(json.dumps(document).encode(), URL)


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 100_000, b'{"a":'])
def test_a_body_that_is_no_json_is_refused(body):
    with pytest.raises(BadDocument, match="not JSON"):
        read_protected_resource(body, URL)


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


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:alert(1)", "", "//x", "https://a b/", "-"])
def test_a_document_at_no_web_address_is_never_asked_for(url):
    with pytest.raises(KeyrackError, match="keyrack will not ask"):
        next(find_protected_resource(URL, Challenge("Bearer", {"resource_metadata": url or "x"})))


@pytest.mark.checklist(16)
def test_the_default_paths_are_only_taken_over_https_or_on_this_machine():
    def found(url):
        asking = find_legacy(url)
        next(asking)
        with pytest.raises((StopIteration, KeyrackError)) as caught:
            asking.send(Response(404))
        return caught.value

    for url in ("https://a.example/mcp", "http://127.0.0.1:8/mcp", "https://10.0.0.1/mcp"):
        assert found(url).value.legacy
    for url in ("http://a.example/mcp", "http://10.0.0.1/mcp", "http://box/mcp"):
        assert "plain http" in str(found(url))


def test_metadata_given_up_front_needs_no_pkce_list():
    fields = {key: value for key, value in METADATA.items() if key != "code_challenge_methods_supported"}
    assert given_metadata(fields, URL).issuer == ISSUER
