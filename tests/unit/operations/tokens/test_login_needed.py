"""The command that `keyrack.Auth` suggests creates the credential that it was looking for."""

from __future__ import annotations

import subprocess
from typing import Any

import httpx
import pytest

import keyrack
from keyrack.cli.context import target
from keyrack.cli.login import VERB as LOGIN
from keyrack.cli.parse import parse
from keyrack.cli.set import VERB as SET
from keyrack.domain.errors import KeyrackError, LoginNeeded
from keyrack.domain.model import CredentialKey, Server, Source
from keyrack.domain.reading import Reading
from keyrack.domain.resource import canonical_url
from keyrack.operations.ports import Adapters
from support.canned import URL
from support.workbench import SERVER, build, stored_credential

KEY = "k3y9f8a7d6s5k4j3h2g1q0"
MORE = 'Bearer error="insufficient_scope", scope="{}"'


def refusing(challenge: str, status: int = 401) -> Any:
    return lambda request: httpx.Response(status, headers={b"WWW-Authenticate": challenge.encode("latin-1")})


def needed(adapters: Adapters, url: str = URL, server: Any = None, **options: Any) -> LoginNeeded:
    auth = keyrack.Auth(url, adapters=adapters, **options)
    transport = httpx.MockTransport(server or refusing("Bearer"))
    with httpx.Client(transport=transport, auth=auth) as client, pytest.raises(LoginNeeded) as caught:
        client.get(auth._url)
    return caught.value


def typed(error: LoginNeeded) -> list[str]:
    """The words of the command, as a real shell reads them from the exception's text."""
    said, _, command = str(error).partition(" Run: ")
    assert said.endswith(".") and error.hint == f"Run: {command}" and command.startswith("keyrack ")
    done = subprocess.run(
        ["sh", "-c", f'keyrack() {{ printf "%s\\0" "$@"; }}\n{command}'], capture_output=True, check=True
    )
    return done.stdout.decode().split("\0")[:-1]


def meant(adapters: Adapters, error: LoginNeeded) -> tuple[CredentialKey | None, Any]:
    """What the command line makes of the command."""
    verb, *words = typed(error)
    options = parse(LOGIN if verb == "login" else SET, words)[0]
    return target(adapters, options.operand, options.account).key, options


ODD = [
    "https://mcp.example/mcp?tenant=1&b=$(id);x",
    "https://mcp.example/it's/mcp",
    "https://mcp.example/m*cp/(a)/!b/~c",
    "https://mcp.example/ünïcode/mcp",
    "https://mcp.example:8443/mcp/",
    "HTTPS://MCP.example/a%20b",
    "http://[::1]:8080/mcp",
]


@pytest.mark.parametrize("url", ODD)
@pytest.mark.parametrize(
    "account", ["default", "work", "it's mine", "-x", "--json", "a=b", "ümläut", " padded "]
)
def test_any_address_and_any_account(url: str, account: str) -> None:
    for servers in ((), (SERVER._replace(url=url),)):
        adapters = build(servers=servers)
        key, _ = meant(adapters, needed(adapters, url, account=account))
        assert key == CredentialKey(canonical_url(url), account.strip())


def test_an_account_that_no_command_can_name_is_refused_at_once() -> None:
    for account in ("", "a\nb", "x" * 100):
        with pytest.raises(KeyrackError, match="printable"):
            keyrack.Auth(URL, account=account)


def test_where_another_account_is_meant_without_one_the_command_names_it() -> None:
    chosen = build()
    chosen = chosen._replace(read=lambda: Reading((SERVER,), (), (), accounts={URL: "work"}))
    only = build()
    only.credentials().save(stored_credential()._replace(account="work"))
    for adapters in (chosen, only):
        error = needed(adapters, account="default")
        assert meant(adapters, error)[0] == CredentialKey(URL, "default")
        assert "--account default" in str(error)
        assert "--account" not in str(needed(build(), account="default"))


def test_without_an_account_the_command_means_the_one_that_is_chosen() -> None:
    adapters = build()._replace(read=lambda: Reading((SERVER,), (), (), accounts={URL: "work"}))
    assert meant(adapters, needed(adapters))[0] == CredentialKey(URL, "work")


def two(*names: str) -> Adapters:
    """Servers that share an address, each with a credential of its own."""
    found = (Source("keyrack", "/config.toml", ""),)
    return build(servers=tuple(Server(name, URL, sources=found, tag=name) for name in names))


@pytest.mark.parametrize("names", [("acme", "other"), ("-x", "--help"), ("it's", "a b"), ("$HOME", "`id`")])
def test_of_servers_at_one_address_the_name_is_typed(names: tuple[str, str]) -> None:
    adapters = two(*names)
    for name in names:
        for account in ("default", "work"):
            error = needed(adapters, name=name, account=account)
            key, _ = meant(adapters, error)
            assert key is not None and (key.url, key.account) == (URL, account)
            assert URL in str(error)  # the sentence tells for what
    keys = {meant(adapters, needed(adapters, name=name))[0] for name in names}
    assert len(keys) == 2


def test_a_key_in_the_address_is_shown_only_where_nothing_else_names_the_server() -> None:
    url = f"https://mcp.example/{KEY}/mcp"
    adapters = build(servers=(SERVER._replace(url=url),))
    error = needed(adapters, url)
    assert KEY not in str(error) and str(error).endswith("Run: keyrack login example")
    assert meant(adapters, error)[0] == CredentialKey(url)
    unknown = build(servers=())
    assert meant(unknown, needed(unknown, url))[0] == CredentialKey(url)


@pytest.mark.parametrize(
    ("scopes", "asked"),
    [
        ("write", ["read", "write"]),
        ("-x --yes", ["read", "-x", "--yes"]),
        ("a;b $(id) 'c'", ["read", "a;b", "$(id)", "'c'"]),
        ("good b\u00e4d", ["read", "good"]),
        (" ".join(f"scope-{n}" for n in range(1000)), []),  # more than a sign-in page takes
    ],
)
def test_the_scopes_of_the_command_are_those_that_are_missing(scopes: str, asked: list[str]) -> None:
    adapters = build()
    adapters.credentials().save(stored_credential())
    error = needed(adapters, server=refusing(MORE.format(scopes), 403))
    key, args = meant(adapters, error)
    assert key == CredentialKey(URL)
    assert [scope for group in args.scope for scope in group] == asked


def test_a_token_made_by_hand_is_set_again() -> None:
    facts = stored_credential().credential._replace(kind="token", refreshable=False)
    for account in ("default", "-x"):
        adapters = build(servers=())
        adapters.credentials().save(stored_credential()._replace(account=account, credential=facts))
        error = needed(adapters, account=account)
        assert typed(error)[0] == "set" and "The stored token" in str(error)
        assert meant(adapters, error)[0] == CredentialKey(URL, account)
