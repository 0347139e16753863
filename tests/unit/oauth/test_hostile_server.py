"""Addresses that a hostile server names: nothing is requested, opened or stored that should not be."""

from __future__ import annotations

from typing import Any

import pytest

from keyrack.domain.errors import LoginNeeded
from keyrack.domain.model import CredentialKey
from keyrack.operations.tokens.refresh import refresh
from support.canned import ISSUER, META, PRM, PRM_ROOT, URL, metadata, reply, unauthorized
from support.hostile import NASTY, PUBLIC, Net, attempt, no_program, protected  # noqa: F401  # a fixture
from support.workbench import NOW, SERVER, build, stored_credential

pytestmark = pytest.mark.usefixtures("no_program")

Patch = pytest.MonkeyPatch
RESOURCE = {"resource": URL, "authorization_servers": [ISSUER]}

NO_WEB_ADDRESS = """
    file:///etc/passwd javascript:alert(1) data:text/html,x vscode://x ftp://auth.example/ mailto:a@b
    //auth.example/ auth.example -x --help https: https:// https:/auth.example ///etc/passwd \\\\host\\share
""".split()
PLAIN_HTTP = ["http://auth.example/x", "http://mcp.example/x", "http://127.0.0.1:1/", "http://localhost:1/"]
INSIDE = """
    127.0.0.1 127.8.8.8 localhost a.localhost localhost. 10.0.0.1 10.0.0.1. 172.16.0.1 192.168.1.1
    169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 239.1.1.1 255.255.255.255 192.0.2.1
    [::1] [::] [fe80::1] [fe80::1%25eth0] [2606:4700::1%25lo] [fc00::1] [fd12::1] [fec0::1] [ff02::1]
    [ff0e::1] [2001::1] [2001:db8::1] [::ffff:10.0.0.1] [::ffff:127.0.0.1] [::10.0.0.1] [::ffff:0:10.0.0.1]
    [64:ff9b::10.0.0.1] [64:ff9b:1::8.8.8.8] [2002:7f00:1::] [2002:a00:1::]
""".split()
DISGUISED = """
    2130706433 0x7f.1 0x7f000001 127.1 0177.0.0.1 %31%30.0.0.%31 127.0.0.1%2f.example １２７.0.0.1 １２７.１
    ⓛocalhost [v1.fe80::a] user:pw@auth.example user@auth.example @auth.example auth.example:0
    auth.example:99999 auth.example:x $(id).example a,b.example auth.example\\@evil.example [::1
    a..b\u202e.example
""".split()
ODD = [
    " https://auth.example/",
    NASTY,
    *(
        "https://auth.example/" + path
        for path in (
            *(
                "#x",
                "#",
                "a b",
                "\n",
                "\x00",
                "\x9b2J",
                "\u202e",
                "\ud800",
                '"x',
                "<x>",
                "`id`",
                "|id",
                "{x}",
            ),
            *("^", "\\x", "a" * 3000),
        )
    ),
]
FORBIDDEN = [*NO_WEB_ADDRESS, *PLAIN_HTTP, *(f"https://{host}/x" for host in INSIDE + DISGUISED), *ODD]
ENDPOINTS = """authorization_endpoint token_endpoint registration_endpoint revocation_endpoint
pushed_authorization_request_endpoint device_authorization_endpoint""".split()
NEEDED = ("authorization_endpoint", "token_endpoint")


def named_by_the_challenge(url: str) -> dict[str, Any]:
    quoted = url.replace("\\", "\\\\").replace('"', '\\"')
    challenge = unauthorized(f'Bearer resource_metadata="{quoted}"')
    return {f"POST {URL}": lambda asked: protected(asked) if "Authorization" in asked.headers else challenge}


def named_as_issuer(url: str) -> dict[str, Any]:
    return {f"GET {PRM}": reply({**RESOURCE, "authorization_servers": [url]})}


def named_as(field: str, url: str) -> dict[str, Any]:
    return {f"GET {META}": reply(metadata(**{field: url}))}


@pytest.mark.checklist("security: URLs")
@pytest.mark.parametrize("url", FORBIDDEN)
@pytest.mark.parametrize("place", ["challenge", "issuer", *ENDPOINTS])
def test_an_address_that_is_forbidden_ends_the_login_unasked(
    place: str, url: str, monkeypatch: Patch
) -> None:
    ways = {"challenge": named_by_the_challenge, "issuer": named_as_issuer}
    routes = ways[place](url) if place in ways else named_as(place, url)
    net = Net(**routes)
    made = attempt(net, monkeypatch)
    if place == "challenge":  # as if the challenge did not name it
        assert made.error is None and PRM in made.asked() and set(net.dialled) == {PUBLIC}
        honest = {META, ISSUER + "/register", ISSUER + "/token"}
        assert all(each in honest or each.startswith("https://mcp.example/") for each in made.asked())
        return
    if is_unreadable(url):  # as if the field were not there
        assert made.asked() & {url} == set()
        assert (place in (*NEEDED, "issuer", "registration_endpoint")) is bool(made.error)
        return
    assert made.failed and made.failed.key == "discover" and made.opened == []
    assert made.asked() <= {URL, PRM, META} and set(net.dialled) == {PUBLIC}


@pytest.mark.checklist("security: URLs", 2)
@pytest.mark.parametrize(
    "url",
    """
    https://evil.example/prm https://auth.example/prm http://mcp.example/prm https://mcp.example:8443/prm
    https://10.0.0.1/prm https://mcp.example.evil.example/prm https://user:pw@mcp.example/prm file:///etc/passwd
    """.split(),
)
@pytest.mark.parametrize("status", [200, 404])
def test_no_other_origin_describes_the_server(url: str, status: int, monkeypatch: Patch) -> None:
    """Not even with a document that would be right, and where the server has none of its own."""
    routes = {**named_by_the_challenge(url), f"GET {PRM}": reply(None, 404)}
    net = Net(**{**routes, f"GET {url}": reply(RESOURCE, status)})
    made = attempt(net, monkeypatch)
    assert made.failed and made.failed.key == "discover" and "keyrack won't fetch" in made.failed.detail
    assert url not in made.asked() and made.opened == [] and "pw" not in made.failed.detail
    assert not any(request.method == "POST" and request.url != URL for request in net.asked)


def is_unreadable(url: str) -> bool:
    return len(url) > 2000 or "\ud800" in url


ADDRESSES = """
    127.0.0.1 10.0.0.5 172.31.0.1 192.168.0.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1
    ::1 :: fe80::1 fe80::1%eth0 fc00::1 fec0::1 ff02::1 2001::1 ::ffff:10.0.0.1 ::10.0.0.1 ::ffff:0:10.0.0.1
    64:ff9b::10.0.0.1 64:ff9b:1::1 2002:a00:1::
""".split()
PLACES = {
    "issuer": (named_as_issuer, "https://inside.example", "discover"),
    **{
        field: (lambda url, field=field: named_as(field, url), "https://inside.example/x", step)
        for field, step in (("registration_endpoint", "register"), ("token_endpoint", "exchange"))
    },
    "pushed": (
        lambda url: {
            f"GET {META}": reply(
                metadata(
                    require_pushed_authorization_requests=True, pushed_authorization_request_endpoint=url
                )
            )
        },
        "https://inside.example/par",
        "sign-in",
    ),
}


@pytest.mark.checklist("security: URLs")
@pytest.mark.parametrize("addresses", [*ADDRESSES, "10.0.0.5 fd00::1"])
@pytest.mark.parametrize("place", PLACES)
def test_a_name_that_leads_inside_ends_the_login_on_its_step(
    place: str, addresses: str, monkeypatch: Patch
) -> None:
    routes, url, step = PLACES[place]
    net = Net({"inside.example": addresses}, **routes(url))
    made = attempt(net, monkeypatch)
    assert made.failed is None or made.failed.key == step
    assert "private network" in str(made.error)
    assert set(net.dialled) == {PUBLIC} and not any("inside.example" in url for url in made.asked())
    assert bool(made.opened) is (step == "exchange")


def test_of_a_name_with_addresses_inside_and_outside_only_those_outside_are_tried(monkeypatch: Patch) -> None:
    net = Net({"auth.example": f"10.0.0.5 {PUBLIC} ::1"})
    assert attempt(net, monkeypatch).error is None
    assert set(net.dialled) == {PUBLIC}


BASE = "https://mcp.example"
NEXT = [  # the places that are asked after those of the documents
    PRM_ROOT,
    BASE + "/.well-known/oauth-authorization-server",
    BASE + "/.well-known/openid-configuration",
    ISSUER + "/.well-known/openid-configuration",
]
ELSEWHERE = """
    https://evil.example/ //evil.example/x http://mcp.example/ https://mcp.example:8443/ http://localhost/
    https://localhost/ https://127.0.0.1/ https://10.0.0.1/ https://169.254.169.254/ https://[::1]/ https://[fe80::1]/
    https://[64:ff9b::a00:1]/ https://%31%30.0.0.%31/ https://user@mcp.example/ https://user:pw@auth.example/
    https://127.1/ file:///etc/passwd javascript:alert(1) ftp://mcp.example/ data:text/html,x http://[::1
""".split()


@pytest.mark.checklist("security: redirects")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("place", [PRM, META])
def test_a_redirect_away_ends_the_login(place: str, status: int, monkeypatch: Patch) -> None:
    for target in ELSEWHERE:
        net = Net(**{f"GET {place}": reply(None, status, Location=target)})
        made = attempt(net, monkeypatch)
        assert made.failed and made.failed.key == ("discover" if place == META else "register"), target
        assert place == PRM or "redirects to" in made.failed.detail
        assert "pw" not in made.failed.detail and made.opened == []
        assert made.asked() <= {URL, PRM, META, *NEXT, BASE + "/register"} and set(net.dialled) == {PUBLIC}


@pytest.mark.checklist("security: redirects", 7)
@pytest.mark.parametrize("place", ["oauth-authorization-server", "openid-configuration"])
@pytest.mark.parametrize(
    ("named", "words"),
    [
        (ISSUER, ""),
        ("https://login.example", "another issuer"),
        (ISSUER + "/t1", "another issuer"),
        (BASE, "another issuer"),
        (None, "names no issuer"),
    ],
)
def test_a_redirect_to_an_issuers_own_metadata_counts_as_naming_the_issuer(
    place: str, named: str | None, words: str, monkeypatch: Patch
) -> None:
    """Where the server has no document of its own. What comes must speak for the issuer that it lies at."""
    on, said = reply(None, 302, Location=f"{ISSUER}/.well-known/{place}"), reply(metadata(issuer=named))
    net = Net(**{f"GET {PRM}": reply(None, 404), f"GET {NEXT[1]}": on, f"GET {META}": said})
    made = attempt(net, monkeypatch)
    if not words:
        assert (
            made.error is None
            and made.stored_credential
            and made.stored_credential.credential.issuer == ISSUER
        )
        return
    assert made.failed and made.failed.key == "discover" and words in made.failed.detail
    assert made.opened == [] and not net.to(ISSUER + "/register") and not net.to(ISSUER + "/token")


@pytest.mark.checklist("security: redirects")
@pytest.mark.parametrize(
    "issuer", ["https://10.0.0.5", "http://auth.example", "https://localhost", "https://inside.example"]
)
def test_a_redirect_to_metadata_leads_nowhere_that_a_name_would_not(issuer: str, monkeypatch: Patch) -> None:
    on = reply(None, 302, Location=f"{issuer}/.well-known/oauth-authorization-server")
    net = Net({"inside.example": "10.0.0.5"}, **{f"GET {PRM}": reply(None, 404), f"GET {NEXT[1]}": on})
    made = attempt(net, monkeypatch)
    assert made.failed and made.failed.key == "discover" and "won't contact" in made.failed.detail
    assert made.opened == [] and set(net.dialled) == {PUBLIC}
    assert not any(url.startswith(issuer + "/") for url in made.asked())


@pytest.mark.checklist("security: redirects")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("place", "step"),
    [(URL, "probe"), (ISSUER + "/register", "register"), (ISSUER + "/token", "exchange")],
)
def test_what_is_posted_is_never_sent_on(place: str, step: str, status: int, monkeypatch: Patch) -> None:
    """But for the question to the server itself, on its own origin: that holds nothing but what is its."""
    for target in ("https://evil.example/", ISSUER + "/other", "http://mcp.example/other", "/other"):
        if (place, target) == (URL, "/other") and status in (307, 308):
            continue
        made = attempt(Net(**{f"POST {place}": reply(None, status, Location=target)}), monkeypatch)
        assert made.failed and made.failed.key == step
        assert not any("evil" in url or "other" in url for url in made.asked())


@pytest.mark.checklist("security: redirects", "security: binding")
@pytest.mark.parametrize("status", [307, 308])
def test_a_server_that_sends_on_within_its_origin_gets_its_token_and_no_one_else(
    status: int, monkeypatch: Patch
) -> None:
    """The credential stays that of the address that was logged in to."""
    routes = {f"POST {URL}": reply(None, status, Location="/mcp/"), f"POST {URL}/": protected}
    net = Net(**routes)
    made = attempt(net, monkeypatch)
    assert made.error is None and made.stored_credential
    assert (made.stored_credential.url, made.stored_credential.credential.resource) == (URL, URL)
    with_token = {request.url for request in net.asked if "Authorization" in request.headers}
    assert with_token == {URL, URL + "/"}
    far = Net(**{f"POST {URL}": reply(None, status, Location="https://evil.example/mcp")})
    far.routes["POST https://evil.example/mcp"] = protected
    made = attempt(far, monkeypatch)
    assert made.failed and "https://evil.example/mcp" in made.failed.detail
    assert "https://evil.example/mcp" not in made.asked()


def test_a_circle_of_redirects_ends(monkeypatch: Patch) -> None:
    net = Net(**{f"GET {META}": reply(None, 302, Location=META)})
    made = attempt(net, monkeypatch)
    assert made.failed and made.failed.key == "discover" and "too many times" in made.failed.detail
    assert len(net.to(META)) < 10


@pytest.mark.checklist("security: browser")
@pytest.mark.parametrize(
    "tail",
    """
    /$(id) /;id /&&id /'x' /--help /%0a%0d /%22 /%60id%60 /* /~root /!x /(x) /é /?a=$(id)&b=;id /?a='x' /..
    /%2e%2e/ /? //evil.example/ /@evil.example /:443 /-x ?a=1 /[x]
    """.split(),
)
def test_an_odd_sign_in_address_is_opened_with_nothing_in_it_that_acts(tail: str, monkeypatch: Patch) -> None:
    made = attempt(Net(**named_as("authorization_endpoint", ISSUER + tail)), monkeypatch)
    assert made.error is None
    (url,) = made.opened
    assert url.startswith((ISSUER + "/", ISSUER + "?")) and "redirect_uri=http%3A%2F%2F127.0.0.1" in url
    assert not set(url) & set(" '\"`$(){}<>|\\^\n\r\t*!") and url.isascii()


@pytest.mark.parametrize(
    "query", ["redirect_uri=https://evil.example/", "client_id=evil", "state=x", "request=x"]
)
def test_a_sign_in_address_that_speaks_for_the_client_is_not_opened(query: str, monkeypatch: Patch) -> None:
    made = attempt(Net(**named_as("authorization_endpoint", f"{ISSUER}/authorize?{query}")), monkeypatch)
    assert made.failed and made.failed.key == "sign-in" and made.opened == []


def test_a_server_inside_may_name_an_issuer_inside(monkeypatch: Patch) -> None:
    """A company's own: both names lead into its network."""
    net = Net({"mcp.example": "10.0.0.5", "auth.example": "10.0.0.6"}, True)
    assert attempt(net, monkeypatch).error is None
    assert set(net.dialled) == {"10.0.0.5", "10.0.0.6"}


@pytest.mark.parametrize(
    "resource",
    [
        NASTY,
        *"""
        https://evil.example/mcp https://mcp.example.evil.example/mcp http://mcp.example/mcp
        https://mcp.example/mcp2 https://mcp.example/mcp/x https://mcp.example/m https://mcp.example/mcp#x
        https://mcp.example:8443/mcp https://mcp.example@evil.example/mcp https://mcp.example/%6dcp
        https://mcp.example\\@evil.example/mcp https://*.example/mcp urn:x *
        """.split(),
    ],
)
@pytest.mark.checklist(3)
def test_a_document_for_another_resource_ends_the_login(resource: str, monkeypatch: Patch) -> None:
    made = attempt(Net(**{f"GET {PRM}": reply({**RESOURCE, "resource": resource})}), monkeypatch)
    assert made.failed and made.failed.key == "discover" and "another server" in made.failed.detail
    assert made.asked() == {URL, PRM}


@pytest.mark.checklist("security: logs")
@pytest.mark.parametrize("status", [200, 400, 401, 403])
def test_an_issuer_that_quotes_the_refresh_token_puts_it_into_no_record(
    status: int, monkeypatch: Patch
) -> None:
    secret = "rt-0123456789abcdef"
    words = {"error": "invalid_grant", "error_description": f"unknown token {secret}"}
    net = Net(**{f"POST {ISSUER}/token": reply(words, status)})
    monkeypatch.setattr("keyrack.net.http_client.exchange", net.exchange)
    monkeypatch.setattr("keyrack.net.http_client.trust", lambda *_: True)
    adapters = build(net)
    adapters.credentials().save(stored_credential(refresh=secret, expires_at=NOW - 1))
    with pytest.raises(LoginNeeded, match="unknown token") as caught:
        refresh(adapters, SERVER)
    record = adapters.credentials().record(CredentialKey.of(URL))
    assert record and record.credential and "unknown token" in record.credential.refusal
    assert secret not in str(caught.value) + record.credential.refusal
