"""Line 20 of the checklist: how a client authenticates."""

import base64

import pytest

from keyrack.domain.model import Registration
from keyrack.domain.secret import Secret
from keyrack.oauth.token import exchange_request, refresh_request

URL = "https://auth.example/token"
PUBLIC = Registration("https://auth.example", "me", "dynamic")


@pytest.mark.checklist(14, 20)
def test_20_a_public_client_sends_its_id_in_the_form():
    request = refresh_request(URL, PUBLIC, refresh_token=Secret("rt"), resource="https://a.example/mcp")
    assert request.form == {
        "grant_type": "refresh_token",
        "refresh_token": Secret("rt"),
        "client_id": "me",
        "resource": "https://a.example/mcp",
    }
    assert "Authorization" not in request.headers


@pytest.mark.checklist(20)
def test_20_basic_form_encodes_id_and_secret_first():
    client = Registration("i", "a:b c", "pre-registered", Secret("s%/ü"), "client_secret_basic")
    request = refresh_request(URL, client, refresh_token=Secret("rt"), resource=None)
    header = request.headers["Authorization"]
    assert isinstance(header, Secret)
    assert request.form and request.form["client_id"] == "a:b c" and "client_secret" not in request.form
    assert base64.b64decode(header.reveal().removeprefix("Basic ")).decode() == "a%3Ab+c:s%25%2F%C3%BC"


@pytest.mark.checklist(20)
def test_20_post_puts_the_secret_into_the_form_as_a_secret():
    client = Registration("i", "me", "pre-registered", Secret("s"), "client_secret_post")
    form = exchange_request(
        URL, client, code=Secret("c"), verifier=Secret("v"), redirect_uri="r", resource=None
    ).form
    assert form is not None and form["client_secret"] == Secret("s") and "resource" not in form
