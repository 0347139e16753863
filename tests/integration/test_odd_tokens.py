"""Token responses, refusals and revocations as real servers send them, over real sockets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from keyrack.domain.errors import KeyrackError, LoginNeeded, Temporary
from keyrack.domain.model import CredentialKey, Server, Source
from keyrack.operations.clearing.clear import clear
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.refresh import refresh
from support.clock import Clock
from support.odd_server import META, Answer, Asked, OddServer, odd_server

LIFE = 3600


def named(server: OddServer) -> Server:
    return Server("odd", server.url, sources=(Source("keyrack", "config.toml", "odd"),))


def fields_of(asked: Asked) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(asked.body.decode(), keep_blank_values=True).items()}


class Issuer:
    """The token endpoint of an OddServer: each refresh token is good once. `write` words the good reply."""

    def __init__(self, server: OddServer, write: Any = None) -> None:
        self.server, self.write = server, write or (lambda fields: Answer(body=fields))
        self.spent = 0  # the number of the refresh token that is good now
        self.refusal: Answer | None = None  # to a refresh
        server.routes["POST /token"] = self

    def __call__(self, asked: Asked) -> Answer:
        form = fields_of(asked)
        if form["grant_type"] == "refresh_token":
            if self.refusal is not None:
                return self.refusal
            assert form["refresh_token"] == f"rt-{self.spent}"
            self.spent += 1
        token = f"at-{len(self.server.tokens)}"
        self.server.tokens.add(token)
        return self.write({"access_token": token, "token_type": "Bearer", "expires_in": LIFE,
                           "refresh_token": f"rt-{self.spent}"})  # fmt: skip


def slack(fields: Mapping[str, Any]) -> Answer:
    return Answer(body={"ok": True, "authed_user": {"id": "U1", **fields, "token_type": "user"}})


def form(fields: Mapping[str, Any]) -> Answer:
    return Answer(body=urlencode(fields).encode(), headers={"Content-Type": "text/html"})


WRITTEN = {
    "201": lambda fields: Answer(201, fields),
    "empty errors": lambda fields: Answer(body={**fields, "error": "", "error_description": None}),
    "form": form,
    "slack": slack,
    "html": lambda fields: Answer(body=b"\xef\xbb\xbf" + json.dumps(fields).encode(),
                                  headers={"Content-Type": "text/html"}),
}  # fmt: skip


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_a_login_and_its_refreshes_take_replies_as_they_come(world: Adapters, write: Any) -> None:
    with odd_server() as server:
        Issuer(server, write)
        assert login(world, named(server), LoginOptions(wait=20)).refreshable
        for count in (1, 2, 3):
            assert get_token(world, named(server)).token.reveal() == f"at-{count - 1}"
            refresh(world, named(server))
        assert server.tokens == {"at-0", "at-1", "at-2", "at-3"}


@pytest.mark.parametrize(
    "answer", [Answer(201, {"status": "created"}), Answer(200, {"error": "invalid_grant"})]
)
def test_a_reply_without_a_token_is_no_login(world: Adapters, answer: Answer) -> None:
    with odd_server() as server:
        server.routes["POST /token"] = answer
        with pytest.raises(KeyrackError):
            login(world, named(server), LoginOptions(wait=20))
        assert not world.credentials().records() or not world.credentials().load(CredentialKey.of(server.url))


def test_a_refused_refresh_asks_for_a_login_and_may_be_tried_again(world: Adapters, clock: Clock) -> None:
    with odd_server() as server:
        issuer = Issuer(server)
        login(world, named(server), LoginOptions(wait=20))
        clock.time += LIFE + 1
        for passing in (Answer(302, headers={"Location": "http://portal.example/"}), Answer(200, b"<html>")):
            issuer.refusal = passing
            with pytest.raises(Temporary):
                get_token(world, named(server))
        issuer.refusal = Answer(403, b"<html>Forbidden</html>")
        for _ in range(2):
            with pytest.raises(LoginNeeded):
                get_token(world, named(server))
        issuer.refusal = None
        refresh(world, named(server))
        assert get_token(world, named(server)).token.reveal() == "at-1"


def test_an_access_token_that_ends_with_its_grant_is_not_handed_out(world: Adapters, clock: Clock) -> None:
    with odd_server() as server:
        issuer = Issuer(server)
        login(world, named(server), LoginOptions(wait=20))
        issuer.refusal = Answer(400, {"error": "invalid_grant"})
        clock.time += 1
        assert "invalid_grant" in get_token(world, named(server), min_valid=LIFE).notes[0]
        server.tokens.clear()
        world.credentials().note(
            CredentialKey.of(server.url), refresh_refusal=(clock.time + 1, "Refused again.")
        )
        clock.time += 2
        with pytest.raises(LoginNeeded):
            get_token(world, named(server))


@pytest.mark.parametrize("looked_up", [True, False], ids=["looked up", "a JWT that is not looked up"])
def test_a_revocation_is_told_as_it_is(world: Adapters, looked_up: bool) -> None:
    with odd_server() as server:
        Issuer(server)
        server.routes[f"GET {META}"] = Answer(
            body=server.metadata(revocation_endpoint=server.base + "/revoke")
        )

        def revoke(asked: Asked) -> Answer:
            given = fields_of(asked)
            if "client_secret" not in given:
                return Answer(422, {"detail": [{"loc": ["body", "client_secret"], "msg": "Field required"}]})
            if looked_up:
                server.tokens.discard(given["token"])
            return Answer()

        server.routes["POST /revoke"] = revoke
        login(world, named(server), LoginOptions(wait=20))
        told = {line.what: line.outcome for line in clear(world, named(server), revoke=True).lines}
        assert told["Revoke"] == "done" and told["Registration"] == "stays"
        assert told["Access token"] == ("done" if looked_up else "still works")
