"""The settings of a server affect what is sent to it."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import ClientSettings, Server, Source
from keyrack.domain.secret import Secret
from keyrack.oauth.authorize import authorization_url, new_pkce, request_parameters
from keyrack.oauth.effects import SignIn
from keyrack.oauth.flow import login_flow
from keyrack.oauth.login_request import LoginRequest
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.tokens.refresh import refresh
from support.canned import ISSUER, META, URL, World, metadata, play, query, reply, rpc, unauthorized
from support.workbench import NOW, SERVER, build, stored_credential

TOKEN = f"{ISSUER}/token"


def log_in(settings: ClientSettings, world: World | None = None) -> dict[str, str]:
    """The query of the sign-in page."""
    played = play(login_flow(LoginRequest(URL, settings, now=lambda: NOW)), world or World())
    return query(played.sign_ins[0].url)


def test_without_a_resource_none_is_sent_at_login_and_at_each_refresh() -> None:
    guarded = lambda request: rpc() if "Authorization" in request.headers else unauthorized()  # noqa: E731
    world = World(**{f"POST {URL}": guarded})
    adapters = build(world)
    server = SERVER._replace(client=ClientSettings(send_resource=False))
    assert login(adapters, server).resource is None
    refresh(adapters, server)
    refresh(adapters, SERVER)  # the setting is gone; the grant was made without one
    forms = [request.form for request in world.to(TOKEN)]
    assert len(forms) == 3 and all(form and "resource" not in form for form in forms)
    assert "resource" in log_in(ClientSettings())


def test_a_setting_that_came_after_the_login_counts_for_the_next_refresh() -> None:
    world = World()
    adapters = build(world)
    adapters.credentials().save(stored_credential())
    refresh(adapters, SERVER)
    refresh(adapters, SERVER._replace(client=ClientSettings(send_resource=False)))
    assert [request.form and request.form.get("resource") for request in world.to(TOKEN)] == [URL, None]


def test_more_parameters_go_to_the_sign_in_page_alone() -> None:
    world = World()
    asked = log_in(ClientSettings(authorize=(("access_type", "offline"), ("max_age", "0"))), world)
    assert (asked["access_type"], asked["max_age"]) == ("offline", "0")
    assert all(not request.form or "access_type" not in request.form for request in world.asked)


def test_more_parameters_are_pushed_with_the_others() -> None:
    pushed = f"{ISSUER}/par"
    changes: Any = {
        "pushed_authorization_request_endpoint": pushed,
        "require_pushed_authorization_requests": True,
    }
    world = World(
        **{
            f"GET {META}": reply(metadata(**changes)),
            f"POST {pushed}": reply({"request_uri": "urn:x", "expires_in": 60}, 201),
        }
    )
    asked = log_in(ClientSettings(authorize=(("login_hint", "me"),)), world)
    form = world.to(pushed)[0].form
    assert form is not None and form["login_hint"] == "me" and "login_hint" not in asked


def test_no_parameter_takes_the_place_of_what_keeps_a_login_safe() -> None:
    more: dict[str, str] = dict.fromkeys(
        ("state", "redirect_uri", "client_id", "code_challenge", "scope", "request"), "mine"
    )
    parameters = request_parameters(
        client_id="c",
        redirect_uri="r",
        state=Secret("s"),
        pkce=new_pkce(),
        scopes=("a",),
        resource=None,
        more=more,
    )
    assert "mine" not in parameters.values()
    with pytest.raises(KeyrackError, match="already contains the parameter audience"):
        authorization_url(f"{ISSUER}/authorize?audience=theirs", {"audience": "mine"})


FILE = "/home/me/.config/keyrack/config.toml"


def without_pkce(methods: Any = None) -> World:
    return World(**{f"GET {META}": reply(metadata(code_challenge_methods_supported=methods))})


def test_pkce_that_is_not_listed_is_used_where_the_user_says_so() -> None:
    asked = log_in(ClientSettings(pkce="assumed"), without_pkce())
    assert asked["code_challenge_method"] == "S256" and asked["code_challenge"]


@pytest.mark.parametrize("methods", [["plain"], [], "plain", ["RS256"], ["s256"]])
def test_an_issuer_that_says_it_has_no_s256_stays_refused(methods: Any) -> None:
    world = without_pkce(methods)
    with pytest.raises(KeyrackError, match="supports PKCE only without S256") as caught:
        log_in(ClientSettings(pkce="assumed"), world)
    assert caught.value.setting == "" and not world.to(f"{ISSUER}/register")


def test_without_the_users_word_unlisted_pkce_stays_refused_and_the_error_names_the_setting() -> None:
    adapters = build(without_pkce())._replace(config_file=lambda: FILE)
    with pytest.raises(KeyrackError, match="does not say that it supports PKCE") as caught:
        login(adapters, SERVER)
    assert caught.value.hint.split("\n")[-3:] == [
        f"If you know that it supports S256 anyway, add this to {FILE}:",
        "[servers.example]",
        'pkce = "assumed"',
    ]


@pytest.mark.parametrize(
    ("server", "table"),
    [
        (SERVER._replace(sources=(), name=URL), '[servers."mcp.example"]'),
        (
            SERVER._replace(sources=(Source("Cursor", "/mcp.json", "my app"),), name="my app"),
            '[servers."my app"]',
        ),
    ],
)
def test_a_server_of_another_program_gets_a_table_of_its_own(server: Server, table: str) -> None:
    with pytest.raises(KeyrackError) as caught:
        login(build(without_pkce()), server)
    lines = caught.value.hint.split("\n")[-3:]
    assert lines == [table, f'url = "{URL}"', 'pkce = "assumed"']
    found = tomllib.loads("\n".join(lines))["servers"]
    assert list(found.values()) == [{"url": URL, "pkce": "assumed"}]


@pytest.mark.parametrize(
    ("error", "description", "line"),
    [
        ("invalid_target", "", "resource = false"),
        ("invalid_request", "AADSTS9010010: The resource parameter provided …", "resource = false"),
        (
            "invalid_request",
            "AADSTS901002: The 'resource' request parameter is not supported.",
            "resource = false",
        ),
        ("redirect_uri_mismatch", "", "callback_port = 8080"),
        ("invalid_request", "The redirect_uri does not match", "callback_port = 8080"),
        ("server_error", "no such resource", ""),
        ("invalid_scope", "unknown", ""),
    ],
)
def test_what_an_issuer_refuses_names_the_setting_that_helps(error: str, description: str, line: str) -> None:
    words = {"error": error, **({"error_description": description} if description else {})}
    page = build(answer=lambda state: {key: Secret(value) for key, value in words.items()} | {"state": state})
    endpoint = build(World(**{f"POST {TOKEN}": reply(words, 400)}))
    for adapters in (page, endpoint):
        with pytest.raises(KeyrackError) as caught:
            login(adapters, SERVER)
        last = caught.value.hint.split("\n")[-1]
        assert last.startswith(line) if line else "[servers." not in caught.value.hint


def test_a_refresh_that_is_refused_for_its_resource_names_the_setting() -> None:
    adapters = build(World(**{f"POST {TOKEN}": reply({"error": "invalid_target"}, 400)}))
    adapters.credentials().save(stored_credential())
    with pytest.raises(KeyrackError) as caught:
        refresh(adapters, SERVER)
    assert caught.value.hint.endswith("resource = false")


def test_where_no_refresh_token_came_the_setting_that_asks_for_one_is_named() -> None:
    adapters = build()
    adapters.credentials().save(stored_credential(refresh=None))
    with pytest.raises(KeyrackError) as caught:
        refresh(adapters, SERVER)
    assert caught.value.hint.endswith('authorize.access_type = "offline"')


@pytest.mark.parametrize(("client_id", "told"), [("mine", True), (None, False)])
def test_where_nobody_comes_back_the_settings_of_the_redirect_uri_are_named(
    client_id: str | None, told: bool
) -> None:
    server = SERVER._replace(client=ClientSettings(client_id=client_id))
    with pytest.raises(KeyrackError, match="Nobody signed in") as caught:
        login(build(answer=None), server, LoginOptions(wait=0.05))
    assert ("callback_path" in caught.value.hint) is told


def signed_in(label: str, *, issuer: str | None = ISSUER, renewed: str = "default") -> dict[str, str]:
    """The query of the sign-in page of a login to `renewed`; the account “default” is of this user."""
    about = metadata(prompt_values_supported=["none", "login", "select_account"])
    guarded = lambda request: rpc() if "Authorization" in request.headers else unauthorized()  # noqa: E731
    adapters = build(World(**{f"GET {META}": reply(about), f"POST {URL}": guarded}))
    stored = stored_credential()
    facts = stored.credential._replace(label=label, issuer=issuer)
    adapters.credentials().save(stored._replace(credential=facts))
    events: list[object] = []
    login(adapters, SERVER._replace(account=renewed), on_event=events.append)
    [url] = [event.url for event in events if isinstance(event, SignIn)]
    return query(url)


def test_the_page_is_told_whose_login_is_renewed() -> None:
    assert signed_in("me@corp.example")["login_hint"] == "me@corp.example"


@pytest.mark.parametrize(
    "label", ["", "Me Myself", "octocat", "a b@corp.example", "me@corp.example\nx", "@", "<me@x>"]
)
def test_what_is_no_address_is_no_hint(label: str) -> None:
    assert "login_hint" not in signed_in(label)


def test_the_page_is_not_told_of_a_user_of_another_account_or_issuer() -> None:
    assert "login_hint" not in signed_in("me@corp.example", renewed="work")
    assert "login_hint" not in signed_in("me@corp.example", issuer="https://other.example")
    assert "login_hint" not in signed_in("me@corp.example", issuer=None)


def test_the_account_can_be_chosen_only_if_another_one_is_stored() -> None:
    assert "select_account" in signed_in("", renewed="work")["prompt"]
    assert "select_account" not in signed_in("").get("prompt", "")
