"""The probe table of the checklist."""

import pytest

from keyrack.domain.secret import Secret
from keyrack.oauth.effects import Failed, Request
from keyrack.oauth.probe import probe
from support.canned import URL, World, play, reply, rpc, unauthorized

TOKEN = {"Authorization": Secret("Bearer at")}


def method_of(request: Request) -> str:
    return request.json["method"] if isinstance(request.json, dict) else request.method


def server(table, default=None):
    """A server that answers by JSON-RPC method, or by HTTP method without a body."""

    def answer(request):
        found = table.get(method_of(request), default or reply(None, 404))
        return found(request) if callable(found) else found

    return World(**{f"{verb} {URL}": answer for verb in ("POST", "GET", "DELETE")})


def found(table, credential=None, default=None):
    world = server(table, default)
    return play(probe(URL, credential), world).result, world


OLD = {"server/discover": reply(None, 400), "initialize": rpc({"protocolVersion": "2025-06-18"})}
MODERN_ERROR = rpc(error={"code": -32022, "data": {"supported": ["2026-09-01", 7]}}, status=400)
OPEN_ONLY_AT_THE_DOOR = {**OLD, "tools/list": unauthorized()}


@pytest.mark.parametrize(
    ("table", "credential", "verdict", "revision"),
    [
        ({"server/discover": unauthorized()}, None, "required", None),
        ({"server/discover": unauthorized()}, TOKEN, "refused", None),
        (
            {"server/discover": reply(None, 403, WWW_Authenticate='Bearer error="insufficient_scope"')},
            TOKEN,
            "accepted",
            None,
        ),
        ({"server/discover": reply(None, 403)}, TOKEN, "unknown", None),
        ({"server/discover": rpc({"x": 1}), "tools/list": rpc()}, None, "open", "2026-07-28"),
        ({"server/discover": rpc({"x": 1}), "tools/list": rpc()}, TOKEN, "accepted", "2026-07-28"),
        ({"server/discover": rpc({"x": 1}), "tools/list": unauthorized()}, None, "optional", "2026-07-28"),
        (
            {"server/discover": rpc(error={"code": -32020}, status=400), "tools/list": rpc()},
            None,
            "open",
            "2026-07-28",
        ),
        (
            {"server/discover": rpc(error={"code": -32601}, status=404), "tools/list": rpc()},
            None,
            "open",
            "2026-07-28",
        ),
        ({**OLD, "tools/list": rpc()}, None, "open", "2025-06-18"),
        (OPEN_ONLY_AT_THE_DOOR, None, "optional", "2025-06-18"),
        (OPEN_ONLY_AT_THE_DOOR, TOKEN, "refused", "2025-06-18"),
        (
            {**OLD, "server/discover": rpc(error={"code": -32601}), "tools/list": rpc()},
            None,
            "open",
            "2025-06-18",
        ),
        (
            {
                "server/discover": reply(None, 404),
                "initialize": reply(None, 405),
                "GET": reply(b"event: endpoint\ndata: /x\n\n", Content_Type="x")._replace(
                    headers=(("Content-Type", "text/event-stream"),)
                ),
            },
            None,
            "open",
            "2024-11-05",
        ),
        (
            {"server/discover": reply(None, 404), "initialize": reply(None, 404), "GET": unauthorized()},
            None,
            "required",
            None,
        ),
        ({"server/discover": reply(None, 302, Location="https://evil.example/")}, None, "unreachable", None),
        ({"server/discover": reply(None, 500)}, None, "unreachable", None),
        ({"server/discover": Failed("timed out")}, None, "unreachable", None),
        ({"server/discover": reply(b"<html>")}, None, "unknown", None),
    ],
)
def test_each_kind_of_reply_has_its_verdict(table, credential, verdict, revision):
    probed, _ = found(table, credential)
    assert (probed.verdict, probed.revision) == (verdict, revision)


def test_a_modern_server_of_another_revision_is_asked_in_its_own():
    def discover(request):
        spoken = request.headers["MCP-Protocol-Version"]
        return rpc({"ok": 1}) if spoken == "2026-09-01" else MODERN_ERROR

    probed, world = found({"server/discover": discover, "tools/list": rpc()})
    assert (probed.verdict, probed.revision) == ("open", "2026-09-01")
    assert world.asked[-1].headers["MCP-Protocol-Version"] == "2026-09-01"


def test_a_session_that_was_opened_is_ended():
    _, world = found(
        {
            **OLD,
            "initialize": rpc({"protocolVersion": "2025-06-18"}, Mcp_Session_Id="s1"),
            "tools/list": rpc(),
        }
    )
    assert (world.asked[-1].method, world.asked[-1].headers["Mcp-Session-Id"]) == ("DELETE", "s1")


def test_an_event_stream_reply_is_read():
    stream = reply(
        b'event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18"}}\n\n'
    )
    stream = stream._replace(headers=(("content-type", "text/event-stream"),))
    probed, _ = found({"server/discover": reply(None, 406), "initialize": stream, "tools/list": rpc()})
    assert probed.verdict == "open"


def test_every_request_of_a_probe_carries_the_credential_in_the_header_only():
    _, world = found({**OLD, "tools/list": rpc()}, TOKEN)
    assert all(request.headers["Authorization"] == Secret("Bearer at") for request in world.asked)
    assert all(request.url == URL for request in world.asked)
