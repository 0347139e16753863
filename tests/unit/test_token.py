"""Checklist 20-22."""

import base64
import json

import pytest

from keyrack.domain.errors import ClientRefused, KeyrackError, LoginNeeded, Temporary
from keyrack.domain.model import Registration
from keyrack.domain.secret import Secret
from keyrack.oauth.effects import Failed, Response
from keyrack.oauth.token import Unusable, exchange_request, read_tokens, refresh_request

URL = "https://auth.example/token"
PUBLIC = Registration("https://auth.example", "me", "dynamic")
GOOD = {
    "access_token": "at",
    "token_type": "bearer",
    "expires_in": 3600,
    "refresh_token": "rt",
    "scope": "a b",
}


def reply(fields, status=200, headers=()):
    return Response(status, headers, json.dumps(fields).encode())


def read(response, **more):
    return read_tokens(response, URL, now=1000.0, asked_scopes=("asked",), **more)


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


@pytest.mark.checklist(21)
@pytest.mark.parametrize(
    ("expires_in", "expires_at"),
    [
        (3600, 4600.0),
        ("3600", 4600.0),
        (None, None),
        ("soon", None),
        (True, None),
        (-5, None),
        (1e30, None),
        ([], None),
        ("nan", None),
        ("inf", None),
        (10**400, None),
    ],
)
def test_21_expires_in_may_be_a_string_or_missing_or_nonsense(expires_in, expires_at):
    assert read(reply({**GOOD, "expires_in": expires_in})).expires_at == expires_at


@pytest.mark.checklist(21)
def test_21_a_missing_scope_means_as_asked():
    fields = {key: value for key, value in GOOD.items() if key != "scope"}
    assert read(reply(fields)).scopes == ("asked",)
    assert read(reply(GOOD)).scopes == ("a", "b")


@pytest.mark.checklist(22)
def test_22_a_reply_without_a_refresh_token_keeps_the_old_one():
    fields = {key: value for key, value in GOOD.items() if key != "refresh_token"}
    assert read(reply(fields), old_refresh=Secret("old")).refresh_token == Secret("old")
    assert read(reply(GOOD), old_refresh=Secret("old")).refresh_token == Secret("rt")


@pytest.mark.checklist(22)
@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (reply({"error": "invalid_grant"}, 400), LoginNeeded),
        (reply({"error": "invalid_client"}, 401), ClientRefused),
        (reply({"error": "unauthorized_client"}, 400), ClientRefused),
        (reply({"error": "invalid_grant"}, 200), LoginNeeded),
        (reply({"error": "temporarily_unavailable"}, 400), Temporary),
        (reply({}, 408), Temporary),
        (reply({}, 500), Temporary),
        (reply({}, 503), Temporary),
        (reply({}, 429, (("Retry-After", "7"),)), Temporary),
        (Failed("no route"), Temporary),
        (Failed("forbidden", refused=True), KeyrackError),
        (Response(200, (), b"<html>"), KeyrackError),
        (reply([1]), KeyrackError),
        (reply({"token_type": "bearer"}), Unusable),
        (reply({**GOOD, "access_token": ""}), Unusable),
        (reply({**GOOD, "access_token": 7}), Unusable),
        (reply({**GOOD, "access_token": "a\r\nX: y"}), Unusable),
        (reply({**GOOD, "access_token": "\ud800"}), Unusable),
        (reply({**GOOD, "token_type": "mac"}), Unusable),
        (reply({"error": "invalid_scope"}, 400), KeyrackError),
    ],
)
def test_every_other_reply_is_an_error_of_its_kind(response, kind):
    with pytest.raises(KeyrackError) as caught:
        read(response)
    assert type(caught.value) is kind


def test_retry_after_is_told():
    with pytest.raises(Temporary) as caught:
        read(reply({}, 429, (("Retry-After", "7"),)))
    assert "7 s" in caught.value.hint
