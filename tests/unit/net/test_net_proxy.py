"""Which proxy is used for a request, and what NO_PROXY excludes."""

from __future__ import annotations

import pytest

from keyrack.net.proxy import is_exempt, proxy_for

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUEST_METHOD")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize(
    ("url", "no_proxy"),
    [
        ("https://mcp.corp.example/mcp", "*.corp.example"),
        ("https://a.b.corp.example/mcp", "*.corp.example"),
        ("https://mcp.corp.example/mcp", ".corp.example"),
        ("https://corp.example/mcp", ".corp.example"),
        ("https://mcp.corp.example/mcp", "corp.example"),
        ("https://MCP.Corp.Example/mcp", "mcp.CORP.example"),
        ("https://mcp.corp.example./mcp", "mcp.corp.example"),
        ("https://mcp.corp.example/mcp", "a.example, *.corp.example"),
        ("https://mcp.corp.example/mcp", "a.example *.corp.example"),
        ("https://anything.example/mcp", "*"),
        ("https://anything.example/mcp", "a.example,*"),
        ("https://mcp.corp.example:8443/mcp", "corp.example:8443"),
        ("https://mcp.corp.example:8443/mcp", "*.corp.example:8443"),
        ("https://mcp.corp.example/mcp", "corp.example:443"),
        ("http://mcp.corp.example/mcp", "corp.example:80"),
        ("https://10.1.2.3/mcp", "10.0.0.0/8"),
        ("https://10.1.2.3:8443/mcp", "10.0.0.0/8:8443"),
        ("https://10.1.2.3/mcp", "10.1.2.3/8"),  # not the network's own address, and yet clear
        ("https://10.1.2.3/mcp", "10.1.2.3"),
        ("https://10.1.2.3/mcp", "10.1.*"),
        ("https://[fd00::1]/mcp", "fd00::/8"),
        ("https://[fd00::1]/mcp", "[fd00::1]"),
        ("https://[fd00::1]:8443/mcp", "[fd00::1]:8443"),
        ("https://[fd00:0:0::1]/mcp", "fd00::1"),
    ],
)
def test_no_proxy_names_a_host(url: str, no_proxy: str) -> None:
    assert is_exempt(url, no_proxy)


@pytest.mark.parametrize(
    ("url", "no_proxy"),
    [
        ("https://mcp.corp.example/mcp", ""),
        ("https://evilcorp.example/mcp", "corp.example"),
        ("https://evilcorp.example/mcp", "*.corp.example"),
        ("https://corp.example/mcp", "*.corp.example"),
        ("https://corp.example.evil.example/mcp", "*.corp.example"),
        ("https://mcpxcorp.example/mcp", "mcp.corp.example"),
        ("https://mcp.corp.example/mcp", "corp.example:8443"),
        ("https://mcp.corp.example:8443/mcp", "*.corp.example:443"),
        ("https://11.1.2.3/mcp", "10.0.0.0/8"),
        ("https://10.1.2.3:8443/mcp", "10.0.0.0/8:443"),
        ("https://10.1.2.3.example/mcp", "10.0.0.0/8"),
        ("https://110.1.2.3/mcp", "10.1.2.3"),
        ("https://2.10.1.2/mcp", "10.1.2"),  # addresses have no subdomains
        ("https://[fe00::1]/mcp", "fd00::/8"),
        ("https://mcp.corp.example/mcp", "10.0.0.0/99,::/300,[,:,:443,.,/8"),
    ],
)
def test_no_proxy_names_other_hosts(url: str, no_proxy: str) -> None:
    assert not is_exempt(url, no_proxy)


def test_each_scheme_has_its_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://plain.example:1")
    monkeypatch.setenv("ALL_PROXY", "all.example:2")
    assert proxy_for("http://a.example/") == "http://plain.example:1"
    assert proxy_for("https://a.example/") == "http://all.example:2"
    monkeypatch.setenv("https_proxy", "https://secure.example:3")
    assert proxy_for("https://a.example/") == "https://secure.example:3"
    monkeypatch.setenv("NO_PROXY", "10.0.0.0/8,*.corp.example")
    assert proxy_for("https://10.9.9.9/") is None
    assert proxy_for("https://mcp.corp.example/") is None
    assert proxy_for("https://corp.example/") == "https://secure.example:3"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8085/callback", "https://localhost/", "http://[::1]/"])
def test_this_machine_is_never_asked_for_by_a_proxy(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy.example:1")
    assert proxy_for(url) is None
