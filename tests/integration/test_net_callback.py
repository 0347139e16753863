"""The loopback callback with browsers, favicons, port scanners and forged requests."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.secret import Secret
from keyrack.net import ports
from keyrack.net.callback import LoopbackCallback, listen
from keyrack.net.page import NOT_SIGNED_IN, REASONS

STATE = "st-4f9c"
GOOD = f"GET /callback?code=c-1&state={STATE}&iss=https%3A%2F%2Fa.example"


@pytest.fixture
def callback() -> Iterator[LoopbackCallback]:
    made = LoopbackCallback(patience=5.0)
    made.expect(Secret(STATE))
    yield made
    made.close()


def port_of(callback: LoopbackCallback) -> int:
    found = re.search(r":(\d+)/", callback.redirect_uri)
    assert found
    return int(found[1])


def dial(callback: LoopbackCallback) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port_of(callback)), 5)


def say(callback: LoopbackCallback, said: bytes) -> bytes:
    """Everything that comes back until the connection ends; b"" when it is cut."""
    got = b""
    with dial(callback) as connection:
        try:
            connection.sendall(said)
            while more := connection.recv(65536):
                got += more
        except OSError:
            pass  # it was cut off
    return got


def visit(callback: LoopbackCallback, line: str = GOOD, host: str | None = None, extra: str = "") -> bytes:
    host = f"127.0.0.1:{port_of(callback)}" if host is None else host
    return say(callback, f"{line} HTTP/1.1\r\nHost: {host}\r\n{extra}\r\n".encode())


def still_waiting(callback: LoopbackCallback) -> bool:
    return callback.wait(0) is None


def test_the_browser_comes_back(callback: LoopbackCallback):
    page = visit(callback)
    assert callback.wait(5) == {
        "code": Secret("c-1"),
        "state": Secret(STATE),
        "iss": Secret("https://a.example"),
    }
    head, _, body = page.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n") and b"Signed in" in body
    assert b"close this tab" in body and b"c-1" not in body and STATE.encode() not in body
    for line in (
        b"Cache-Control: no-store",
        b"default-src 'none'; style-src 'unsafe-inline'",
        b"Referrer-Policy: no-referrer",
        b"X-Content-Type-Options: nosniff",
    ):
        assert line in head


def test_an_error_with_the_right_state_ends_the_wait(callback: LoopbackCallback):
    page = visit(callback, f"GET /callback?error=access_denied&error_description=%3Cb%3Eno&state={STATE}")
    found = callback.wait(5)
    assert found is not None and found["error"].reveal() == "access_denied"
    assert b"not completed" in page and b"access_denied" not in page and b"<b>no" not in page


@pytest.mark.checklist("security: callback")
@pytest.mark.parametrize(
    "line, status",
    [
        ("GET /favicon.ico", 404),
        ("GET /", 404),
        (f"GET /callback/?code=c&state={STATE}", 404),
        (f"GET /CALLBACK?code=c&state={STATE}", 404),
        (f"GET //callback?code=c&state={STATE}", 404),
        (f"GET /x/../callback?code=c&state={STATE}", 404),
        (f"GET http://127.0.0.1/callback?code=c&state={STATE}", 404),
        ("GET /callback", 400),
        ("GET /callback?code=c", 400),
        ("GET /callback?code=c&state=", 400),
        ("GET /callback?code=c&state=wrong", 400),
        (f"GET /callback?code=c&state={STATE.upper()}", 400),
        (f"GET /callback?code=c&state={STATE}%00", 400),
        (f"GET /callback?state={STATE}", 400),
        (f"GET /callback?code=a&code=b&state={STATE}", 400),
        (f"GET /callback?code=a&state={STATE}&state={STATE}", 400),
        (f"GET /callback?code=a&state=wrong&state={STATE}", 400),
        (f"GET /callback?code=%ff&state={STATE}", 400),
        ("GET /callback?" + "&".join(f"a{n}=1" for n in range(60)) + f"&code=c&state={STATE}", 400),
        (f"POST /callback?code=c&state={STATE}", 405),
        (f"HEAD /callback?code=c&state={STATE}", 405),
        (f"OPTIONS /callback?code=c&state={STATE}", 405),
        ("CONNECT a.example:443", 404),
    ],
)
def test_other_requests_are_sent_away_and_the_wait_goes_on(
    line: str, status: int, callback: LoopbackCallback
):
    got = visit(callback, line)
    assert got.startswith(f"HTTP/1.1 {status} ".encode())
    assert got.split(b"\r\n\r\n", 1)[1] in (b"", f"{REASONS[status]}\n".encode(), NOT_SIGNED_IN)
    assert still_waiting(callback)
    visit(callback)
    assert callback.wait(5) is not None


@pytest.mark.parametrize(
    "query, told",
    [
        (
            "error=invalid_scope&error_description=No+such+scope",
            {"error": "invalid_scope", "error_description": "No such scope"},
        ),
        ("error=x&state=wrong", {"error": "x", "state": "wrong"}),
        ("code=c", {"code": "c"}),
    ],
)
def test_an_answer_that_is_not_this_login_s_is_told_and_the_wait_goes_on(query: str, told: dict[str, str]):
    strays: list[dict[str, Secret]] = []
    came = threading.Event()
    callback = LoopbackCallback()
    try:
        callback.expect(Secret(STATE), lambda stray: (strays.append(stray), came.set()))
        page = visit(callback, f"GET /callback?{query}")
        assert b" 400 " in page and b"Return to the terminal" in page and b"scope" not in page
        assert came.wait(10) and still_waiting(callback)
        visit(callback)
        assert callback.wait(5) is not None
        assert strays == [{key: Secret(value) for key, value in told.items()}]
    finally:
        callback.close()


@pytest.mark.parametrize(
    "line, host",
    [
        ("GET /callback?error=x", "evil.example"),
        ("GET /favicon.ico?error=x", None),
        ("GET /callback", None),
        ("POST /callback?error=x", None),
        ("HEAD /callback?error=x", None),
        ("GET /callback?error=a&error=b", None),
        ("GET /callback?state=wrong", None),
    ],
)
def test_anything_else_is_not_passed_on_to_the_login(line: str, host: str | None):
    strays: list[Any] = []
    callback = LoopbackCallback()
    try:
        callback.expect(Secret(STATE), strays.append)
        visit(callback, line, host)
        visit(callback)
        assert callback.wait(5) is not None and strays == []
    finally:
        callback.close()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET /callback\r\n\r\n",
        b"GET  /callback HTTP/1.1\r\n\r\n",
        b"GET /" + b"a" * 200_000,
        b"\xff" * 5000 + b"\r\n\r\n",
        b"GET /callback HTTP/1.1\r\n" + b"X: y\r\n" * 20_000,
        b"GET /callback HTTP/9\r\n\r\n",
        b"\x00\r\n\r\n",
        f"{GOOD} HTTP/1.1\r\n\r\n".encode(),  # no Host
        f"{GOOD} HTTP/1.0\r\n\r\n".encode(),
    ],
    ids=lambda said: repr(said[:24]),
)
def test_garbage_is_sent_away(said: bytes, callback: LoopbackCallback):
    with dial(callback) as connection:
        got = b""
        try:
            connection.sendall(said)
            connection.shutdown(socket.SHUT_WR)
            got = connection.recv(65536)
        except OSError:
            pass  # it was cut off
    assert b" 200 " not in got and still_waiting(callback)
    visit(callback)
    assert callback.wait(5) is not None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:{port}",
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil.example:{port}",
        "",
        "127.0.0.1:{port}\r\nHost: evil.example",
    ],
)
def test_another_host_is_sent_away(host: str, callback: LoopbackCallback):
    got = visit(callback, host=host.replace("{port}", str(port_of(callback))))
    assert got.startswith(b"HTTP/1.1 400 ") and still_waiting(callback)


def test_a_second_callback_changes_nothing(callback: LoopbackCallback):
    visit(callback)
    second = visit(callback, f"GET /callback?code=other&state={STATE}")
    found = callback.wait(5)
    assert found is not None and found["code"].reveal() == "c-1"
    assert second.startswith(b"HTTP/1.1 400 ")


def test_of_many_at_once_one_wins(callback: LoopbackCallback):
    pages: list[bytes] = []
    threads = [
        threading.Thread(
            target=lambda n=n: pages.append(visit(callback, f"GET /callback?code=c{n}&state={STATE}"))
        )
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert callback.wait(5) is not None
    assert sum(b" 200 OK" in page for page in pages) == 1


def test_silent_connections_block_nobody(callback: LoopbackCallback):
    with ExitStack() as stack:
        for _ in range(30):  # more than it keeps at once
            stack.enter_context(dial(callback))
        visit(callback)
        assert callback.wait(5) is not None


def test_a_slow_visitor_is_ended():
    callback = LoopbackCallback(patience=0.2)
    with dial(callback) as connection:
        connection.sendall(b"GET /callback?co")
        assert b" 400 " in connection.recv(4096) and connection.recv(4096) == b""
    callback.close()


def test_before_a_state_is_expected_nobody_is_let_in():
    callback = LoopbackCallback()
    assert visit(callback).startswith(b"HTTP/1.1 400 ")
    assert visit(callback, "GET /callback?code=c&state=").startswith(b"HTTP/1.1 400 ")
    assert still_waiting(callback)
    callback.close()


def test_the_request_may_come_in_pieces(callback: LoopbackCallback):
    with dial(callback) as connection:
        for piece in (GOOD[:9], GOOD[9:], f" HTTP/1.1\r\nHOST: localhost:{port_of(callback)}\r\n", "\r\n"):
            connection.sendall(piece.encode())
        assert b" 200 OK" in connection.recv(4096)
    assert callback.wait(5) is not None


def test_the_page_arrives_although_the_wait_is_over_and_all_is_closed(callback: LoopbackCallback):
    with dial(callback) as connection:
        connection.sendall(f"{GOOD} HTTP/1.1\r\nHost: 127.0.0.1:{port_of(callback)}\r\n\r\n".encode())
        assert callback.wait(5) is not None
        callback.close()
        got = b""
        while more := connection.recv(65536):
            got += more
    assert got.endswith(b"</html>")


def test_a_visitor_who_leaves_before_the_page_counts(callback: LoopbackCallback):
    with dial(callback) as connection:
        connection.sendall(f"{GOOD} HTTP/1.1\r\nHost: 127.0.0.1:{port_of(callback)}\r\n\r\n".encode())
    assert callback.wait(5) is not None


@pytest.mark.checklist("security: callback")
def test_time_runs_out(callback: LoopbackCallback):
    assert callback.wait(0.01) is None


@pytest.mark.checklist("security: callback")
def test_close_ends_a_wait_and_frees_the_port(callback: LoopbackCallback):
    answers: list[Any] = ["nothing yet"]

    def wait() -> None:
        answers[0] = callback.wait(60)

    waiting = threading.Thread(target=wait)
    waiting.start()
    with dial(callback):
        callback.close()
        callback.close()
        waiting.join(5)
    assert answers == [None]
    listen(port_of(callback)).close()


def test_what_comes_after_close_does_not_count(callback: LoopbackCallback):
    callback.close()
    with pytest.raises(OSError):
        dial(callback)
    assert callback.wait(0) is None


def test_the_port_is_one_of_the_usual_or_another(monkeypatch: pytest.MonkeyPatch):
    first, second = listen(), listen()
    assert port_of(first) != port_of(second)
    first.close()
    second.close()
    with socket.create_server(("127.0.0.1", 0)) as busy:
        monkeypatch.setattr(ports, "PREFERRED", [busy.getsockname()[1]])
        third = listen()
        assert port_of(third) != busy.getsockname()[1]
        third.close()


def test_a_configured_port_that_is_taken_is_reported():
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(KeyrackError, match=f"Port {port} .* is used by another program") as caught:
            listen(port)
    assert "--callback-port" in caught.value.hint


@pytest.mark.parametrize("port", [0, -1, 65536, 10**9])
def test_what_is_no_port_is_reported(port: int):
    with pytest.raises(KeyrackError, match="not a valid port"):
        listen(port)


@pytest.mark.checklist(16)
@pytest.mark.parametrize("host", ["0.0.0.0", "evil.example", "::", "[::]", "127.0.0.1.evil.example", ""])
def test_only_loopback_hosts(host: str):
    with pytest.raises(KeyrackError, match="only return to this machine") as caught:
        listen(None, host)
    assert "--redirect-host localhost" in caught.value.hint


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_localhost_stands_in_the_uri_and_both_loopbacks_answer():
    callback = listen(None, "localhost", "/oauth/callback")
    callback.expect(Secret(STATE))
    port = port_of(callback)
    assert callback.redirect_uri == f"http://localhost:{port}/oauth/callback"
    target = ("::1", port) if has_ipv6() else ("127.0.0.1", port)
    with socket.create_connection(target, 5) as connection:
        line = f"GET /oauth/callback?code=1&state={STATE} HTTP/1.1"
        connection.sendall(f"{line}\r\nHost: localhost:{port}\r\n\r\n".encode())
        assert b" 200 OK" in connection.recv(4096)
    assert callback.wait(5) is not None
    callback.close()


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback")
def test_the_ipv6_loopback_can_stand_in_the_uri_alone():
    callback = listen(None, "[::1]", "/cb")
    callback.expect(Secret(STATE))
    port = port_of(callback)
    assert callback.redirect_uri == f"http://[::1]:{port}/cb"
    request = f"GET /cb?code=1&state={STATE} HTTP/1.1\r\nHost: [::1]:{port}\r\n\r\n".encode()
    # Where another program has the port on 127.0.0.1, it is that one's to answer.
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(request)
    assert callback.wait(0) is None
    with socket.create_connection(("::1", port), 5) as connection:
        connection.sendall(request)
        assert b" 200 OK" in connection.recv(4096)
    callback.close()


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback")
def test_localhost_is_not_shared_with_another_program_on_ipv6():
    other = socket.create_server(("::1", 0), family=socket.AF_INET6)
    with other, pytest.raises(KeyrackError, match="is used by another program"):
        listen(other.getsockname()[1], "localhost")


@pytest.mark.checklist("security: callback")
def test_it_listens_on_loopback_alone(monkeypatch: pytest.MonkeyPatch):
    bound: list[str] = []
    real: Callable[..., None] = socket.socket.bind

    class Watched(socket.socket):
        def bind(self, where: Any) -> None:
            bound.append(where[0])
            real(self, where)

    monkeypatch.setattr(socket, "socket", Watched)
    listen(None, "localhost").close()
    assert set(bound) <= {"127.0.0.1", "::1"} and "127.0.0.1" in bound


@pytest.mark.checklist("security: logs")
def test_nothing_is_printed(callback: LoopbackCallback, capfd: pytest.CaptureFixture[str]):
    visit(callback)
    visit(callback, "GET /nothing?code=SECRET")
    callback.wait(5)
    assert capfd.readouterr() == ("", "")
