import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.domain.errors import BadUrl
from keyrack.domain.resource import (
    NUMBER,
    canonical_url,
    covers,
    host,
    inert,
    ip_of,
    is_address,
    is_loopback,
    origin,
    parse_url,
    redirect_target,
    refusal_of,
    refusal_of_host,
    same_issuer,
)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("HTTPS://MCP.Example.com/Mcp", "https://mcp.example.com/Mcp"),
        ("https://a.example:443/mcp", "https://a.example/mcp"),
        ("http://[::1]:8080/mcp?x=1", "http://[::1]:8080/mcp?x=1"),
        ("https://a.example/mcp/", "https://a.example/mcp/"),
        ("http://a.example:80/mcp", "http://a.example/mcp"),
        ("https://é.example/", "https://xn--9ca.example/"),
        ("https://é.example:8443/", "https://xn--9ca.example:8443/"),
    ],
)
def test_a_url_gets_its_request_form(text, form):
    assert parse_url(text) == form


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("https://user:pass@a.example/mcp", "password"),
        ("https://a.example/mcp#x", "fragment"),
        ("https://a.example/mcp#", "fragment"),
        ("a.example/mcp", "scheme"),
        ("a.example:8080/mcp", "no scheme"),
        ("javascript:alert(1)", "javascript"),
        ("file:///etc/passwd", "file"),
        ("https:///mcp", "no host"),
        ("https://a.example:99999/", "URL"),
        ("https://a.example:0/", "port 0"),
        ("https://a.exa mple/", "spaces"),
        ("https://a.example/\n", "control"),
        ("https://a.example/\"x'", "quotes"),
        ("https://[::1", "URL"),
        ("https://2130706433/", "not written as one"),
        ("https://0x7f.1/", "not written as one"),
        ("https://127.1/", "not written as one"),
        ("https://１２７.１/", "not written as one"),  # plain digits after IDNA
        ("https://①②⑦。1/", "not written as one"),
        ("https://%31%30.0.0.%31/", "not a valid one"),  # a browser reads 10.0.0.1
        ("https://10%2e0.0%2e1%2f.example/", "not a valid one"),
        ("https://$(id).example/", "not a valid one"),
        ("https://a,b.example/", "not a valid one"),
        ("https://[v1.fe80::a]/", "not a valid one"),
        ("https://./", "not a valid one"),
        ("https://a.example/\u202e", "control"),
        ("https://a.example/\x9b", "control"),
        ("https://a\u200d.example/", "control"),
        ("", "empty"),
    ],
)
def test_a_bad_url_is_refused_with_the_reason_and_without_the_password(text, word):
    with pytest.raises(BadUrl) as caught:
        parse_url(text)
    assert word in str(caught.value)
    assert "pass@" not in str(caught.value)


@pytest.mark.parametrize("character", '\\"<>^`{|} ')
def test_what_a_shell_or_a_page_reads_as_something_else_is_refused_in_a_url(character):
    with pytest.raises(BadUrl, match="spaces, quotes or control"):
        parse_url(f"https://a.example/{character}x")


@pytest.mark.parametrize("host", ["mcp.atlaßian.example", "ATLAẞIAN.example", "faς.example"])
def test_a_name_that_another_program_takes_for_another_host_is_refused(host):
    with pytest.raises(BadUrl, match="read differently"):
        canonical_url(f"https://{host}/mcp")


def test_two_spellings_of_one_server_share_an_identity():
    assert canonical_url("https://A.example:443/mcp/") == canonical_url("https://a.example/mcp")
    assert canonical_url("https://a.example/mcp") != canonical_url("https://a.example/mcp2")


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused_and_parsing_is_stable(text):
    try:
        form = parse_url(text)
    except BadUrl:
        return
    assert parse_url(form) == form


@pytest.mark.checklist(3)
@pytest.mark.parametrize(
    ("resource", "yes"),
    [  # checklist 3
        ("https://a.example/mcp", True),
        ("https://a.example/mcp/", True),
        ("https://a.example", True),
        ("https://a.example/", True),
        ("https://a.example/m", False),
        ("https://a.example/mcp/deeper", False),
        ("https://b.example/mcp", False),
        ("http://a.example/mcp", False),
        ("https://a.example:8443/mcp", False),
        ("https://a.example/mcp#part", False),
        ("nonsense", False),
    ],
)
def test_a_resource_covers_a_server_of_its_origin_on_a_segment_boundary(resource, yes):
    assert covers(resource, "https://a.example/mcp") is yes


PUBLIC, LOCAL, LAN = "https://mcp.example.com/mcp", "http://127.0.0.1:9/mcp", "http://192.168.1.5/mcp"


@pytest.mark.checklist("security: URLs")
@pytest.mark.parametrize(
    ("url", "server", "allowed"),
    [
        ("https://auth.example.com/", PUBLIC, True),
        ("http://auth.example.com/", PUBLIC, False),
        ("file:///etc/passwd", PUBLIC, False),
        ("https://127.0.0.1/", PUBLIC, False),
        ("https://localhost/", PUBLIC, False),
        ("https://mcp.localhost/", PUBLIC, False),
        ("https://10.0.0.1/", PUBLIC, False),
        ("https://169.254.169.254/latest", PUBLIC, False),
        ("https://[::1]/", PUBLIC, False),
        ("https://[fe80::1]/", PUBLIC, False),
        ("https://[fd00::1]/", PUBLIC, False),
        ("https://[fd00::a]/", PUBLIC, False),
        ("https://[::ffff:10.0.0.1]/", PUBLIC, False),
        ("https://[::ffff:0:10.0.0.1]/", PUBLIC, False),
        ("https://[::10.0.0.1]/", PUBLIC, False),
        ("https://[64:ff9b::10.0.0.1]/", PUBLIC, False),
        ("https://[64:ff9b:1::10.0.0.1]/", PUBLIC, False),
        ("https://[2002:a00:1::]/", PUBLIC, False),
        ("https://[2002:a00:1::]/", LOCAL, False),
        ("https://[2001::1]/", PUBLIC, False),
        ("https://[fec0::1]/", PUBLIC, False),
        ("https://[ff0e::1]/", PUBLIC, False),
        ("https://[fe80::1%25eth0]/", PUBLIC, False),
        ("https://[2606:4700::1111%25lo]/", PUBLIC, False),
        ("https://224.0.0.1/", PUBLIC, False),
        ("https://10.0.0.1./", PUBLIC, False),
        ("https://255.255.255.255/", PUBLIC, False),
        ("https://100.64.0.1/", PUBLIC, False),
        ("https://[2606:4700::1111]/", PUBLIC, True),
        ("https://[64:ff9b::8.8.8.8]/", PUBLIC, True),
        ("https://１０.0。0.1/", PUBLIC, False),
        ("https://ⓛocalhost/", PUBLIC, False),
        ("https://auth.example.com/#", PUBLIC, False),
        ("https://0.0.0.0/", PUBLIC, False),
        ("https://user@auth.example.com/", PUBLIC, False),
        ("https://localhost./", PUBLIC, False),
        ("http://127.0.0.1:8/", "https://[2606:4700::1111]/mcp", False),
        ("https://auth.example.com/#x", PUBLIC, False),
        ("http://127.0.0.1:8/", LOCAL, True),
        ("http://localhost:8/", LOCAL, True),
        ("http://mcp.localhost:8/", LOCAL, True),
        ("http://[::ffff:127.0.0.1]:8/", LOCAL, True),
        ("http://127.0.0.1:8/", "http://mcp.localhost:9/mcp", True),
        ("https://10.0.0.1/", LOCAL, False),
        ("https://auth.example.com/", LOCAL, True),
        ("https://192.168.1.6/", LAN, True),
        ("http://127.0.0.1:8/", LAN, False),  # its own loopback is another machine's
        ("https://localhost/", LAN, False),
        ("http://[::1]:8/", "http://box/mcp", False),
        ("https://10.0.0.1/", "http://box/mcp", True),
    ],
)
def test_which_urls_of_a_server_may_be_asked(url, server, allowed):
    assert (refusal_of(url, server_url=server) is None) is allowed


@pytest.mark.parametrize("address", ["fe80::1%", "fe80::1%eth0", "10.0.0.1%eth0", "10.0.0.1%1", "::1%lo"])
def test_an_address_with_a_zone_is_refused_however_the_zone_is_written(address):
    assert refusal_of_host(address, server_url=PUBLIC)


@pytest.mark.parametrize(
    ("url", "server", "reason"),
    [
        (
            "https://user@auth.example.com/",
            PUBLIC,
            "the address has a user name or password in it; keyrack never sends those",
        ),
        ("https://auth.example.com/#x", PUBLIC, "it has a fragment"),
        ("http://auth.example.com/", PUBLIC, "it is plain http on another machine"),
        (
            "https://10.0.0.1/",
            PUBLIC,
            "10.0.0.1 is an address inside a private network, and the server is not",
        ),
        ("https://localhost/", LAN, "localhost is this machine, and the server is another"),
        (
            "https://10.0.0.1/",
            LOCAL,
            "10.0.0.1 is an address inside a private network, and the server is on this machine",
        ),
    ],
)
def test_the_reason_why_a_url_is_not_asked_ends_a_sentence(url, server, reason):
    assert refusal_of(url, server_url=server) == reason


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b?x=1#part", "https://a.example/b?x=1"),
        ("//b.example/", "https://b.example/"),
        ("file:///etc/passwd", None),
        ("https://[::1", None),
    ],
)
def test_a_redirect_s_target_is_a_web_url_or_none(location, target):
    assert redirect_target("https://a.example/mcp", location) == target


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_an_ipv6_form_of_an_ipv4_address_is_judged_like_the_address_itself(address):
    packed = f"{int(address) >> 16:x}:{int(address) & 0xFFFF:x}"
    asked = refusal_of_host(str(address), server_url=PUBLIC)
    for form in (f"::ffff:{packed}", f"64:ff9b::{packed}", f"::ffff:0:{packed}"):
        assert (refusal_of_host(form, server_url=PUBLIC) is None) is (asked is None)
    if asked:
        assert refusal_of_host(f"2002:{packed}::1", server_url=PUBLIC)
        assert refusal_of_host(f"::{packed}", server_url=PUBLIC)


@settings(deadline=None)
@given(st.text(alphabet="0123456789abcdefx%:.[]①２。\u200d", max_size=30))
def test_a_host_is_an_address_a_name_or_refused(text):
    """What passes as a name has no digits alone at its end and no %: no program takes it for an address."""
    try:
        name = host(f"https://{text}/")
    except BadUrl:
        return
    assert ip_of(name) or (
        re.fullmatch(r"[a-z0-9._-]+", name) and not re.fullmatch(NUMBER, name.split(".")[-1])
    )


def test_the_form_that_is_shown_and_opened_is_inert():
    form = inert("https://bücher.example:443/é/(a)?x='$(id)';id&y=%20")
    assert form == "https://xn--bcher-kva.example/%C3%A9/%28a%29?x=%27%24%28id%29%27;id&y=%20"
    assert inert(form) == form


def test_origin_and_loopback():
    assert origin("https://A.example:443/x?y") == "https://a.example"
    assert is_loopback("http://localhost:1/") and is_loopback("http://[::1]/")
    assert is_loopback("http://mcp.localhost:1/") and is_loopback("http://[::ffff:127.0.0.1]/")
    assert not is_loopback("http://localhost.example.com/") and not is_loopback("http://notlocalhost/")


def test_a_final_dot_is_no_part_of_the_host():
    assert host("https://A.example./mcp") == host("https://a.example/mcp") == "a.example"


def test_what_has_a_scheme_is_a_url_and_anything_else_a_name():
    assert is_address("https://a.example/mcp")
    assert not is_address("linear") and not is_address("a.example/mcp")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://h", "https://h/", True),
        ("https://h:8/", "https://h:8", True),
        ("https://h", "https://h//", False),
        ("https://h", "https://h/?", False),
        ("https://h", "https://h/#", False),
        ("https://h/a", "https://h/a/", False),
        ("https://h", "http://h", False),
        ("https://h", "https://H", False),
        ("https://h:443", "https://h", False),
        ("", "/", False),
        ("urn:x", "urn:x/", False),
    ],
)
def test_only_the_final_slash_of_an_issuer_makes_no_difference(one: str, other: str, same: bool) -> None:
    assert same_issuer(one, other) is same_issuer(other, one) is same
