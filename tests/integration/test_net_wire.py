"""The HTTP client with servers that behave and servers that don't."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
import time
import zlib

import pytest

from integration.net_server import LittleServer, little_server, reply
from keyrack.domain.secret import MASK, Secret
from keyrack.net.http_client import HttpxClient
from keyrack.net.limits import Limits
from keyrack.oauth.http import Failed, Request, Response

QUICK = Limits(connect=5.0, read=0.3, total=0.6, event=0.3, body=64 * 1024)
CALM = Limits()
CUT_SHORT = gzip.compress(b"abc", mtime=0)[:-9]


def get(url: str, limits: Limits = CALM, **more: object) -> Response | Failed:
    return HttpxClient(limits).send(Request("GET", url, **more), server_url=url)  # type: ignore[arg-type]


def failed(answer: Response | Failed) -> Failed:
    assert isinstance(answer, Failed), answer
    assert answer.reason.endswith(".")
    return answer


def replied(answer: Response | Failed) -> Response:
    assert isinstance(answer, Response), answer
    return answer


def test_a_reply_comes_back_whole():
    with little_server(reply(b'{"a": 1}', "401 Unauthorized", WWW_Authenticate="Bearer")) as server:
        answer = replied(get(server.url + "/mcp?tenant=1"))
    assert (answer.status, answer.body, answer.url) == (401, b'{"a": 1}', server.url + "/mcp?tenant=1")
    assert answer.header("www-authenticate") == "Bearer"
    assert server.requests[0].startswith(b"GET /mcp?tenant=1 HTTP/1.1\r\n")


def test_repeated_headers_are_kept_apart():
    said = reply(WWW_Authenticate='Basic\r\nWWW-Authenticate: Bearer realm="x"')
    with little_server(said) as server:
        answer = replied(get(server.url))
    assert answer.all("WWW-Authenticate") == ("Basic", 'Bearer realm="x"')


def test_secrets_of_a_form_and_a_header_are_revealed_on_the_wire():
    request = Request("POST", "", {"X-Key": Secret("k-1")}, form={"code": Secret("a b&c"), "n": "1"})
    with little_server(reply()) as server:
        replied(HttpxClient().send(request._replace(url=server.url), server_url=server.url))
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert body == b"code=a+b%26c&n=1"
    assert b"x-key: k-1" in head.lower()
    assert b"content-type: application/x-www-form-urlencoded" in head.lower()


def test_json_is_sent():
    with little_server(reply()) as server:
        replied(HttpxClient().send(Request("POST", server.url, json={"id": 1}), server_url=server.url))
    assert server.requests[0].endswith(b'\r\n\r\n{"id": 1}')


def test_nothing_is_kept_between_requests():
    with little_server(reply(Set_Cookie="a=1; Path=/")) as server:
        http_client = HttpxClient()
        for _ in range(2):
            replied(http_client.send(Request("GET", server.url), server_url=server.url))
    assert b"cookie" not in server.requests[1].lower()
    assert server.connections == 2


@pytest.mark.parametrize(
    "said, words",
    [
        (b"", "closed the connection"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "not HTTP"),
        (b"\x16\x03\x01\x00\x00", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "closed the connection"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: minus\r\n\r\nabc", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 300_000, "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\nabc", "more than"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 3\r\n\r\nabc", "coding"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", "coding"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + CUT_SHORT, "coding"),
    ],
    ids=lambda each: repr(each[:50]),
)
def test_nonsense_ends_in_a_sentence(said: bytes, words: str):
    with little_server(said) as server:
        assert words in failed(get(server.url)).reason


@pytest.mark.parametrize("status", ["500 Internal Server Error", "404 Not Found", "418 \x1b[31m\xe9"])
def test_any_status_is_a_reply(status: str):
    with little_server(reply(b"<html>\x00\x1b]0;x\x07\xff", status, X_Odd="caf\xe9 \x80")) as server:
        answer = replied(get(server.url))
    assert answer.status == int(status[:3])
    assert answer.header("x-odd") == "caf\xe9 \x80"


def test_zipped_replies_are_unpacked_all_the_same():
    for pack, coding in ((gzip.compress, "gzip"), (zlib.compress, "deflate")):
        with little_server(reply(pack(b"[1, 2]"), Content_Encoding=coding)) as server:
            assert replied(get(server.url)).body == b"[1, 2]"


def test_a_zip_bomb_is_not_unpacked():
    bomb = gzip.compress(bytes(50 * 1024 * 1024))
    with little_server(reply(bomb, Content_Encoding="gzip")) as server:
        assert "more than 64 KiB" in failed(get(server.url, Limits(body=64 * 1024))).reason


def endless(piece: bytes, pause: float = 0.0, head: bytes = b""):
    def behave(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head)
        stop = threading.Event()
        while not stop.wait(pause):
            connection.sendall(piece)

    return behave


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"


@pytest.mark.checklist("security: time and size")
def test_an_endless_body_is_cut():
    with little_server(endless(b"a" * 8192, head=OK)) as server:
        assert "more than" in failed(get(server.url)).reason


@pytest.mark.checklist("security: time and size")
@pytest.mark.parametrize(
    "head",
    [
        OK,
        b"HTTP/1.1 200 OK\r\nX: ",
        b"",
        OK[:-2] + b"Content-Length: 9999\r\n\r\n",
    ],
)
def test_a_byte_at_a_time_ends(head: bytes):
    with little_server(endless(b"a", pause=0.05, head=head)) as server:
        assert "in time" in failed(get(server.url, QUICK)).reason


def test_silence_ends():
    def behave(connection: socket.socket, request: bytes) -> None:
        connection.recv(1)  # until the client goes

    with little_server(behave) as server:
        assert "in time" in failed(get(server.url, QUICK)).reason


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as spare:
        url = f"http://127.0.0.1:{spare.getsockname()[1]}/"
    assert failed(get(url)).reason == "127.0.0.1 refused the connection."


def test_localhost_is_tried_on_every_loopback_address():
    with little_server(reply(b"yes")) as server:  # only on 127.0.0.1
        assert replied(get(f"http://localhost:{server.port}/")).body == b"yes"
    assert f"host: localhost:{server.port}".encode() in server.requests[0].lower()


STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


@pytest.mark.parametrize(
    "events, first",
    [
        (b"event: message\ndata: {}\n\ndata: 2\n\n", b"event: message\ndata: {}\n\n"),
        (b"id: 1\rdata: 1\r\rdata: 2\r\r", b"id: 1\rdata: 1\r\r"),
        (b"data: 1\r\n\r\ndata: 2\r\n\r\n", b"data: 1\r\n\r\n"),
        (b": ping\n\nid: 1\ndata:\n\ndata: 1\n\nmore", b": ping\n\nid: 1\ndata:\n\ndata: 1\n\n"),
        (b"event: endpoint\ndata: /m\n", b"event: endpoint\ndata: /m\n"),
        (b"", b""),
    ],
)
def test_a_stream_is_read_up_to_its_first_event(events: bytes, first: bytes):
    def behave(connection: socket.socket, request: bytes) -> None:
        connection.sendall(STREAM + events)
        connection.recv(1)  # the stream stays open

    with little_server(behave) as server:
        assert replied(get(server.url, Limits(event=0.3), stream=True)).body == first


def test_an_event_of_single_bytes_ends_with_what_came():
    with little_server(endless(b"a", pause=0.05, head=STREAM)) as server:
        assert set(replied(get(server.url, QUICK)).body) == {ord("a")}


def test_json_is_read_whole_where_a_stream_was_possible():
    with little_server(reply(b"[" + b"1," * 100_000 + b"1]")) as server:
        assert len(replied(get(server.url, stream=True)).body) == 200_003


def redirecting(locations: dict[str, str], status: str = "302 Found"):
    def behave(connection: socket.socket, request: bytes) -> None:
        path = request.split(b" ")[1].decode()
        if path in locations:
            connection.sendall(reply(b"", status, Location=locations[path]))
        else:
            connection.sendall(reply(path.encode()))

    return behave


def test_a_get_follows_within_its_origin():
    with little_server(redirecting({"/a": "/b", "/b": "c?x=1#part"}, "307 Temporary Redirect")) as server:
        answer = replied(get(server.url + "/a", headers={"Authorization": Secret("Bearer t")}))
    assert (answer.body, answer.url) == (b"/c?x=1", server.url + "/c?x=1")


def test_a_circle_ends():
    with little_server(redirecting({"/a": "/b", "/b": "/a"})) as server:
        assert failed(get(server.url + "/a")).refused
    assert len(server.requests) == 4


@pytest.mark.checklist("security: redirects")
@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/token?secret=1",
        "http://localhost:{port}/b",
        "//evil.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://[::1",
        "/a b",
        "http://user:pw@127.0.0.1:{port}/b",
        "http://127.0.0.1:1/",
    ],
)
def test_a_redirect_elsewhere_is_refused(location: str):
    with little_server(reply(b"never")) as server:
        server.behave = redirecting({"/a": location.replace("{port}", str(server.port))})
        answer = failed(get(server.url + "/a", headers={"Authorization": Secret("Bearer t")}))
    assert answer.refused
    assert "secret" not in answer.reason and "pw" not in answer.reason
    assert len(server.requests) == 1


@pytest.mark.checklist("security: redirects")
def test_a_post_is_never_redirected():
    with little_server(redirecting({"/token": "/other"}, "308 Permanent Redirect")) as server:
        request = Request("POST", server.url + "/token", form={"code": Secret("c")})
        answer = replied(HttpxClient().send(request, server_url=server.url))
    assert (answer.status, answer.header("Location"), len(server.requests)) == (308, "/other", 1)


MCP = Request("POST", "", {"Authorization": Secret("Bearer t")}, json={"id": 1}, repeatable=True)


@pytest.mark.checklist("security: redirects")
@pytest.mark.parametrize("status", ["307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_post_that_may_be_repeated_is_made_again_on_its_origin(status: str):
    with little_server(redirecting({"/mcp": "/mcp/", "/mcp/": "mcp"}, status)) as server:
        answer = replied(HttpxClient().send(MCP._replace(url=server.url + "/mcp"), server_url=server.url))
    assert (answer.status, answer.url) == (200, server.url + "/mcp/mcp")
    assert len(server.requests) == 3
    for request in server.requests:
        head, _, body = request.partition(b"\r\n\r\n")
        assert head.startswith(b"POST ") and b"Authorization: Bearer t" in head and body == b'{"id": 1}'


@pytest.mark.checklist("security: redirects")
def test_a_post_that_goes_in_a_circle_ends():
    with little_server(redirecting({"/a": "/b", "/b": "/a"}, "307 Temporary Redirect")) as server:
        answer = failed(HttpxClient().send(MCP._replace(url=server.url + "/a"), server_url=server.url))
    assert answer.refused and "too many times" in answer.reason and len(server.requests) == 4


@pytest.mark.checklist("security: redirects")
@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "303 See Other"])
def test_a_redirect_that_asks_for_a_get_is_no_reason_to_post_again(status: str):
    with little_server(redirecting({"/a": "/b"}, status)) as server:
        answer = replied(HttpxClient().send(MCP._replace(url=server.url + "/a"), server_url=server.url))
    assert (answer.status, len(server.requests)) == (int(status[:3]), 1)


@pytest.mark.checklist("security: redirects")
@pytest.mark.parametrize(
    "location",
    [
        "http://localhost:{port}/b",
        "https://127.0.0.1:{port}/b",
        "//evil.example/",
        "http://127.0.0.1:1/",
    ],
)
def test_a_post_never_leaves_its_origin(location: str):
    with little_server(reply(b"never")) as server:
        target = location.replace("{port}", str(server.port))
        server.behave = redirecting({"/a": target}, "307 Temporary Redirect")
        answer = failed(HttpxClient().send(MCP._replace(url=server.url + "/a"), server_url=server.url))
    assert answer.refused and answer.sent_to and answer.sent_to.endswith(target.partition("//")[2])
    assert len(server.requests) == 1


def test_a_request_may_be_given_less_time_than_others():
    def behave(connection: socket.socket, request: bytes) -> None:
        connection.recv(1)  # until the client goes

    with little_server(behave) as server:
        began = time.monotonic()
        assert "in time" in failed(get(server.url, seconds=0.3)).reason
        server.behave = endless(b": ping\n\n", pause=0.05, head=STREAM)
        assert replied(get(server.url, seconds=0.3)).status == 200
        assert time.monotonic() - began < 4  # and not the 10 s and the 5 s of others


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Key": Secret("k\r\nX-Evil: 1")},
        {"X-Key": "k\nq"},
        {"X-Key": "k\x00"},
        {"X-Key": "ключ"},
        {"X Key": "k"},
        {"X-Key\r\nA": "k"},
        {"": "k"},
        {"X:": "k"},
    ],
)
def test_a_header_with_forbidden_characters_is_not_sent(headers: dict[str, str | Secret]):
    with little_server(reply()) as server:
        answer = failed(get(server.url, headers=headers))
    assert answer.refused and not server.connections
    assert "Evil" not in answer.reason and "ключ" not in answer.reason


def test_half_a_surrogate_pair_in_a_form_is_not_sent():
    with little_server(reply()) as server:
        request = Request("POST", server.url, form={"a": Secret("\ud800")})
        assert failed(HttpxClient().send(request, server_url=server.url)).refused


def test_half_a_surrogate_pair_in_a_url_is_not_sent():
    with little_server(reply()) as server:
        failed(get(server.url + "/\ud800"))
        assert not server.requests


def test_close_ends_what_is_under_way():
    asked = threading.Event()
    answers: list[Response | Failed] = []

    def behave(connection: socket.socket, request: bytes) -> None:
        asked.set()
        connection.recv(1)

    http_client = HttpxClient()
    with little_server(behave) as server:
        sender = threading.Thread(
            target=lambda: answers.append(http_client.send(Request("GET", server.url), server_url=server.url))
        )
        sender.start()
        assert asked.wait(10)
        http_client.close()
        sender.join(5)
        assert not sender.is_alive()
        assert "stopped" in failed(answers[0]).reason
        assert "stopped" in failed(http_client.send(Request("GET", server.url), server_url=server.url)).reason


def test_many_threads_share_a_wire():
    def behave(connection: socket.socket, request: bytes) -> None:
        connection.sendall(reply(request.split(b" ")[1]))

    http_client, answers = HttpxClient(), dict[int, Response | Failed]()

    def ask(server: LittleServer, number: int) -> None:
        answers[number] = http_client.send(Request("GET", f"{server.url}/{number}"), server_url=server.url)

    with little_server(behave) as server:
        threads = [threading.Thread(target=ask, args=(server, n)) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert {n: replied(answer).body for n, answer in answers.items()} == {n: b"/%d" % n for n in range(20)}


TOKEN = "rt-0123+456/789"


@pytest.mark.checklist("security: logs")
@pytest.mark.parametrize("quoted", [TOKEN, "rt-0123%2B456%2F789", r"rt-0123+456\/789"])
def test_a_refusal_that_quotes_the_secret_comes_without_it(quoted: str):
    said = reply(f"no {quoted} here".encode(), "400 Bad Request", WWW_Authenticate=f"Bearer x={quoted}")
    in_a_form = Request("POST", "", form={"token": Secret(TOKEN)})
    in_a_header = Request("POST", "", {"Authorization": Secret(f"Bearer {TOKEN}")})
    for request in (in_a_form, in_a_header):
        with little_server(said) as server:
            answer = replied(HttpxClient().send(request._replace(url=server.url), server_url=server.url))
        assert (answer.body, answer.header("WWW-Authenticate")) == (
            f"no {MASK} here".encode(),
            f"Bearer x={MASK}",
        )


def test_what_a_reply_brings_is_left_alone():
    """A refresh may bring the same token again, and a short word is no secret."""
    for said, secret in (
        (reply(b'{"refresh_token": "rt-0123456789"}'), "rt-0123456789"),
        (reply(b'{"error": "invalid"}', "400 Bad Request"), "invalid"),
    ):
        with little_server(said) as server:
            request = Request("POST", server.url, form={"refresh_token": Secret(secret)})
            assert secret in replied(HttpxClient().send(request, server_url=server.url)).body.decode()


@pytest.mark.checklist("security: time and size")
@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
    ],
    ids=["hints", "continue", "upgrade"],
)
def test_replies_that_are_none_end(head: bytes):
    with little_server(endless(head, pause=0.01)) as server:
        answer = get(server.url, QUICK)
    assert isinstance(answer, Failed) or answer.status == 101


@pytest.mark.checklist("security: logs")
def test_nothing_is_logged(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with little_server(reply(Location="/cb?code=SECRET")) as server:
        get(server.url + "/?code=SECRET", headers={"Authorization": Secret("Bearer SECRET")})
    assert "SECRET" not in caplog.text
