"""A refused registration leads to advice: whom the vendor admits, and what to register."""

import re
import shlex

import pytest

from keyrack.domain.errors import ClientNeeded
from keyrack.domain.model import Server
from keyrack.operations.login.advice import advised
from keyrack.operations.login.login import login
from keyrack.services.known import KnownServices
from support.canned import ISSUER, META, REDIRECT, URL, World, metadata, query, reply, rpc, unauthorized
from support.cli_kit import run
from support.workbench import SERVER, Listener, approve, build

REFUSED = ClientNeeded("It refused: 403.", issuer="https://auth.example", redirect_uri=REDIRECT)


@pytest.mark.parametrize(
    ("url", "said", "unsaid"),
    [
        ("https://mcp.figma.com/mcp", ["only accepts apps", "Figma"], ["keyrack set", REDIRECT]),
        ("https://mcp.asana.com/v2/mcp", ["needs your own app", REDIRECT, "app.asana.com"], ["keyrack set"]),
        ("https://mcp.slack.com/mcp", ["needs your own app", REDIRECT, "keyrack set theirs"], []),
        ("https://mcp.linear.app/mcp", [REDIRECT], ["only accepts"]),
        ("https://unknown.example/mcp", [REDIRECT, "keyrack login theirs --client-id"], ["keyrack set"]),
    ],
)
def test_the_advice_is_the_vendor_s(url, said, unsaid):
    found = advised(REFUSED, Server("theirs", url), KnownServices().service_for(url))
    assert str(found) == "It refused: 403."
    assert isinstance(found, ClientNeeded)
    assert (found.issuer, found.redirect_uri) == (REFUSED.issuer, REDIRECT)
    assert [words for words in said if words not in found.hint] == []
    assert [words for words in unsaid if words in found.hint] == []


def test_a_login_that_is_not_let_in_says_so_with_the_exact_redirect_uri():
    world = World(**{f"POST {ISSUER}/register": reply({"error": "access_denied"}, 403)})
    with pytest.raises(ClientNeeded, match="access_denied") as caught:
        login(build(world), SERVER)
    assert caught.value.redirect_uri == REDIRECT and REDIRECT in caught.value.hint


@pytest.mark.parametrize(
    ("server", "redirect", "command"),
    [
        (Server("theirs", URL), REDIRECT, "keyrack login theirs --client-id CLIENT_ID --callback-port 8085"),
        (Server("my server", URL), "http://127.0.0.1:9/cb",
         "keyrack login 'my server' --client-id CLIENT_ID --callback-port 9"),
        (Server("theirs", URL, "work"), "http://localhost:8090/callback",
         "keyrack login theirs --client-id CLIENT_ID --callback-port 8090 --redirect-host localhost"
         " --account work"),
        (Server("-x", URL), REDIRECT, "keyrack login --client-id CLIENT_ID --callback-port 8085 -- -x"),
        (Server("https://a.example/mcp?b=1", URL), REDIRECT,
         "keyrack login 'https://a.example/mcp?b=1' --client-id CLIENT_ID --callback-port 8085"),
    ],
)  # fmt: skip
def test_the_hint_is_the_whole_command(server, redirect, command):
    needed = ClientNeeded("No.", issuer="https://auth.example", redirect_uri=redirect)
    assert command in advised(needed, server, None).hint.split("\n")


def test_the_command_works_as_it_is_typed_and_registered(capsys):
    """Registered with the redirect URI that was told, and typed with the id that came of it."""
    fields = metadata(registration_endpoint=None)
    registered: list[str] = []

    def guarded(request):
        return rpc() if request.headers.get("Authorization") else unauthorized()

    def listen(port, host, path):
        listener = Listener(approve)
        listener.redirect_uri = f"http://{host}:{port or 8093}{path}"
        return listener

    def browse(url):
        asked = query(url)
        return (asked["client_id"], asked["redirect_uri"]) == ("it's-mine", registered[0])

    server = SERVER._replace(name="their server")
    world = World(**{f"GET {META}": reply(fields), f"POST {URL}": guarded})
    adapters = build(world, browse=browse, servers=(server,))._replace(listen=listen)

    def keyrack(*words):
        return run(list(words), adapters=lambda **_: adapters)

    assert keyrack("login", "their server") == 1
    said = capsys.readouterr().err
    registered += re.findall(r"redirect URI (\S+)\.$", said, re.MULTILINE)
    [command] = re.findall(r"^ +(keyrack login .*)$", said, re.MULTILINE)
    words = [word.replace("CLIENT_ID", "it's-mine") for word in shlex.split(command)]
    assert keyrack(*words[1:]) == 0
    assert keyrack("login", "their server") == 0  # and from then on without them
    assert "No browser opened" not in capsys.readouterr().err
