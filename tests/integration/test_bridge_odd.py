"""A bridge in front of servers that refuse, forget, cut off and mislead."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from keyrack.domain.model import Server
from keyrack.operations.relay import relay
from support.odd_server import SILENCE, Answer, Asked, OddServer, odd_server
from support.relayed import INITIALIZE, PATIENCE, Relayed, relayed, stored, world

STREAM = {"Content-Type": "text/event-stream"}


def result(asked: Asked, **value: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": json.loads(asked.body).get("id"), "result": value}


def initialized(asked: Asked, **headers: str) -> Answer:
    return Answer(body=result(asked, protocolVersion="2025-06-18"), headers=headers)


def events(*messages: Any) -> bytes:
    """Each is a message, or an event as it is."""
    return b"".join(
        each if isinstance(each, bytes) else b"data: " + json.dumps(each).encode() + b"\n\n"
        for each in messages
    )


def by_method(**routes: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    """A POST route by JSON-RPC method, with "/" as "_"."""

    def answer(asked: Asked) -> Answer:
        name = asked.rpc.replace("/", "_")
        if name in routes:
            return routes[name](asked)
        if name == "initialize":
            return initialized(asked, **{"Mcp-Session-Id": "s-1"})
        return Answer(202) if name.startswith("notifications") else Answer(body=result(asked, ok=True))

    return answer


@pytest.fixture
def odd() -> Iterator[OddServer]:
    with odd_server() as server:
        yield server


def posted(odd: OddServer, rpc: str) -> list[Asked]:
    return [asked for asked in odd.asked if asked.rpc == rpc]


# The credential


def test_a_server_that_wants_no_credential_gets_none(odd: OddServer) -> None:
    odd.routes["POST /mcp"] = by_method()
    with relayed(world(), odd.url) as program:
        assert program.call("tools/list")["result"] == {"ok": True}
    assert "authorization" not in odd.asked[0].headers


def test_after_a_401_the_token_is_refreshed_once_for_all_requests(odd: OddServer) -> None:
    everyone = threading.Barrier(8, timeout=30)

    def call(asked: Asked) -> Answer:
        if asked.headers["authorization"] == "Bearer old":
            everyone.wait()
        return odd.mcp(asked)

    odd.routes["POST /mcp"] = call
    with relayed(world(stored(odd.url, "old", issuer=odd.base)), odd.url) as program:
        for _ in range(8):
            program.request("tools/list")
        assert all("result" in program.next() for _ in range(8))
    assert len(odd.to("/token")) == 1


def test_a_token_that_is_due_is_refreshed_before_it_is_sent(odd: OddServer) -> None:
    with relayed(world(stored(odd.url, "old", issuer=odd.base, seconds=30)), odd.url) as program:
        assert "result" in program.call("tools/list")
    assert [asked.headers["authorization"] for asked in odd.to("/mcp")] == ["Bearer at-0"]


def test_a_token_that_another_process_has_stored_since_is_used_instead_of_a_refresh(odd: OddServer) -> None:
    parts = world(stored(odd.url, "old", issuer=odd.base))
    with relayed(parts, odd.url) as program:
        odd.tokens.add("old")
        assert "result" in program.call("tools/list")
        odd.tokens = {"newer"}
        parts.credentials().save(stored(odd.url, "newer", issuer=odd.base))
        assert "result" in program.call("tools/list")
    assert odd.to("/token") == []


def test_a_server_that_refuses_the_new_token_too_is_asked_twice_and_no_more(odd: OddServer) -> None:
    odd.routes["POST /mcp"] = Answer(401, headers={"WWW-Authenticate": "Bearer"})
    with relayed(world(stored(odd.url, "old", issuer=odd.base)), odd.url) as program:
        assert program.error("tools/list") == "odd refused the token. Run: keyrack login odd"
    assert len(odd.to("/mcp")) == 2 and len(odd.to("/token")) == 1


def test_without_a_login_the_error_names_the_command(odd: OddServer) -> None:
    with relayed(world(), odd.url) as program:
        assert program.error("initialize", **INITIALIZE) == "odd requires a login. Run: keyrack login odd"
    assert len(odd.asked) == 1


def test_a_token_that_was_entered_by_hand_is_to_be_set_again(odd: OddServer) -> None:
    with relayed(world(stored(odd.url, "pat")), odd.url) as program:
        assert program.error("tools/list") == "odd refused the token. Run: keyrack set odd"
    assert len(odd.asked) == 1


def test_a_403_for_more_scopes_names_the_command_with_them(odd: OddServer) -> None:
    wants = 'Bearer error="insufficient_scope", scope="files:read files:write"'
    odd.routes["POST /mcp"] = Answer(403, headers={"WWW-Authenticate": wants})
    with relayed(world(stored(odd.url, "old", issuer=odd.base)), odd.url) as program:
        assert program.error("tools/call", name="x") == (
            "odd requires more scopes: files:read files:write. "
            "Run: keyrack login odd --scope 'files:read files:write'"
        )
    assert odd.to("/token") == [] and len(odd.to("/mcp")) == 1


def test_another_403_is_passed_on_as_an_error(odd: OddServer) -> None:
    odd.routes["POST /mcp"] = Answer(403)
    with relayed(world(), odd.url) as program:
        assert program.error("tools/list") == "The server answered 403."


def test_while_the_issuer_is_away_a_valid_token_is_used(odd: OddServer) -> None:
    odd.routes["POST /token"] = Answer(503)
    odd.tokens.add("old")
    with relayed(world(stored(odd.url, "old", issuer=odd.base, seconds=50)), odd.url) as program:
        assert "result" in program.call("tools/list")
        assert "result" in program.call("tools/list")
    assert len(odd.to("/token")) <= 3  # not for each request


# Sessions


def test_the_session_and_the_revision_go_with_what_follows_and_the_session_is_ended(odd: OddServer) -> None:
    odd.routes["POST /mcp"] = by_method()
    with relayed(world(), odd.url) as program:
        program.initialize()
        program.call("tools/list")
    (initialize,), (listing,) = posted(odd, "initialize"), posted(odd, "tools/list")
    assert "mcp-session-id" not in initialize.headers
    assert listing.headers["mcp-session-id"] == "s-1"
    assert listing.headers["mcp-protocol-version"] == "2025-06-18"
    assert [asked.headers["mcp-session-id"] for asked in odd.asked if asked.method == "DELETE"] == ["s-1"]


@pytest.mark.parametrize("status", [404, 400])
def test_a_session_that_the_server_forgot_begins_anew_without_the_program_noticing(
    odd: OddServer, status: int
) -> None:
    sessions: list[str] = []

    def initialize(asked: Asked) -> Answer:
        sessions.append(f"s-{len(sessions)}")
        return initialized(asked, **{"Mcp-Session-Id": sessions[-1]})

    def call(asked: Asked) -> Answer:
        if asked.headers["mcp-session-id"] != sessions[-1]:
            return Answer(status, {"jsonrpc": "2.0", "id": None, "error": {"message": "No valid session"}})
        return Answer(body=result(asked, session=sessions[-1]))

    odd.routes["POST /mcp"] = by_method(initialize=initialize, tools_call=call)
    with relayed(world(), odd.url) as program:
        program.initialize()
        assert program.call("tools/call")["result"] == {"session": "s-0"}
        sessions.append("forgotten")
        ids = {program.request("tools/call") for _ in range(5)}
        answers = [program.next() for _ in range(5)]
        assert {answer["id"] for answer in answers} == ids
        assert {answer["result"]["session"] for answer in answers} == {"s-2"}
    assert len(posted(odd, "initialize")) == 2
    assert posted(odd, "initialize")[0].body == posted(odd, "initialize")[1].body
    assert len(posted(odd, "notifications/initialized")) == 2


def test_a_server_that_forgets_at_once_is_not_asked_for_ever(odd: OddServer) -> None:
    odd.routes["POST /mcp"] = by_method(tools_call=lambda asked: Answer(404))
    with relayed(world(), odd.url) as program:
        program.initialize()
        assert program.error("tools/call") == "The server forgets its sessions at once."
    assert len(posted(odd, "tools/call")) == 2


# Streams


def test_everything_in_a_stream_is_passed_on_as_it_is(odd: OddServer) -> None:
    raw = b'{"jsonrpc" : "2.0", "method":"notifications/odd", "x": 1.0, "\\u00e9": "\xc3\xa9"}'
    stream = lambda asked: Answer(  # noqa: E731
        body=events(b": hi\n\ndata: " + raw + b"\n\n", result(asked, done=True)), headers=STREAM
    )
    odd.routes["POST /mcp"] = by_method(tools_call=stream)
    with relayed(world(), odd.url) as program:
        program.request("tools/call")
        assert program.lines.get(timeout=30) == raw
        assert program.next()["result"] == {"done": True}


def test_a_stream_that_was_cut_is_resumed_after_its_last_event(odd: OddServer) -> None:
    first = {"jsonrpc": "2.0", "method": "notifications/progress", "params": {}}
    odd.routes["POST /mcp"] = by_method(
        tools_call=lambda asked: Answer(
            body=b"retry: 10\nid: 7\ndata: " + json.dumps(first).encode() + b"\n\n", headers=STREAM
        )
    )
    odd.routes["GET /mcp"] = lambda asked: (
        Answer(body=events({"jsonrpc": "2.0", "id": 2, "result": {"late": True}}), headers=STREAM)
        if asked.headers.get("last-event-id") == "7"
        else Answer(405)
    )
    with relayed(world(), odd.url) as program:
        program.initialize()
        id = program.request("tools/call")
        assert program.next() == first
        assert program.next() == {"jsonrpc": "2.0", "id": id, "result": {"late": True}}
    assert len(posted(odd, "tools/call")) == 1


def test_a_stream_that_can_not_be_resumed_ends_in_an_error(odd: OddServer) -> None:
    odd.routes["POST /mcp"] = by_method(tools_call=lambda asked: Answer(body=b": hi\n\n", headers=STREAM))
    with relayed(world(), odd.url) as program:
        assert program.error("tools/call") == "The server ended the stream without a response."


@pytest.mark.parametrize("body", [b"<html>", b"", b"{"])
def test_a_response_that_is_no_json_is_an_error(odd: OddServer, body: bytes) -> None:
    odd.routes["POST /mcp"] = Answer(body=body)
    with relayed(world(), odd.url) as program:
        assert program.error("tools/list") == "The server's response is not JSON-RPC."


def test_the_error_of_the_server_reaches_the_program(odd: OddServer) -> None:
    error = {"code": -32602, "message": "no", "data": [1]}
    odd.routes["POST /mcp"] = Answer(400, {"jsonrpc": "2.0", "id": None, "error": error})
    with relayed(world(), odd.url) as program:
        assert program.call("tools/list")["error"] == error


def test_a_line_that_is_no_message_is_answered_and_not_sent(odd: OddServer) -> None:
    with relayed(world(), odd.url) as program:
        program.relay.accept(b"hello")
        assert program.next()["error"]["code"] == -32700
    assert odd.asked == []


def test_a_response_with_another_id_is_an_error(odd: OddServer) -> None:
    odd.routes["POST /mcp"] = Answer(body={"jsonrpc": "2.0", "id": 77, "result": {}})
    with relayed(world(), odd.url) as program:
        assert program.error("tools/list") == "The server's response is for another request."


def test_a_batch_passes(odd: OddServer) -> None:
    odd.routes["POST /mcp"] = lambda asked: Answer(
        body=[{"jsonrpc": "2.0", "id": each["id"], "result": {}} for each in json.loads(asked.body)]
    )
    with relayed(world(), odd.url) as program:
        program.relay.accept(b'[{"jsonrpc":"2.0","id":1,"method":"a"},{"jsonrpc":"2.0","id":2,"method":"b"}]')
        assert [each["id"] for each in program.next()] == [1, 2]


def test_nothing_is_asked_before_the_stream_of_the_servers_own_messages_is_open(
    odd: OddServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may ask something there in the course of a call."""
    monkeypatch.setattr(relay, "LISTENED", PATIENCE)
    is_asked, came_first = threading.Event(), list[bool]()

    def listen(asked: Asked) -> Answer:
        came_first.append(is_asked.wait(0.1))
        return Answer(405)

    def call(asked: Asked) -> Answer:
        is_asked.set()
        return Answer(body=result(asked, ok=True))

    odd.routes |= {"GET /mcp": listen, "POST /mcp": by_method(tools_call=call)}
    with relayed(world(), odd.url) as program:
        program.initialize()
        assert program.call("tools/call")["result"] == {"ok": True}
    assert came_first == [False]


def test_a_server_that_opens_that_stream_late_holds_nothing_up(odd: OddServer) -> None:
    odd.routes |= {"GET /mcp": SILENCE, "POST /mcp": by_method()}
    with relayed(world(), odd.url) as program:
        program.initialize()
        assert program.call("tools/call")["result"] == {"ok": True}


# The transport of 2024-11-05


def test_an_endpoint_of_another_origin_gets_nothing(odd: OddServer) -> None:
    odd.routes["POST /mcp"] = Answer(405)
    odd.routes["GET /mcp"] = Answer(
        body=f"event: endpoint\ndata: {odd.other}/messages\n\n".encode(), headers=STREAM
    )
    odd.routes["POST /messages"] = Answer(202)
    with relayed(world(stored(odd.url, "old", issuer=odd.base)), odd.url) as program:
        assert f"names {odd.other} as the endpoint" in program.error("initialize", **INITIALIZE)
    assert odd.to("/messages") == []


def test_a_server_that_knows_no_transport_answers_for_itself(odd: OddServer) -> None:
    odd.routes["POST /mcp"] = Answer(404)
    with relayed(world(), odd.url) as program:
        assert program.error("initialize", **INITIALIZE) == "The server answered 404."


# Where requests go


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_within_the_origin_is_followed(odd: OddServer, status: int) -> None:
    odd.routes["POST /mcp"] = Answer(status, headers={"Location": "/v2/mcp"})
    odd.routes["POST /v2/mcp"] = by_method()
    with relayed(world(), odd.url) as program:
        assert program.call("tools/list")["result"] == {"ok": True}
        assert program.call("tools/list")["result"] == {"ok": True}
    assert len(odd.to("/mcp")) == 1


@pytest.mark.parametrize("status", [301, 307, 308])
def test_a_redirect_to_another_origin_is_not(odd: OddServer, status: int) -> None:
    odd.routes["POST /mcp"] = Answer(status, headers={"Location": f"{odd.other}/mcp"})
    with relayed(world(stored(odd.url, "t")), odd.url) as program:
        assert f"redirects ({status})" in program.error("tools/list")
    assert len(odd.asked) == 1


def test_no_credential_goes_over_plain_http_to_another_machine() -> None:
    url = "http://192.0.2.1/mcp"
    with relayed(world(stored(url, "t")), url) as program:
        assert "plain http" in program.error("tools/list")


def test_headers_of_the_entry_go_with_every_request(odd: OddServer) -> None:
    from keyrack.domain.model import Header, Source
    from keyrack.domain.secret import Secret

    source = Source("keyrack", "config.toml", "odd")
    header = Header("X-Tenant", "acme", Secret("acme"), source=source)
    server = Server("odd", odd.url, sources=(source,), headers=(header,))
    odd.routes["POST /mcp"] = by_method()
    with relayed(world(), odd.url, server=server) as program:
        program.call("tools/list")
    assert odd.asked[0].headers["x-tenant"] == "acme"


def test_a_program_that_does_not_read_holds_up_what_is_read_from_the_server(odd: OddServer) -> None:
    reads, go = [], threading.Event()

    def write(line: bytes) -> None:
        reads.append(line)
        go.wait(30)

    many = events(*({"jsonrpc": "2.0", "method": f"n/{number}"} for number in range(100)))
    odd.routes["POST /mcp"] = by_method(
        tools_call=lambda asked: Answer(body=many + events(result(asked)), headers=STREAM)
    )
    program = Relayed(world(), Server("odd", odd.url))
    program.relay._sender._pass_on = write
    program.request("tools/call")
    while not reads:
        pass
    assert len(reads) == 1
    go.set()
    program.relay.finish(30)
    assert len(reads) == 101
    program.relay.close()
