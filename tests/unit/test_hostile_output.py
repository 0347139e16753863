"""A hostile server's words in what the command line says: characters, and nothing that acts."""

from __future__ import annotations

import io
import re
import sys
from typing import Any

import pytest
from cli_kit import Terminal, run

from keyrack.domain.model import Server, Source
from keyrack.domain.secret import Secret
from keyrack.oauth.discovery import DEVICE_GRANT
from keyrack.oauth.effects import Failed, Request, Response
from support.canned import ISSUER, META, PRM, URL, World, metadata, reply, rpc, unauthorized
from support.hostile import NASTY, SHOWN, protected
from support.workbench import SERVER, approve, build, grant

Patch, Capture = pytest.MonkeyPatch, pytest.CaptureFixture[str]

REGISTER, TOKEN, PAR, REVOKE = (ISSUER + path for path in ("/register", "/token", "/par", "/revoke"))
RESOURCE = {"resource": URL, "authorization_servers": [ISSUER], "scopes_supported": ["read"]}
TOKENS = {"access_token": "at-1", "token_type": "Bearer", "expires_in": 60, "refresh_token": "rt-1"}
REFUSAL = {"error": NASTY, "error_description": NASTY, "error_uri": NASTY}
PUSHED = metadata(require_pushed_authorization_requests=True, pushed_authorization_request_endpoint=PAR)
CODES = metadata(device_authorization_endpoint=ISSUER + "/device", grant_types_supported=[DEVICE_GRANT])
QUOTED = NASTY.replace("\r\n", " ").replace("\\", "\\\\").replace('"', '\\"')


CHALLENGE = "Bearer " + ", ".join(
    f'{name}="{QUOTED}"' for name in ("error", "error_description", "scope", "realm")
)
POINTER = f'Bearer resource_metadata="{QUOTED}"'
ODD_HEADERS = (
    ("Content-Type", NASTY),
    ("Location", NASTY),
    ("Retry-After", NASTY),
    ("Mcp-Session-Id", NASTY),
)
ODD_ERROR = {"code": NASTY, "message": NASTY, "data": NASTY}


def server(answer: Response | Failed) -> dict[str, Any]:
    return {f"POST {URL}": answer}


def resource(**fields: Any) -> dict[str, Any]:
    return {f"GET {PRM}": reply({**RESOURCE, **fields})}


def issuer(**fields: Any) -> dict[str, Any]:
    return {f"GET {META}": reply(metadata(**fields))}


def registration(status: int = 201, **fields: Any) -> dict[str, Any]:
    return {f"POST {REGISTER}": reply(fields, status)}


def pushed(status: int = 201, **fields: Any) -> dict[str, Any]:
    return {f"GET {META}": reply(PUSHED), f"POST {PAR}": reply(fields, status)}


def tokens(**fields: Any) -> dict[str, Any]:
    return {f"POST {TOKEN}": reply({**TOKENS, **fields})}


def code(status: int = 200, **fields: Any) -> dict[str, Any]:
    return {f"GET {META}": reply(CODES), f"POST {ISSUER}/device": reply(fields, status)}


LOGINS: dict[str, dict[str, Any]] = {
    "the challenge": server(unauthorized(CHALLENGE)),
    "the document's address": server(unauthorized(POINTER)),
    "the headers": server(Response(200, ODD_HEADERS, b"<html>")),
    "the redirect": server(Response(302, ODD_HEADERS)),
    "the network": server(Failed(f"{NASTY}.")),
    "the greeting": server(rpc({"protocolVersion": NASTY, NASTY: NASTY})),
    "the server's error": server(rpc(error=ODD_ERROR, status=400)),
    "the resource": resource(resource=NASTY),
    "the resource's name": resource(resource_name=NASTY, resource_documentation=NASTY),
    "the scopes": resource(scopes_supported=[NASTY, "read", "[b]", "\x1b[2J"]),
    "the issuer": resource(authorization_servers=[NASTY]),
    "the issuer's path": resource(authorization_servers=[f"{ISSUER}/{NASTY}"]),
    "the metadata": issuer(**dict.fromkeys(metadata(), NASTY)),
    "the metadata's lists": issuer(scopes_supported=[NASTY], grant_types_supported=[NASTY]),
    "an endpoint": issuer(authorization_endpoint=f"{ISSUER}/{NASTY}"),
    "the registration's refusal": registration(400, **REFUSAL),
    "the registration": registration(client_id=NASTY, registration_client_uri=NASTY),
    "the registration's redirects": registration(client_id="c", redirect_uris=[NASTY]),
    "the registration's method": registration(client_id="c", token_endpoint_auth_method=NASTY),
    "the pushed request's refusal": pushed(400, **REFUSAL),
    "the pushed request": pushed(request_uri=NASTY),
    "the token's refusal": {f"POST {TOKEN}": reply(REFUSAL, 400)},
    "the token's trouble": {f"POST {TOKEN}": Response(503, ODD_HEADERS, NASTY.encode())},
    "the token's type": tokens(token_type=NASTY),
    "the token": tokens(access_token=NASTY),
    "the token's scopes": tokens(scope=NASTY),
    "the token's person": tokens(email=NASTY, user={"name": NASTY}),
    "the code's refusal": code(400, **REFUSAL),
    "the code": code(device_code="d", user_code=NASTY, verification_uri=NASTY),
}
ANSWERS: dict[str, dict[str, str]] = {
    "an error": {"error": NASTY, "error_description": NASTY, "error_uri": NASTY},
    "an issuer": {"code": "c", "iss": NASTY},
    "a code": {"code": NASTY, NASTY: NASTY},
}


def assert_harmless(text: str) -> None:
    """One line stays one line, and no character of it acts."""
    assert all(char.isprintable() or char == "\n" for char in text), repr(text)
    for line in text.splitlines():
        assert not line.lstrip().startswith(("$text-error", "evil", "t\u202e")), repr(line)


def parts_of(world: World, server: Server = SERVER, answer: Any = approve) -> Any:
    made = build(world, answer=answer, servers=(server,))
    return lambda **_: made


def guarded(routes: dict[str, Any]) -> World:
    return World(**{f"POST {URL}": protected, **routes})


@pytest.fixture(autouse=True)
def nobody_types(monkeypatch: Patch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())


@pytest.mark.parametrize("words", [["login", "-v"], ["login", "--no-browser"]], ids=["verbose", "quiet"])
@pytest.mark.parametrize("routes", LOGINS.values(), ids=LOGINS)
def test_a_login_says_hostile_words_as_characters(
    routes: dict[str, Any], words: list[str], capsys: Capture
) -> None:
    parts = parts_of(guarded(routes))
    ended = run([*words, SERVER.name], parts=parts)
    out, err = capsys.readouterr()
    assert out == "" and err
    assert_harmless(err)
    assert ended in (0, 1, 3, 4)
    assert bool(parts().rack().load(URL, "default")) is (ended == 0)
    for verb in (["list"], ["list", "--json"], ["token"], ["refresh"], ["check"], ["clear", "--yes"]):
        run([*verb, *([] if verb[0] == "list" else [SERVER.name])], parts=parts)
        assert_harmless("".join(capsys.readouterr()))


@pytest.mark.parametrize("words", [["login", "-v"], ["login"]], ids=["verbose", "quiet"])
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_hostile_answer_of_the_browser_is_said_as_characters(
    answer: dict[str, str], words: list[str], capsys: Capture
) -> None:
    def come_back(state: Secret) -> dict[str, Secret]:
        return {"state": state, **{key: Secret(value) for key, value in answer.items()}}

    ended = run([*words, SERVER.name], parts=parts_of(guarded({}), answer=come_back))
    err = capsys.readouterr().err
    assert_harmless(err)
    assert (ended == 0) is ("iss" not in answer and "code" in answer)
    if "-v" not in words:
        assert (SHOWN in err) is ("error" in answer)


def test_on_a_terminal_only_our_own_colours_act(monkeypatch: Patch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    run(["login", "-v", SERVER.name], parts=parts_of(guarded(LOGINS["the token's refusal"])))
    said = terminal.getvalue()
    assert SHOWN in said and "\x1b[" in said
    assert_harmless(re.sub(r"\x1b\[(32|31|36|2|1|0)m", "", said))


def test_a_hostile_name_is_said_as_characters(capsys: Capture) -> None:
    source = Source(NASTY, NASTY, NASTY, NASTY)
    server = SERVER._replace(name=NASTY, sources=(source,), problem=None)
    parts = parts_of(guarded({}), server)
    for verb in ("login", "token", "refresh", "check", "clear"):
        run([verb, NASTY, *(["--yes"] if verb == "clear" else [])], parts=parts)
        assert_harmless("".join(capsys.readouterr()))
    for words in (["list"], ["list", "--json"], ["doctor"], ["login", NASTY + "x"]):
        run(words, parts=parts)
        assert_harmless("".join(capsys.readouterr()))


@pytest.mark.parametrize("status", [200, 400, 401, 503])
def test_a_hostile_issuer_s_words_at_a_refresh_and_a_revocation(
    status: int, monkeypatch: Patch, capsys: Capture
) -> None:
    monkeypatch.setattr("keyrack.operations.refresh.PAUSE", 0)
    words = {"error": "invalid_grant", "error_description": NASTY}
    world = guarded({f"POST {TOKEN}": reply(words, status), f"POST {REVOKE}": reply(REFUSAL, status)})
    parts = parts_of(world)
    for verb in (["refresh"], ["token"], ["check"], ["clear", "--yes", "--revoke", "--forget"]):
        parts().rack().save(grant(expires_at=1.0))
        run([*verb, SERVER.name], parts=parts)
        run(["list"], parts=parts)
        run(["list", "--json"], parts=parts)
        assert_harmless("".join(capsys.readouterr()))
        record = parts().rack().record(URL, "default")
        if record and record.credential:
            assert record.credential.refusal.isprintable()


@pytest.mark.parametrize("access", ["at\x1b[2J", "at\u202e", "at\r\nX: y", "at 1", "\x9b2J", "ät"])
def test_a_token_that_would_act_on_a_terminal_is_never_stored_nor_handed_out(
    access: str, capsys: Capture
) -> None:
    parts = parts_of(guarded({f"POST {TOKEN}": reply({**TOKENS, "access_token": access})}))
    assert run(["login", SERVER.name], parts=parts) == 1
    capsys.readouterr()
    assert run(["token", SERVER.name], parts=parts) == 3
    assert capsys.readouterr().out == ""


def test_what_a_request_carries_is_not_asked_for_here() -> None:
    """The hostile words reach the wire only encoded: in a query, a form, JSON, or not at all."""
    asked: list[Request] = []
    for routes in LOGINS.values():
        world = guarded(routes)
        run(["login", SERVER.name], parts=parts_of(world))
        asked += world.asked
    assert len(asked) > 100
    for request in asked:
        assert request.url.isascii() and request.url.isprintable() and " " not in request.url, request.url
        assert all(str(value).isprintable() for value in request.headers.values())
