"""What a reply to a message means."""

from __future__ import annotations

import json

import pytest

from keyrack.oauth.http import Response
from keyrack.relay.message import read
from keyrack.relay.replies import (
    challenge_of,
    is_forgotten,
    may_be_older,
    meaning_of,
    own_errors,
    refusal,
    wants_scopes,
)

REQUEST = read(b'{"id":1,"method":"tools/call"}')
INITIALIZE = read(b'{"id":1,"method":"initialize"}')
NOTIFICATION = read(b'{"method":"notifications/progress"}')


@pytest.mark.parametrize(
    ("status", "kind", "meaning"),
    [
        (200, "application/json", "json"),
        (200, "application/json; charset=utf-8", "json"),
        (200, "Text/Event-Stream;charset=utf-8", "stream"),
        (200, None, "json"),
        (202, None, "taken"),
        (302, None, "failed"),
        (500, "text/event-stream", "failed"),
    ],
)
def test_the_head_of_a_reply_to_a_request(status: int, kind: str | None, meaning: str) -> None:
    assert meaning_of(status, kind, REQUEST) == meaning


def test_a_notification_gets_no_response() -> None:
    assert meaning_of(200, "application/json", NOTIFICATION) == "taken"
    assert meaning_of(204, None, NOTIFICATION) == "taken"


def test_a_session_is_forgotten_if_the_server_says_404_or_that_it_knows_no_such_session() -> None:
    examples = (
        b'{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID"},"id":null}'
    )
    assert is_forgotten(Response(404), "s")
    assert is_forgotten(Response(400, body=examples), "s")
    assert not is_forgotten(Response(400, body=b"no such tool"), "s")
    assert not is_forgotten(Response(404), "")


def test_only_initialize_shows_an_older_server() -> None:
    assert [may_be_older(status, INITIALIZE) for status in (400, 404, 405, 401, 500)] == [True] * 3 + [
        False
    ] * 2
    assert not may_be_older(404, REQUEST)


def test_a_403_asks_for_scopes_only_if_it_says_so() -> None:
    asks = challenge_of(['Bearer error="insufficient_scope", scope="a b"'])
    assert wants_scopes(403, asks) and not wants_scopes(401, asks)
    assert not wants_scopes(403, challenge_of(["Bearer"])) and not wants_scopes(403, None)


def test_the_error_of_the_server_is_passed_on_with_the_id_of_the_request() -> None:
    body = b'{"jsonrpc": "2.0", "id": null, "error": {"code": -32022, "message": "no", "data": {"a": 1}}}'
    (line,) = own_errors(Response(400, body=body), ("r",))
    error = {"code": -32022, "message": "no", "data": {"a": 1}}
    assert json.loads(line) == {"jsonrpc": "2.0", "id": "r", "error": error}
    same = b'{"jsonrpc": "2.0", "id": "r", "error": {}}'
    assert own_errors(Response(400, body=same), ("r",)) == [same]


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error":"x"}x', b'{"id":1,"result":{}}', b'{"a":1}'])
def test_anything_else_is_no_error_of_the_server(body: bytes) -> None:
    assert own_errors(Response(500, body=body), (1,)) == []


def test_a_refusal_says_the_status_and_when_to_come_again() -> None:
    assert refusal(Response(503)) == "The server answered 503."
    assert "asks to wait 7 s" in refusal(Response(429, (("Retry-After", "7"),)))
    assert "redirects (302)" in refusal(Response(302))
