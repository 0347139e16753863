"""A server without OAuth: keyrack says so, and offers a manual token."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from keyrack.domain.errors import ClientNeeded, KeyrackError, NoOAuth, Temporary
from keyrack.domain.model import ClientSettings, Server
from keyrack.oauth.http import Response
from keyrack.operations.login.advice import advised
from keyrack.operations.login.login import login
from keyrack.services.known import KnownServices
from support.canned import ISSUER, META, PRM, REDIRECT, URL, World, metadata, reply, unauthorized
from support.workbench import SERVER, build

BASE = "https://mcp.example"
OWN_META = f"{BASE}/.well-known/oauth-authorization-server"
NOT_THERE = reply(None, 404)
PAGE = Response(200, (("Content-Type", "text/html"),), b"<title>Welcome</title>")


def log_in(server: Server = SERVER, /, **routes: Any) -> KeyrackError:
    """The end of a login where nothing but these routes is there."""
    world = World(**{f"GET {PRM}": NOT_THERE, f"POST {ISSUER}/register": NOT_THERE, **routes})
    with pytest.raises(KeyrackError) as caught:
        login(build(world), server)
    return caught.value


@pytest.mark.parametrize(
    "answer",
    [NOT_THERE, reply(None, 405), reply(None, 410), unauthorized(), reply({"error": "unauthorized"}, 401),
     Response(302, (("Location", "https://mcp.example/login"),)), PAGE],
)  # fmt: skip
def test_a_server_with_neither_metadata_nor_a_place_to_register_has_no_oauth(answer: Response) -> None:
    error = log_in(**{f"POST {BASE}/register": answer})
    assert isinstance(error, NoOAuth)
    assert (
        str(error) == "https://mcp.example has no OAuth: it publishes no metadata and does not register apps."
    )
    assert error.hint.split("\n") == [
        "If it does have a login, an app that you registered there may work:",
        "keyrack login example --client-id CLIENT_ID",
        "A personal access token may work:",
        "keyrack set example",
    ]


def test_a_gateway_that_wants_a_token_for_every_path_has_no_oauth() -> None:
    places = [PRM, f"{BASE}/.well-known/oauth-protected-resource", OWN_META]
    guarded = {f"GET {place}": unauthorized() for place in places}
    assert isinstance(log_in(**guarded, **{f"POST {BASE}/register": unauthorized()}), NoOAuth)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply({"error": "invalid_redirect_uri"}, 400), ClientNeeded),
        (reply({"error": "access_denied"}, 403), ClientNeeded),
        (reply(None, 500), Temporary),
        (reply(None, 429), Temporary),
    ],
)
def test_a_registration_that_answers_as_one_is_not_taken_for_nothing(
    answer: Response, kind: type[KeyrackError]
) -> None:
    assert type(log_in(**{f"POST {BASE}/register": answer})) is kind


def test_an_issuer_with_metadata_that_registers_nobody_wants_an_app() -> None:
    error = log_in(**{f"GET {OWN_META}": reply(metadata(issuer=BASE, registration_endpoint=BASE + "/reg"))})
    assert isinstance(error, ClientNeeded)


@pytest.mark.parametrize(
    ("routes", "sentence"),
    [
        ({f"GET {PRM}": reply({"resource": URL, "authorization_servers": [ISSUER]}),
          f"GET {META}": NOT_THERE},
         "https://auth.example publishes no authorization-server metadata."),
        ({f"POST {URL}": unauthorized(f'Bearer resource_metadata="{PRM}"')},
         "The server names a protected-resource document, but it does not exist."),
    ],
)  # fmt: skip
def test_documents_that_lead_nowhere_are_no_oauth_either(routes: dict[str, Any], sentence: str) -> None:
    error = log_in(**routes)
    assert isinstance(error, NoOAuth) and str(error) == sentence
    assert "operator" in error.hint and error.hint.endswith("keyrack set example")


@pytest.mark.parametrize(
    "issuer",
    ["https://10.0.0.1", "http://auth.example", "https://auth.example?x=1", "https://auth.example/a/../b"],
)
def test_an_issuer_that_is_not_asked_is_no_reason_to_offer_a_token(issuer: str) -> None:
    error = log_in(**{f"GET {PRM}": reply({"resource": URL, "authorization_servers": [issuer]})})
    assert not isinstance(error, NoOAuth) and "keyrack set" not in error.hint


def test_an_open_server_has_nothing_to_log_in_to_and_is_not_offered_a_token() -> None:
    open_server = reply({"jsonrpc": "2.0", "id": 1, "result": {"tools": []}})
    error = log_in(**{f"POST {URL}": open_server})
    assert not isinstance(error, NoOAuth) and "does not need a login" in str(error)


def test_a_client_of_the_users_own_is_tried_where_nothing_is_published() -> None:
    server = SERVER._replace(client=ClientSettings(client_id="mine"))
    error = log_in(server, **{f"POST {BASE}/token": reply({"error": "invalid_grant"}, 400)})
    assert not isinstance(error, NoOAuth)


def test_the_step_that_failed_says_it_and_nothing_is_stored() -> None:
    adapters, events = build(World(**{f"GET {PRM}": NOT_THERE})), []
    with pytest.raises(NoOAuth):
        login(adapters, SERVER, on_event=events.append)
    assert (events[-1].key, events[-1].state) == ("register", "failed")
    assert not adapters.credentials().records()


NO_OAUTH = NoOAuth("It has none.", hint="Its operator must fix it.")


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("https://unknown.example/mcp",
         "Its operator must fix it.\nA personal access token may work:\nkeyrack set theirs"),
        ("https://mcp.linear.app/mcp",
         "Its operator must fix it.\nA personal access token may work. Create one on "
         "https://linear.app/settings/account/security/api-keys/new and run:\nkeyrack set theirs"),
        ("https://mcp.notion.com/mcp", "Its operator must fix it."),
        ("https://mcp.figma.com/mcp", "Its operator must fix it."),
    ],
)  # fmt: skip
def test_the_token_is_offered_where_the_vendor_takes_one(url: str, hint: str) -> None:
    error = advised(NO_OAUTH, Server("theirs", url), KnownServices().service_for(url))
    assert isinstance(error, NoOAuth) and (str(error), error.hint) == ("It has none.", hint)


def test_the_users_own_services_have_a_say(tmp_path: Path) -> None:
    service = 'extends = "gitlab"\nname = "GitLab at work"\nhosts = ["git.acme.example"]\n'
    (tmp_path / "work.toml").write_text(service)
    server = Server("work", "https://git.acme.example/api/v4/mcp")
    service = KnownServices(str(tmp_path)).service_for(str(server.url))
    assert "git.acme.example/-/user_settings" in advised(NO_OAUTH, server, service).hint
    needed = ClientNeeded("No.", issuer="https://git.acme.example", redirect_uri=REDIRECT)
    assert "keyrack set work" in advised(needed, server, service).hint
