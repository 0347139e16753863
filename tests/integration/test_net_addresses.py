"""Names, addresses and proxies: which connections are made, and that there are no others.

A fake resolver answers for every name, and every connection of a test is recorded
before it is made; none may leave loopback.
"""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from integration.net_server import little_server, reply
from keyrack.domain.secret import Secret
from keyrack.net import address
from keyrack.net.http_client import HttpxClient
from keyrack.net.limits import Limits
from keyrack.net.proxy import proxy_for
from keyrack.oauth.http import Failed, Request, Response
from support.resolver import LIMITS, PUBLIC, Names, send


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that somebody tried to connect to. Those beyond loopback are not reached."""
    tried: list[str] = []
    real = socket.create_connection

    def dial(target: tuple[str, int], *args: Any, **more: Any) -> socket.socket:
        tried.append(target[0])
        if target[0] not in ("127.0.0.1", "::1"):
            raise OSError(101, "Network is unreachable")
        return real(target, *args, **more)

    monkeypatch.setattr(socket, "create_connection", dial)
    return tried


@pytest.mark.checklist("security: URLs")
@pytest.mark.parametrize(
    "lies",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.0.0.5",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2002:a00:1::",
        "2001:db8::1",
        "10.0.0.5 192.168.1.1",
    ],
)
def test_a_name_that_leads_inside_is_refused(lies: str, dialled: list[str]):
    names = Names(mcp_example="93.184.215.14", auth_example=lies)
    answer = send("https://auth.example/x", names)
    assert isinstance(answer, Failed) and answer.refused
    assert "private network" in answer.reason and dialled == []


@pytest.mark.checklist("security: URLs")
@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://a.localhost/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/",
        "https://[fe80::1]/",
        "https://169.254.169.254/latest/meta-data",
        "http://auth.example/",
        "file:///etc/passwd",
        "ftp://a.example/",
        "javascript:alert(1)",
        "https://user@auth.example/",
        "https://auth.example/#x",
        "https://auth.example:0/",
        "https://auth.example/a b",
        "https://auth.example/\n",
        "//auth.example/",
        "",
    ],
)
def test_a_forbidden_url_is_never_asked(url: str, dialled: list[str]):
    names = Names(mcp_example="93.184.215.14", auth_example="93.184.215.15")
    answer = send(url, names)
    assert isinstance(answer, Failed) and answer.refused
    assert answer.reason.endswith(".") and dialled == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost."])
def test_odd_spellings_are_what_the_resolver_makes_of_them(host: str, dialled: list[str]):
    names = Names(mcp_example="93.184.215.14")
    names.names[host] = ["127.0.0.1"]
    answer = send(f"https://{host}/", names)
    assert isinstance(answer, Failed) and answer.refused and dialled == []


def test_only_the_allowed_addresses_of_a_name_are_tried(dialled: list[str]):
    answer = send("https://auth.example/", Names(auth_example="10.0.0.1 93.184.215.15 2606:4700::1 ::1"))
    assert isinstance(answer, Failed) and "no route" in answer.reason
    assert dialled == ["93.184.215.15", "2606:4700::1"]


def test_a_name_is_resolved_once_and_its_answer_is_used(dialled: list[str]):
    class Rebinding(Names):
        def __call__(self, host: str, port: Any, **more: Any) -> list[Any]:
            rows = super().__call__(host, port, **more)
            self.names[host] = ["127.0.0.1"]
            return rows

    names = Rebinding(auth_example="93.184.215.15")
    send("https://auth.example/", names)
    assert names.asked == ["auth.example"] and dialled == ["93.184.215.15"]


def test_the_users_own_server_may_lie_anywhere(dialled: list[str]):
    with little_server(reply(b"mine")) as server:
        url = f"http://box.home:{server.port}/mcp"
        answer = send(url, Names(box_home="127.0.0.1"), server_url=url)
    assert isinstance(answer, Response) and answer.body == b"mine"
    assert f"host: box.home:{server.port}".encode() in server.requests[0].lower()


def test_a_company_keeps_both_behind_public_names(dialled: list[str]):
    names = Names(mcp_corp_example="10.1.0.5", auth_corp_example="10.1.0.6")
    answer = send("https://auth.corp.example/", names, server_url="https://mcp.corp.example/mcp")
    assert isinstance(answer, Failed) and not answer.refused
    assert dialled == ["10.1.0.6"]


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "", {"Authorization": "Bearer t"}),
        Request("GET", "", {"X-Key": Secret("t")}),
        Request("POST", "", form={"code": Secret("t")}),
        Request("GET", "", {"cookie": "t"}),
    ],
)
def test_a_credential_never_goes_over_plain_http(request_: Request, dialled: list[str]):
    url = "http://box.home/mcp"
    answer = HttpxClient(LIMITS, Names(box_home="127.0.0.1")).send(request_._replace(url=url), server_url=url)
    assert isinstance(answer, Failed) and answer.refused and dialled == []
    assert "plain http" in answer.reason


def test_localhost_is_not_what_a_resolver_says(dialled: list[str]):
    with little_server(reply(b"here")) as server:
        url = f"http://app.localhost:{server.port}/"
        answer = send(url, Names(app_localhost="93.184.215.14"), server_url=url)
    assert isinstance(answer, Response) and "93.184.215.14" not in dialled


def test_an_unknown_name_is_reported():
    assert send("https://auth.example/", Names()) == Failed("The name auth.example was not found.")
    long = "a" * 70 + ".example"
    assert isinstance(
        HttpxClient(LIMITS).send(Request("GET", f"https://{long}/"), server_url=f"https://{long}/"), Failed
    )


def test_a_resolver_that_hangs_is_left_behind():
    go = threading.Event()

    def hang(*_: Any, **__: Any) -> list[Any]:
        go.wait(10)
        return []

    answer = HttpxClient(Limits(connect=0.1), hang).send(
        Request("GET", "https://a.example/"), server_url=PUBLIC
    )
    go.set()
    assert answer == Failed("The name a.example was not resolved in time.")


def test_a_proxy_gets_the_name_and_nothing_is_resolved_here(monkeypatch: pytest.MonkeyPatch):
    names = Names()
    with little_server(reply(b"by proxy")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        answer = send("http://box.home/mcp", names, server_url="http://box.home/mcp")
    assert isinstance(answer, Response) and answer.body == b"by proxy" and names.asked == []
    assert proxy.requests[0].startswith(b"GET http://box.home/mcp HTTP/1.1\r\n")


def test_a_host_that_no_proxy_names_is_asked_without_the_proxy(monkeypatch: pytest.MonkeyPatch):
    with little_server(reply(b"by proxy")) as proxy, little_server(reply(b"itself")) as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "*.home")
        url = f"http://box.home:{server.port}/mcp"
        answer = send(url, Names(box_home="127.0.0.1"), server_url=url)
        assert isinstance(answer, Response) and answer.body == b"itself" and not proxy.connections


def test_a_host_that_no_proxy_names_is_checked_like_any_other(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("https_proxy", "http://proxy.example:1")
    monkeypatch.setenv("no_proxy", "*.home")
    answer = send("https://box.home/", Names(box_home="10.0.0.1"))
    assert isinstance(answer, Failed) and answer.refused


def test_a_proxy_that_says_no(monkeypatch: pytest.MonkeyPatch):
    with little_server(reply(b"", "403 Forbidden")) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        answer = send("https://auth.example/", Names())
    assert answer == Failed("The proxy refused the request to auth.example.")
    assert proxy.requests[0].startswith(b"CONNECT auth.example:443")


@pytest.mark.parametrize("host", ["127.1", "10.0.0.1.", "0x0a000001", "167772161", "localhost.", "10.1"])
def test_literal_addresses_are_checked_before_a_proxy_too(host: str, monkeypatch: pytest.MonkeyPatch):
    with little_server(reply()) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        answer = send(f"https://{host}/", Names())
        assert isinstance(answer, Failed) and answer.refused and not proxy.connections


def test_which_proxy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("https_proxy", "proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example,.corp.example")
    assert proxy_for("https://a.example/") == "http://proxy.example:3128"
    assert proxy_for("http://a.example/") is None
    assert proxy_for("https://inside.example:8443/") is None
    assert proxy_for("https://x.corp.example/") is None
    assert proxy_for("https://localhost/") is None


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "nonsense://x", "http://[::1"])
def test_a_proxy_that_can_not_be_used_is_reported(proxy: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("https_proxy", proxy)
    answer = send("https://a.example/", Names())
    assert isinstance(answer, Failed) and answer.reason.endswith(".")


def test_a_nat64_address_of_a_public_host_is_allowed():
    assert not address.forbidden("64:ff9b::808:808", PUBLIC)
    assert not address.forbidden("2606:4700::1111", PUBLIC)
