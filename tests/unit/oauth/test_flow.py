"""The whole login flow, with canned replies."""

import pytest

from keyrack.domain.errors import KeyrackError, Temporary
from keyrack.domain.model import ClientSettings, Registration
from keyrack.domain.secret import Secret
from keyrack.oauth.flow import login_flow
from keyrack.oauth.http import Failed
from keyrack.oauth.login_request import LoginRequest
from support.canned import (
    ISSUER,
    META,
    PRM,
    PRM_ROOT,
    REDIRECT,
    URL,
    World,
    metadata,
    play,
    query,
    reply,
    rpc,
    unauthorized,
)


def log_in(world, login_request=None, **more):
    return play(login_flow(login_request or LoginRequest(URL, now=lambda: 1000.0)), world, **more)


@pytest.mark.checklist(1, 14)
def test_a_login_walks_from_the_challenge_to_tokens():
    world = World()
    played = log_in(world)
    assert played.result.tokens.access_token == Secret("at-1")
    assert played.result.tokens.expires_at == 1060.0
    assert [step.key for step in played.steps if step.state == "done"] == [
        "probe",
        "discover",
        "register",
        "sign-in",
        "exchange",
    ]
    sent = query(played.sign_ins[0].url)
    assert sent["resource"] == URL and sent["scope"] == "read" and sent["redirect_uri"] == REDIRECT
    form = world.to(ISSUER + "/token")[0].form
    assert form is not None
    assert (
        form["resource"] == URL
        and form["code"] == Secret("code-1")
        and isinstance(form["code_verifier"], Secret)
    )


def test_one_request_to_the_authorization_endpoint_per_login():
    world = World()
    played = log_in(world)
    assert len(played.sign_ins) == 1 and world.to(ISSUER + "/authorize") == []


@pytest.mark.checklist(2)
def test_2_a_document_named_by_the_challenge_is_the_only_one_asked():
    odd = "https://mcp.example/odd"
    world = World(
        **{
            f"POST {URL}": unauthorized(f'Bearer resource_metadata="{odd}", scope="only"'),
            f"GET {odd}": reply({"resource": "https://mcp.example", "authorization_servers": [ISSUER]}),
        }
    )
    sent = query(log_in(world).sign_ins[0].url)
    assert world.to(PRM) == [] and world.to(PRM_ROOT) == []
    assert sent["resource"] == "https://mcp.example"  # the parent origin, verbatim
    assert sent["scope"] == "only"


@pytest.mark.checklist(3)
def test_3_a_document_for_another_server_ends_the_login():
    world = World(
        **{f"GET {PRM}": reply({"resource": "https://evil.example", "authorization_servers": [ISSUER]})}
    )
    with pytest.raises(KeyrackError, match="another server"):
        log_in(world)
    assert world.to(META) == []


@pytest.mark.checklist(7)
def test_7_metadata_of_a_wrong_issuer_ends_the_login_before_anything_is_sent():
    world = World(**{f"GET {META}": reply(metadata(issuer="https://evil.example"))})
    with pytest.raises(KeyrackError, match="another issuer"):
        log_in(world)
    assert world.to(ISSUER + "/register") == []


def test_without_any_metadata_the_old_way_is_taken_and_said():
    base = "https://mcp.example"
    world = World(
        **{
            f"GET {PRM}": reply(None, 404),
            f"POST {base}/register": reply({"client_id": "old"}, 201),
            f"POST {base}/token": reply({"access_token": "at", "token_type": "bearer"}),
        }
    )
    played = log_in(world)
    assert any("2025-03-26" in step.title for step in played.steps)
    sent = query(played.sign_ins[0].url)
    assert "resource" not in sent and sent["code_challenge_method"] == "S256"
    assert played.result.resource is None


@pytest.mark.checklist(4)
def test_several_authorization_servers_the_first_usable_is_taken():
    world = World(
        **{f"GET {PRM}": reply({"resource": URL, "authorization_servers": ["https://dead.example", ISSUER]})}
    )
    assert log_in(world).result.registration.issuer == ISSUER


@pytest.mark.checklist(12)
def test_12_the_issuer_that_knows_us_is_preferred_and_its_registration_used():
    stored = Registration(ISSUER, "known", "dynamic", redirect_uris=(REDIRECT,))
    world = World(
        **{f"GET {PRM}": reply({"resource": URL, "authorization_servers": ["https://new.example", ISSUER]})}
    )
    played = log_in(world, LoginRequest(URL, stored=stored))
    assert played.result.registration == stored
    assert world.to(ISSUER + "/register") == []


def test_10_a_private_address_as_issuer_is_refused_unasked():
    world = World(
        **{f"GET {PRM}": reply({"resource": URL, "authorization_servers": ["https://169.254.169.254"]})}
    )
    with pytest.raises(KeyrackError, match="private"):
        log_in(world)
    assert all("169.254" not in request.url for request in world.asked)


def test_provider_metadata_from_the_configuration_skips_discovery():
    settings = ClientSettings(client_id="mine", metadata=metadata(code_challenge_methods_supported=None))
    world = World()
    assert log_in(world, LoginRequest(URL, settings)).result.registration.client_id == "mine"
    assert world.to(PRM) == [] and world.to(META) == []


def test_metadata_at_a_configured_address_skips_discovery():
    address = "https://auth.example/odd.json"
    world = World(**{f"GET {address}": reply(metadata(code_challenge_methods_supported=None))})
    settings = ClientSettings(client_id="mine", metadata_url=address)
    assert log_in(world, LoginRequest(URL, settings)).result.registration.issuer == ISSUER
    assert world.to(PRM) == []
    with pytest.raises(KeyrackError, match="no metadata"):
        log_in(World(), LoginRequest(URL, settings))


@pytest.mark.checklist("RFC 9126")
def test_a_pushed_request_is_made_where_the_issuer_demands_it():
    par = ISSUER + "/par"
    world = World(
        **{
            f"GET {META}": reply(
                metadata(
                    require_pushed_authorization_requests=True, pushed_authorization_request_endpoint=par
                )
            ),
            f"POST {par}": reply({"request_uri": "urn:x:1", "expires_in": 60}, 201),
        }
    )
    sent = query(log_in(world).sign_ins[0].url)
    assert sent == {"client_id": "dyn-1", "request_uri": "urn:x:1"}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(Failed("down"), Temporary), (reply(None, 500), Temporary), (rpc({"x": 1}), KeyrackError)],
)
def test_a_server_that_can_not_be_logged_in_to_says_why(answer, kind):
    with pytest.raises(KeyrackError) as caught:
        log_in(World(**{f"POST {URL}": answer, f"GET {PRM}": reply(None, 404)}))
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("location", "hint"),
    [
        ("/mcp/", "If the server has moved there: keyrack login https://mcp.example/mcp/"),
        ("/a b?x='$(id)'", "Check the address, or try again later."),
        ("/it's", "If the server has moved there: keyrack login https://mcp.example/it%27s"),
        ("/mcp/?key=secret", "Check the address, or try again later."),
        ("https://evil.example/mcp", "Check the address, or try again later."),
    ],
)
def test_a_redirect_on_the_server_s_own_origin_is_an_address_to_log_in_to(location, hint):
    answer = reply(None, 301, Location=location)
    with pytest.raises(Temporary, match="redirects to") as caught:
        log_in(World(**{f"POST {URL}": answer}))
    assert caught.value.hint == hint


@pytest.mark.checklist(15)
def test_a_wrong_state_never_reaches_the_token_endpoint():
    world = World()
    with pytest.raises(KeyrackError, match="another login"):
        log_in(world, person=lambda sign_in: {"code": Secret("c"), "state": Secret("forged")})
    assert world.to(ISSUER + "/token") == []
