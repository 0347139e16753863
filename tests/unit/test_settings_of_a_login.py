"""The settings of one server, in what is sent for it."""

from __future__ import annotations

from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import ClientSettings
from keyrack.domain.secret import Secret
from keyrack.oauth.authorize import authorization_url, new_pkce, request_parameters
from keyrack.oauth.flow import Wish, login_flow
from keyrack.operations.login import login
from keyrack.operations.refresh import refresh
from support.canned import ISSUER, META, URL, World, metadata, play, query, reply, rpc, unauthorized
from support.workbench import NOW, SERVER, build, grant

TOKEN = f"{ISSUER}/token"


def log_in(settings: ClientSettings, world: World | None = None) -> dict[str, str]:
    """The query of the sign-in page."""
    played = play(login_flow(Wish(URL, settings, now=lambda: NOW)), world or World())
    return query(played.sign_ins[0].url)


def test_without_a_resource_none_is_sent_at_login_and_at_each_refresh() -> None:
    guarded = lambda request: rpc() if "Authorization" in request.headers else unauthorized()  # noqa: E731
    world = World(**{f"POST {URL}": guarded})
    parts = build(world)
    server = SERVER._replace(client=ClientSettings(send_resource=False))
    assert login(parts, server).resource is None
    refresh(parts, server)
    refresh(parts, SERVER)  # the setting is gone; the grant was made without one
    forms = [request.form for request in world.to(TOKEN)]
    assert len(forms) == 3 and all(form and "resource" not in form for form in forms)
    assert "resource" in log_in(ClientSettings())


def test_a_setting_that_came_after_the_login_counts_for_the_next_refresh() -> None:
    world = World()
    parts = build(world)
    parts.rack().save(grant())
    refresh(parts, SERVER)
    refresh(parts, SERVER._replace(client=ClientSettings(send_resource=False)))
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
    more = dict.fromkeys(("state", "redirect_uri", "client_id", "code_challenge", "scope", "request"), "mine")
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
    with pytest.raises(KeyrackError, match="already has a audience in it"):
        authorization_url(f"{ISSUER}/authorize?audience=theirs", {"audience": "mine"})
