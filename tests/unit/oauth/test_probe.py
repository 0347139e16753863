"""The probe table of the checklist."""

from typing import Any

import pytest

from keyrack.domain.secret import Secret
from keyrack.oauth.http import Failed, Request
from keyrack.oauth.probe import SILENCE, probe
from support.canned import URL, World, play, reply, rpc, unauthorized

TOKEN = {"Authorization": Secret("Bearer at")}


def method_of(request: Request) -> str:
    return request.json["method"] if isinstance(request.json, dict) else request.method


def server(table, default=None):
    """A server that answers by JSON-RPC method, or by HTTP method without a body."""

    def answer(request: Request) -> Any:
        found = table.get(method_of(request), default or reply(None, 404))
        return found(request) if callable(found) else found

    return World(**{f"{verb} {URL}": answer for verb in ("POST", "GET", "DELETE")})


def found(table, credential=None, default=None):
    world = server(table, default)
    return play(probe(URL, credential), world).result, world


OLD = {"server/discover": reply(None, 400), "initialize": rpc({"protocolVersion": "2025-06-18"})}
NEITHER = ["2026-09-01", 7, "９９９９-01-01", "9999-01-01\r\nX: y", None, "z"]
MODERN_ERROR = rpc(error={"code": -32022, "data": {"supported": NEITHER}}, status=400)
OPEN_ONLY_AT_THE_DOOR = {**OLD, "tools/list": unauthorized()}


ASKS_FOR_MORE = reply(None, 403, WWW_Authenticate='Bearer error="insufficient_scope"')
EVENTS = reply(b"event: endpoint\ndata: /x\n\n")._replace(headers=(("Content-Type", "text/event-stream"),))


GONE = "unreachable"
NO_ANSWERS = (
    reply(None, 302, Location="https://evil.example/"),
    reply(None, 307, Location="https://evil.example/"),
    reply(None, 304),
    reply(None, 500),
    reply(None, 503),
    reply(None, 429),
    Failed("timed out"),
    Failed("redirects too many times", refused=True, sent_to=URL),
)


def marked(line, table, verdict, revision=None, credential=None):
    return pytest.param(table, credential, verdict, revision, marks=pytest.mark.checklist(line))


@pytest.mark.parametrize(
    ("table", "credential", "verdict", "revision"),
    [
        marked("probe: 401", {"server/discover": unauthorized()}, "required"),
        marked("probe: 401", {"server/discover": unauthorized()}, "refused", credential=TOKEN),
        marked("probe: 403 insufficient_scope", {"server/discover": ASKS_FOR_MORE}, "required"),
        marked(
            "probe: 403 insufficient_scope", {"server/discover": ASKS_FOR_MORE}, "accepted", credential=TOKEN
        ),
        marked("probe: other 403", {"server/discover": reply(None, 403)}, "unknown", credential=TOKEN),
        marked(
            "probe: 200 and discovered",
            {"server/discover": rpc({"x": 1}), "tools/list": rpc()},
            "open",
            "2026-07-28",
        ),
        marked(
            "probe: 200 and discovered",
            {"server/discover": rpc({"x": 1}), "tools/list": rpc()},
            "accepted",
            "2026-07-28",
            TOKEN,
        ),
        marked(
            "probe: authorization per method",
            {"server/discover": rpc({"x": 1}), "tools/list": unauthorized()},
            "optional",
            "2026-07-28",
        ),
        marked(
            "probe: authorization per method",
            {"server/discover": rpc({"x": 1}), "tools/list": ASKS_FOR_MORE},
            "optional",
            "2026-07-28",
        ),
        *(
            marked(
                "probe: -32020, -32021",
                {"server/discover": rpc(error={"code": code}, status=400), "tools/list": rpc()},
                "open",
                "2026-07-28",
            )
            for code in (-32020, -32021)
        ),
        marked(
            "probe: 404 with -32601",
            {"server/discover": rpc(error={"code": -32601}, status=404), "tools/list": rpc()},
            "open",
            "2026-07-28",
        ),
        *(
            marked(
                "probe: older",
                {**OLD, "server/discover": answer, "tools/list": rpc()},
                "open",
                "2025-06-18",
            )
            for answer in (
                reply(None, 400),
                reply(None, 404),
                reply(None, 405),
                reply(b"<html>", 406),
                rpc(error={"code": -32000}, status=400),
                rpc(error={"code": -32019}, status=400),
                rpc(error={"code": -32601}),
                rpc(error={"code": "odd", "data": 7}, status=400),
                *NO_ANSWERS,
                Failed("closed the connection"),
                reply(None, 202),
                reply(None, 204),
                reply(b"not JSON", 200),
                reply(None, 418),
            )
        ),
        marked("probe: older", OPEN_ONLY_AT_THE_DOOR, "optional", "2025-06-18"),
        marked("probe: older", OPEN_ONLY_AT_THE_DOOR, "refused", "2025-06-18", TOKEN),
        *(
            marked(
                "probe: 2024-11-05",
                {"server/discover": reply(None, 404), "initialize": reply(None, status), "GET": EVENTS},
                "open",
                "2024-11-05",
            )
            for status in (400, 404, 405)
        ),
        marked(
            "probe: 2024-11-05",
            {"server/discover": reply(None, 404), "initialize": reply(None, 404), "GET": unauthorized()},
            "required",
        ),
        *(
            marked("probe: 3xx, 5xx, time-out", {"server/discover": answer, "initialize": answer}, GONE)
            for answer in NO_ANSWERS
        ),
        marked("probe: older", {"server/discover": reply(b"<html>")}, "unknown"),
    ],
)
def test_each_kind_of_reply_has_its_verdict(table, credential, verdict, revision):
    probed, world = found(table, credential)
    assert (probed.verdict, probed.revision) == (verdict, revision)
    assert {request.url for request in world.asked} == {URL}


@pytest.mark.checklist("probe: -32022")
def test_what_the_verdict_says_by_itself_is_not_said_twice():
    assert found({"server/discover": unauthorized()})[0].reason == ""


def test_a_modern_server_of_another_revision_is_asked_in_its_own():
    def discover(request):
        spoken = request.headers["MCP-Protocol-Version"]
        return rpc({"ok": 1}) if spoken == "2026-09-01" else MODERN_ERROR

    probed, world = found({"server/discover": discover, "tools/list": rpc()})
    assert (probed.verdict, probed.revision) == ("open", "2026-09-01")
    assert world.asked[-1].headers["MCP-Protocol-Version"] == "2026-09-01"


@pytest.mark.parametrize("supported", [None, [], [7], {"a": 1}, "2026-09-01", ["\x1b[2J"], ["2026-07-28"]])
def test_a_revision_that_nobody_can_speak_leads_to_the_older_way(supported):
    error = rpc(error={"code": -32022, "data": {"supported": supported}}, status=400)
    probed, world = found({"server/discover": error, "initialize": OLD["initialize"], "tools/list": rpc()})
    assert probed.verdict == "open" and [method_of(request) for request in world.asked][1] == "initialize"


@pytest.mark.parametrize("spoken", ["２０２５-06-18", "2025-06-18\n", "\x1b[2J", 7, None, "", [], {}])
def test_an_odd_revision_is_not_repeated(spoken):
    table = {"server/discover": reply(None, 400), "initialize": rpc({"protocolVersion": spoken, "x": 1})}
    probed, world = found({**table, "tools/list": rpc()})
    assert (probed.verdict, probed.revision) == ("open", "2025-11-25")
    assert world.asked[-1].headers["MCP-Protocol-Version"] == "2025-11-25"


@pytest.mark.parametrize("session", ["a\nb", "a\r\nX: y", "\x1b[2J", "é", ""])
def test_an_odd_session_id_is_not_sent(session):
    greeting = rpc({"protocolVersion": "2025-06-18"}, Mcp_Session_Id=session)
    _, world = found({**OLD, "initialize": greeting, "tools/list": rpc()})
    assert all("Mcp-Session-Id" not in request.headers for request in world.asked)


@pytest.mark.checklist("probe: older")
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


@pytest.mark.checklist(23)
def test_every_request_of_a_probe_carries_the_credential_in_the_header_only():
    _, world = found({**OLD, "tools/list": rpc()}, TOKEN)
    assert all(request.headers["Authorization"] == Secret("Bearer at") for request in world.asked)
    assert all(request.url == URL for request in world.asked)


def test_an_address_that_keyrack_does_not_ask_is_not_asked_twice():
    forbidden = Failed("It is forbidden.", refused=True)
    probed, world = found({"server/discover": forbidden, "initialize": rpc({})})
    assert (probed.verdict, probed.refused, len(world.asked)) == ("unreachable", True, 1)


def test_the_first_question_alone_is_given_up_early():
    _, world = found({**OLD, "tools/list": rpc()})
    assert [bool(request.seconds) for request in world.asked] == [True, False, False, False]
    assert world.asked[0].seconds == SILENCE


@pytest.mark.parametrize("left_behind", [MODERN_ERROR, rpc(error={"code": -32601}, status=404)])
def test_a_modern_server_that_was_only_waking_up_is_asked_again(left_behind):
    answers = iter([Failed("did not answer in time"), rpc({"x": 1})])
    table = {"server/discover": lambda _: next(answers), "initialize": left_behind, "tools/list": rpc()}
    probed, world = found(table)
    assert (probed.verdict, probed.revision, probed.older) == ("open", "2026-07-28", False)
    assert [method_of(request) for request in world.asked][:3] == [
        "server/discover", "initialize", "server/discover",
    ]  # fmt: skip


def test_an_older_server_that_answers_with_a_modern_code_is_asked_in_its_own_way():
    """It wants a session for a list, which the code -32601 did not say."""
    session = {"Mcp-Session-Id": "s1"}

    def listing(request):
        return rpc() if request.headers.items() >= session.items() else reply(None, 400)

    greeting = rpc({"protocolVersion": "2025-06-18"}, Mcp_Session_Id="s1")
    code = rpc(error={"code": -32601}, status=404)
    probed, _ = found({"server/discover": code, "initialize": greeting, "tools/list": listing})
    assert (probed.verdict, probed.revision) == ("open", "2025-06-18")


def test_what_an_earlier_probe_has_found_spares_the_question():
    first, _ = found({**OLD, "tools/list": rpc()})
    assert first.older
    world = server({**OLD, "tools/list": rpc()})
    assert play(probe(URL, older=True), world).result.verdict == "open"
    assert method_of(world.asked[0]) == "initialize"


@pytest.mark.parametrize("last", [Failed("timed out"), reply(None, 500), reply(None, 302, Location="/login")])
def test_a_server_that_answers_initialize_is_reached_whatever_becomes_of_an_event_stream(last):
    probed, _ = found({"initialize": reply(None, 404), "GET": last})
    assert (probed.verdict, probed.reason) == (
        "unknown", "The server answered 404, but not like an MCP server.",
    )  # fmt: skip


@pytest.mark.checklist("security: redirects")
@pytest.mark.parametrize(
    ("status", "location", "words"),
    [
        (301, "/mcp/", "redirects to https://mcp.example/mcp/ (301)"),
        (302, "https://mcp.example/login?next=SECRET", "https://mcp.example/login?next=●●●●●●●● (302)"),
        (303, "mcp/", "redirects to https://mcp.example/mcp/ (303)"),
        (302, "https://login.example/start", "redirects to https://login.example/start. keyrack"),
        (302, "http://mcp.example/mcp", "redirects to http://mcp.example/mcp. keyrack"),
        (307, "https://evil.example/\u202e\u0430", "something that is not a web URL"),
        (307, "https://evil.example/\u0430", "redirects to https://evil.example/%D0%B0. keyrack"),
        (308, "javascript:alert(1)", "something that is not a web URL"),
        (308, "https://user:pw@evil.example/", "something that is not a web URL"),
        (302, "https://x.example/k3y9f8a7d6s5k4j3h2g1q0/mcp", "https://x.example/●●●●●●●●/mcp"),
    ],
)
def test_a_redirect_that_is_not_followed_is_named(status, location, words):
    answer = reply(None, status, Location=location)
    probed, world = found({"server/discover": answer, "initialize": answer}, TOKEN)
    assert probed.verdict == "unreachable" and not probed.refused
    assert words in probed.reason and "SECRET" not in probed.reason and "pw" not in probed.reason
    assert probed.reason.isprintable() and {request.url for request in world.asked} == {URL}
