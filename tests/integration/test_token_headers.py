"""A token that a server of an unknown service wants in another header, over real sockets."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from keyrack import cli
from keyrack.domain.errors import Cancelled, Temporary, TokenRefused
from keyrack.domain.model import CredentialKey, Server, Source
from keyrack.domain.secret import Secret
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.check import check
from keyrack.operations.tokens.other_headers import Way, set_in_other_header
from keyrack.operations.tokens.set_token import Typed, set_token
from support.odd_server import HANG_UP, Answer, Asked, OddServer, odd_server

KEY = "key-SECRET-0123456789"
TYPED = Typed({"token": Secret(KEY)})


class Guarded:
    """Wants this header with this value, and no other."""

    def __init__(self, server: OddServer, header: str, value: str) -> None:
        self.server, self.header, self.value = server, header.lower(), value
        server.tokens.add("let in")
        server.routes["POST /mcp"] = self
        self.wanted = Server("internal", server.url, sources=(Source("keyrack", "config.toml", "internal"),))

    def __call__(self, asked: Asked) -> Answer:
        let_in = asked.headers.get(self.header) == self.value
        headers = {**asked.headers, "authorization": "Bearer let in" if let_in else ""}
        return self.server.mcp(asked._replace(headers=headers))

    @property
    def seen(self) -> set[str]:
        """Where it has seen the token."""
        return {
            f"{name}: {value}"
            for asked in self.server.asked
            for name, value in asked.headers.items()
            if KEY in value
        }


@pytest.fixture
def server() -> Iterator[OddServer]:
    with odd_server() as server:
        yield server


def stored(world: Adapters, guarded: Guarded) -> dict[str, str]:
    found = world.credentials().load(CredentialKey.of(guarded.server.url))
    return {name: value.reveal() for name, value in found.headers} if found else {}


def test_a_refused_token_is_sent_in_no_other_header_unasked(world: Adapters, server: OddServer) -> None:
    guarded = Guarded(server, "X-API-Key", KEY)
    with pytest.raises(TokenRefused) as caught:
        set_token(world, guarded.wanted, TYPED)
    assert caught.value.in_other_header and KEY not in str(caught.value)
    assert guarded.seen == {f"authorization: Bearer {KEY}"} and not stored(world, guarded)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-API-Key", KEY),
        ("Authorization", f"Token {KEY}"),
        ("Api-Key", KEY),
        ("Authorization", KEY),
    ],
)
def test_the_header_that_works_is_stored_and_used(
    header: str, value: str, world: Adapters, server: OddServer
) -> None:
    guarded, tried = Guarded(server, header, value), list[str]()
    saved = set_in_other_header(world, guarded.wanted, TYPED, on_try=lambda way: tried.append(way.words))
    assert saved.check and saved.check.verdict == "accepted"
    assert stored(world, guarded) == {header: value}
    assert len(tried) == len(set(tried)) == len(guarded.seen)  # and none after the one that works
    assert check(world, guarded.wanted).verdict == "accepted"


def test_the_way_that_was_refused_is_not_tried_again(world: Adapters, server: OddServer) -> None:
    guarded = Guarded(server, "Authorization", f"Bearer {KEY}")
    typed = TYPED._replace(header="x-api-key", template="{token}")
    set_in_other_header(world, guarded.wanted, typed, on_try=lambda way: None)
    assert guarded.seen == {f"authorization: Bearer {KEY}"}


def stop(way: Way) -> None:
    raise Cancelled("Nothing was stored.")


def test_where_none_works_the_old_credential_stays(world: Adapters, server: OddServer) -> None:
    guarded = Guarded(server, "X-Other", KEY)
    old = TYPED._replace(header="X-Other", template="{token}")
    set_token(world, guarded.wanted, old)
    with pytest.raises(TokenRefused, match="in these headers too: X-API-Key, Authorization: Token …,"):
        set_in_other_header(world, guarded.wanted, TYPED, on_try=lambda way: None)
    with pytest.raises(Cancelled):
        set_in_other_header(world, guarded.wanted, TYPED, on_try=stop)
    server.routes["POST /mcp"] = HANG_UP
    with pytest.raises(Temporary):
        set_in_other_header(world, guarded.wanted, TYPED, on_try=lambda way: None)
    assert stored(world, guarded) == {"X-Other": KEY}


def test_a_server_that_lets_everybody_in_proves_no_header(world: Adapters, server: OddServer) -> None:
    guarded = Guarded(server, "X-Other", KEY)
    server.guarded = lambda rpc: False
    with pytest.raises(TokenRefused):
        set_in_other_header(world, guarded.wanted, TYPED, on_try=lambda way: None)
    assert not stored(world, guarded)


def test_the_command_line_names_the_option_and_it_works(
    world: Adapters, server: OddServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded = Guarded(server, "X-API-Key", KEY)

    def run(*words: str) -> int:
        monkeypatch.setattr(sys, "stdin", io.StringIO(KEY))
        unused: Any = None
        return cli.run(list(words), adapters=lambda **_: world, screen=unused, demo=unused)

    assert run("set", server.url) == 1
    told = capsys.readouterr().err
    command = told.rsplit("keyrack set ", 1)[1].split()
    assert command == [*command[:-2], "--header", "X-API-Key"] and not stored(world, guarded)
    assert run("set", *(word.strip("'") for word in command)) == 0
    assert stored(world, guarded) == {"X-API-Key": KEY}
