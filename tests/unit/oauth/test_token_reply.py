"""Lines 21-22 of the checklist, and token responses as servers really send them."""

import base64
import json

import pytest

from keyrack.domain.errors import ClientRefused, KeyrackError, LoginNeeded, Temporary, UnusableTokenResponse
from keyrack.domain.secret import Secret
from keyrack.oauth.http import Failed, Response
from keyrack.oauth.jwt import end_of
from keyrack.oauth.token_reply import read_tokens

URL = "https://auth.example/token"
GOOD = {
    "access_token": "at",
    "token_type": "bearer",
    "expires_in": 3600,
    "refresh_token": "rt",
    "scope": "a b",
}
FORM = b"access_token=at&token_type=bearer&expires_in=3600&refresh_token=rt&scope=a+b"
SLACK = {
    "ok": True,
    "app_id": "A1",
    "authed_user": {
        "id": "U1",
        "access_token": "at",
        "token_type": "user",
        "expires_in": 3600,
        "refresh_token": "rt",
        "scope": "a,b",
    },
    "team": {"id": "T1", "name": "Engines"},
}


def reply(fields, status=200, headers=()):
    return Response(status, headers, json.dumps(fields).encode())


def read(response, **more):
    return read_tokens(response, URL, now=1000.0, asked_scopes=("asked",), **more)


def jwt(**claims):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part(claims)}.c2ln"


@pytest.mark.parametrize(
    "answer",
    [
        reply(GOOD, 201),
        reply(GOOD, 202),
        reply({**GOOD, "error": None, "error_description": None}),
        reply({**GOOD, "error": "", "error_description": ""}),
        reply({**GOOD, "error": False, "error_uri": None}),
        reply({**GOOD, "error": {}}),
        reply({**GOOD, "expires_in": "3600"}),
        reply({**GOOD, "scope": ["a", "b"]}),
        reply({**GOOD, "scope": "a,b"}),
        reply({**GOOD, "scope": "a, b"}),
        reply({**GOOD, "token_type": "user"}),
        reply({**GOOD, "token_type": None}),
        reply({key: value for key, value in GOOD.items() if key != "token_type"}),
        reply(GOOD, headers=(("Content-Type", "text/html"),)),
        Response(200, (), b"\xef\xbb\xbf" + json.dumps(GOOD).encode()),
        Response(
            200, (), b"\r\n" + json.dumps({**GOOD, "user": "Jos\xe9"}, ensure_ascii=False).encode("latin-1")
        ),
        Response(200, (("Content-Type", "application/x-www-form-urlencoded"),), FORM),
        Response(200, (("Content-Type", "application/json"),), FORM + b"\n"),
        Response(200, (("Content-Type", "text/plain"),), FORM + b"&error=&error_description="),
        reply(SLACK),
        reply({**SLACK, "access_token": None, "error": ""}),
    ],
)
def test_a_good_reply_is_taken_however_it_is_written(answer):
    for more in ({}, {"renewing": True, "old_refresh": Secret("old")}):
        found = read(answer, **more)
        assert (found.access_token, found.refresh_token) == (Secret("at"), Secret("rt"))
        assert (found.token_type, found.expires_at, found.scopes) == ("Bearer", 4600.0, ("a", "b"))


def test_what_was_asked_for_comes_before_what_slack_issues_beside_it():
    found = read(reply({**SLACK, "access_token": "bot", "token_type": "bot", "expires_in": 60}))
    assert (found.access_token, found.refresh_token, found.expires_at) == (Secret("bot"), None, 1060.0)


@pytest.mark.checklist(21)
@pytest.mark.parametrize(
    ("expires_in", "expires_at"),
    [
        (3600, 4600.0),
        ("3600", 4600.0),
        (None, None),
        ("soon", None),
        (True, None),
        (0, None),
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


@pytest.mark.parametrize(
    ("exp", "expires_at"),
    [
        (4600, 4600.0),
        ("4600", 4600.0),
        (4600.5, 4600.5),
        (1000, None),  # it would have ended before it came
        (-1, None),
        (1_900_000_000_000, None),  # in milliseconds, and still too far away
        (1e30, None),
        ("soon", None),
        (True, None),
        ([], None),
        (None, None),
    ],
)
def test_without_a_lifetime_the_end_that_a_jwt_tells_is_taken(exp, expires_at):
    for unsaid in ({"expires_in": None}, {"expires_in": 0}):
        assert read(reply({**GOOD, **unsaid, "access_token": jwt(exp=exp)})).expires_at == expires_at
    assert read(reply({**GOOD, "access_token": jwt(exp=exp)})).expires_at == 4600.0


def test_an_end_in_milliseconds_is_understood():
    now = 1_900_000_000.0
    answer = reply({**GOOD, "expires_in": None, "access_token": jwt(exp=1_900_003_600_000)})
    assert read_tokens(answer, URL, now=now, asked_scopes=()).expires_at == now + 3600


@pytest.mark.parametrize(
    "token", ["opaque", "a.b", "a.b.c", "e30.e30.c2ln", "e30.W10.c2ln", "a.b.c.d.e", "é.b.c"]
)
def test_a_token_that_tells_no_end_has_none(token):
    assert end_of(token, 1000.0) is None


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
        (Response(200, (), b"<html>"), Temporary),
        (Response(200), Temporary),
        (Response(204), Temporary),
        (Response(302, (("Location", "https://portal.example/"),)), Temporary),
        (Response(511, (), b"<html>"), Temporary),
        (Response(407, (), b"<html>"), Temporary),
        (reply([1]), Temporary),
        (reply({"status": "created"}, 201), UnusableTokenResponse),
        (reply({**GOOD, "error": "invalid_grant"}), LoginNeeded),
        (reply({**GOOD, "error": {"code": 7}}), KeyrackError),
        (reply({**GOOD, "error": True}), KeyrackError),
        (reply({"error": "bad_verification_code"}), KeyrackError),
        (reply({"error": "ratelimited"}), Temporary),
        (reply({"error": "incorrect_client_credentials"}), ClientRefused),
        (reply(GOOD, 400), KeyrackError),
        (Response(200, (), b"error=bad_verification_code&error_description=expired"), KeyrackError),
        (Response(200, (), b"access_token=two+words&token_type=bearer"), UnusableTokenResponse),
        (reply({"ok": True, "authed_user": {"id": "U1"}}), UnusableTokenResponse),
        (reply({"ok": True, "data": {"access_token": "at"}}), UnusableTokenResponse),
        (reply({"token_type": "bearer"}), UnusableTokenResponse),
        (reply({**GOOD, "access_token": ""}), UnusableTokenResponse),
        (reply({**GOOD, "access_token": 7}), UnusableTokenResponse),
        (reply({**GOOD, "access_token": "a\r\nX: y"}), UnusableTokenResponse),
        (reply({**GOOD, "access_token": "\ud800"}), UnusableTokenResponse),
        (reply({**GOOD, "token_type": "mac"}), UnusableTokenResponse),
        (reply({**GOOD, "token_type": "DPoP"}), UnusableTokenResponse),
        (reply({**GOOD, "token_type": "N_A"}), UnusableTokenResponse),
        (reply({"error": "invalid_scope"}, 400), KeyrackError),
    ],
)
def test_every_other_reply_is_an_error_of_its_kind(response, kind):
    with pytest.raises(KeyrackError) as caught:
        read(response)
    assert type(caught.value) is kind


def test_an_error_that_is_an_object_is_told_by_its_message():
    with pytest.raises(KeyrackError, match="the code has expired"):
        read(reply({"error": {"code": 7, "message": "the code has expired"}}, 400))


def test_the_error_says_how_long_to_wait():
    with pytest.raises(Temporary) as caught:
        read(reply({}, 429, (("Retry-After", "7"),)))
    assert "7 s" in caught.value.hint
