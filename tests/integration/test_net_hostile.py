"""A whole login over real sockets in which one server sends endless data, or almost none."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from integration.net_server import LittleServer, little_server, reply
from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import CredentialKey, Server
from keyrack.net.http_client import HttpxClient
from keyrack.net.limits import Limits
from keyrack.oauth.effects import Step
from keyrack.oauth.http import Failed, Request, Response
from keyrack.operations.login.login import login
from support.workbench import build

CALM = Limits(body=64 * 1024)
QUICK = Limits(connect=5.0, read=0.3, total=0.6, event=0.3, body=64 * 1024)
STEPS = {
    "/mcp": "probe",
    "/prm": "discover",
    "/as": "discover",
    "/register": "register",
    "/token": "exchange",
}
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
PIECE = b" " * 8192

Sent = list[int]
Behave = Callable[[socket.socket, Sent], None]


def giant(head: bytes) -> Behave:
    """A gigabyte, if anybody reads it."""

    def behave(connection: socket.socket, sent: Sent) -> None:
        connection.sendall(head)
        for _ in range(1024**3 // len(PIECE)):
            connection.sendall(PIECE)
            sent.append(len(PIECE))

    return behave


def bomb(connection: socket.socket, sent: Sent) -> None:
    connection.sendall(reply(gzip.compress(bytes(20 * 1024**2)), Content_Encoding="gzip"))


def dribble(head: bytes) -> Behave:
    """A byte now and then, for ever."""

    def behave(connection: socket.socket, sent: Sent) -> None:
        connection.sendall(head)
        while not threading.Event().wait(0.05):
            connection.sendall(b" ")

    return behave


def silence(connection: socket.socket, sent: Sent) -> None:
    connection.recv(1)  # until the client goes


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n"
TOO_MUCH: dict[str, Behave] = {
    "announced": giant(OK[:-2] + b"Content-Length: 1073741824\r\n\r\n"),
    "unannounced": giant(OK),
    "one chunk": giant(CHUNKED),
    "the head": giant(b"HTTP/1.1 200 OK\r\nX: "),
    "headers": giant(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000),
    "unpacked": bomb,
}
TOO_SLOW: dict[str, Behave] = {
    "body": dribble(OK),
    "head": dribble(b"HTTP/1.1 200 OK\r\nX: "),
    "status": dribble(b"HTTP/1.1 "),
    "chunk": dribble(CHUNKED),
    "nothing": silence,
}


class HttpClient:
    """The real one, with these limits at the hostile place alone: so a busy machine fails no test."""

    def __init__(self, path: str, limits: Limits) -> None:
        self._path, self._calm, self._quick = path, HttpxClient(CALM), HttpxClient(limits)

    def send(self, request: Request, *, server_url: str) -> Response | Failed:
        http_client = self._quick if request.url.endswith(self._path) else self._calm
        return http_client.send(request, server_url=server_url)

    def close(self) -> None:
        self._calm.close()
        self._quick.close()


def good(path: str, base: str) -> bytes:
    """What an honest server says there."""
    documents: dict[str, Any] = {
        "/prm": {"resource": base + "/mcp", "authorization_servers": [base]},
        "/as": {
            "issuer": base,
            "authorization_endpoint": base + "/authorize",
            "token_endpoint": base + "/token",
            "registration_endpoint": base + "/register",
            "code_challenge_methods_supported": ["S256"],
        },
        "/register": {"client_id": "c"},
        "/token": {"access_token": "at", "token_type": "Bearer"},
    }
    if path == "/mcp":
        return reply(status="401 Unauthorized", WWW_Authenticate=f'Bearer resource_metadata="{base}/prm"')
    if path not in documents:
        return reply(status="404 Not Found")
    return reply(json.dumps(documents[path]).encode(), "201 Created" if path == "/register" else "200 OK")


def log_in(
    path: str, behave: Behave, limits: Limits = QUICK
) -> tuple[KeyrackError, Step, Any, Sent, LittleServer]:
    """A login where the server at `path` is the hostile one."""
    sent: Sent = []
    events: list[Any] = []

    def talk(connection: socket.socket, request: bytes) -> None:
        asked = request.split(b" ")[1].decode().replace("/.well-known/oauth-authorization-server", "/as")
        if asked == path:
            behave(connection, sent)
        elif (path, asked) == ("/prm", "/as"):
            connection.sendall(reply(status="404 Not Found"))  # or else the login goes that way
        else:
            connection.sendall(good(asked, server.url))

    with little_server(talk) as server:
        place = "/.well-known/oauth-authorization-server" if path == "/as" else path
        http_client: Any = HttpClient(place, limits)
        adapters = build(http_client)
        with pytest.raises(KeyrackError) as caught:
            login(adapters, Server("here", server.url + "/mcp"), on_event=events.append)
    steps = [event for event in events if isinstance(event, Step)]
    return (
        caught.value,
        steps[-1],
        adapters.credentials().load(CredentialKey.of(server.url + "/mcp")),
        sent,
        server,
    )


@pytest.mark.checklist("security: time and size")
@pytest.mark.parametrize("behave", TOO_MUCH.values(), ids=TOO_MUCH)
@pytest.mark.parametrize("path", STEPS)
def test_a_reply_without_end_is_cut_off(path: str, behave: Behave) -> None:
    error, step, stored, sent, _ = log_in(path, behave, CALM)
    assert (step.key, step.state, step.detail) == (STEPS[path], "failed", str(error))
    assert "more than 64 KiB" in str(error) or "not HTTP" in str(error)
    assert stored is None
    assert sum(sent) < 64 * 1024**2  # what lay in the sockets' buffers, and no gigabyte


@pytest.mark.checklist("security: time and size")
@pytest.mark.parametrize("behave", TOO_SLOW.values(), ids=TOO_SLOW)
@pytest.mark.parametrize("path", STEPS)
def test_a_reply_that_takes_for_ever_is_given_up(path: str, behave: Behave) -> None:
    error, step, stored, _, server = log_in(path, behave)
    assert (step.key, step.state, step.detail) == (STEPS[path], "failed", str(error))
    assert "did not answer in time" in str(error) and stored is None
    assert len(server.requests) <= 6


@pytest.mark.parametrize("path", ["/prm", "/as", "/register", "/token"])
def test_an_event_stream_where_a_document_should_be_is_no_document(path: str) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    for behave in (dribble(head), giant(head), giant(head + b"data: ")):
        error, step, stored, _, _ = log_in(path, behave)
        words = "not like a token endpoint" if path == "/token" else "not JSON"
        assert step.key == STEPS[path] and words in str(error) and stored is None
