"""A hostile server's texts in the command line's output can't control the terminal."""

from __future__ import annotations

import io
import re
import sys
from typing import Any

import pytest

from keyrack.domain.model import CredentialKey, Server, Source
from keyrack.domain.secret import Secret
from keyrack.oauth.http import Request
from support.canned import ISSUER, URL, World, reply
from support.cli_kit import Terminal, run
from support.hostile import NASTY, SHOWN, protected
from support.hostile_words import ANSWERS, LOGINS, REFUSAL, TOKENS
from support.workbench import SERVER, approve, build, stored_credential

Patch = pytest.MonkeyPatch
Capture = pytest.CaptureFixture[str]

TOKEN, REVOKE = ISSUER + "/token", ISSUER + "/revoke"


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
    adapters = parts_of(guarded(routes))
    ended = run([*words, SERVER.name], adapters=adapters)
    out, err = capsys.readouterr()
    assert out == "" and err
    assert_harmless(err)
    assert ended in (0, 1, 3, 4)
    assert bool(adapters().credentials().load(CredentialKey.of(URL))) is (ended == 0)
    for verb in (["list"], ["list", "--json"], ["token"], ["refresh"], ["check"], ["clear", "--yes"]):
        run([*verb, *([] if verb[0] == "list" else [SERVER.name])], adapters=adapters)
        assert_harmless("".join(capsys.readouterr()))


@pytest.mark.parametrize("words", [["login", "-v"], ["login"]], ids=["verbose", "quiet"])
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_hostile_answer_of_the_browser_is_shown_as_characters(
    answer: dict[str, str], words: list[str], capsys: Capture
) -> None:
    def come_back(state: Secret) -> dict[str, Secret]:
        return {"state": state, **{key: Secret(value) for key, value in answer.items()}}

    ended = run([*words, SERVER.name], adapters=parts_of(guarded({}), answer=come_back))
    err = capsys.readouterr().err
    assert_harmless(err)
    assert (ended == 0) is ("iss" not in answer and "code" in answer)
    if "-v" not in words:
        assert (SHOWN in err) is ("error" in answer)


def test_on_a_terminal_only_our_own_colours_act(monkeypatch: Patch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    run(["login", "-v", SERVER.name], adapters=parts_of(guarded(LOGINS["the token's refusal"])))
    said = terminal.getvalue()
    assert SHOWN in said and "\x1b[" in said
    assert_harmless(re.sub(r"\x1b\[(32|31|36|2|1|0)m", "", said))


def test_a_hostile_name_is_shown_as_characters(capsys: Capture) -> None:
    source = Source(NASTY, NASTY, NASTY, NASTY)
    server = SERVER._replace(name=NASTY, sources=(source,), problem=None)
    adapters = parts_of(guarded({}), server)
    for verb in ("login", "token", "refresh", "check", "clear"):
        run([verb, NASTY, *(["--yes"] if verb == "clear" else [])], adapters=adapters)
        assert_harmless("".join(capsys.readouterr()))
    for words in (["list"], ["list", "--json"], ["doctor"], ["login", NASTY + "x"]):
        run(words, adapters=adapters)
        assert_harmless("".join(capsys.readouterr()))


@pytest.mark.parametrize("status", [200, 400, 401, 503])
def test_a_hostile_issuer_s_words_at_a_refresh_and_a_revocation(
    status: int, monkeypatch: Patch, capsys: Capture
) -> None:
    monkeypatch.setattr("keyrack.operations.tokens.renewal.PAUSE", 0)
    words = {"error": "invalid_grant", "error_description": NASTY}
    world = guarded({f"POST {TOKEN}": reply(words, status), f"POST {REVOKE}": reply(REFUSAL, status)})
    adapters = parts_of(world)
    for verb in (["refresh"], ["token"], ["check"], ["clear", "--yes", "--revoke", "--forget"]):
        adapters().credentials().save(stored_credential(expires_at=1.0))
        run([*verb, SERVER.name], adapters=adapters)
        run(["list"], adapters=adapters)
        run(["list", "--json"], adapters=adapters)
        assert_harmless("".join(capsys.readouterr()))
        record = adapters().credentials().record(CredentialKey.of(URL))
        if record and record.credential:
            assert record.credential.refusal.isprintable()


@pytest.mark.parametrize("access", ["at\x1b[2J", "at\u202e", "at\r\nX: y", "at 1", "\x9b2J", "ät"])
def test_a_token_that_would_act_on_a_terminal_is_never_stored_nor_handed_out(
    access: str, capsys: Capture
) -> None:
    adapters = parts_of(guarded({f"POST {TOKEN}": reply({**TOKENS, "access_token": access})}))
    assert run(["login", SERVER.name], adapters=adapters) == 1
    capsys.readouterr()
    assert run(["token", SERVER.name], adapters=adapters) == 3
    assert capsys.readouterr().out == ""


def test_what_a_request_carries_is_not_asked_for_here() -> None:
    """The hostile words reach the wire only encoded: in a query, a form, JSON, or not at all."""
    asked: list[Request] = []
    for routes in LOGINS.values():
        world = guarded(routes)
        run(["login", SERVER.name], adapters=parts_of(world))
        asked += world.asked
    assert len(asked) > 100
    for request in asked:
        assert request.url.isascii() and request.url.isprintable() and " " not in request.url, request.url
        assert all(str(value).isprintable() for value in request.headers.values())
