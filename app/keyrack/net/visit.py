"""Reads and checks a request to the callback. Nothing in it is trusted."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret

if TYPE_CHECKING:
    import socket

LONGEST = 32 * 1024  # bytes of a request's head
MOST_FIELDS = 50


class Visit(NamedTuple):
    """The result: a status, and with 200 the parameters. `stray`: a response for another login."""

    status: int
    parameters: dict[str, Secret] | None = None
    head_only: bool = False
    stray: dict[str, Secret] | None = None


def read_head(visitor: socket.socket, seconds: float) -> bytes | None:
    """The request's head without the empty line; None if it is too long, too slow, or missing."""
    deadline = time.monotonic() + seconds
    head = bytearray()
    while b"\r\n\r\n" not in head:
        left = deadline - time.monotonic()
        if left <= 0 or len(head) > LONGEST:
            return None
        visitor.settimeout(left)
        try:
            more = visitor.recv(8192)
        except OSError:
            return None
        if not more:
            return None
        head += more
    return bytes(head.split(b"\r\n\r\n", 1)[0])


def judge(head: bytes, *, port: int, path: str, state: Secret | None) -> Visit:
    """Check that this is the browser, with the right state."""
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1.") or not words[0].isalpha():
        return Visit(400)
    method, target, _ = words
    head_only = method == "HEAD"
    if not _names_loopback(lines[1:], port):
        return Visit(400, head_only=head_only)
    where, _, query = target.partition("?")
    if where != path:
        return Visit(404, head_only=head_only)
    if method != "GET":
        return Visit(405, head_only=head_only)
    parameters = _parameters(query)
    if parameters is None or state is None or not ("code" in parameters or "error" in parameters):
        return Visit(400)
    if parameters.get("state") != state:
        return Visit(400, stray=parameters)
    return Visit(200, parameters)


def _names_loopback(lines: list[str], port: int) -> bool:
    """Is there exactly one Host header, and is it ours? A foreign name that resolves to us sends its own."""
    hosts = [line.split(":", 1)[1].strip().lower() for line in lines if line.lower().startswith("host:")]
    names = ("127.0.0.1", "localhost", "[::1]")
    allowed = {f"{name}:{port}" for name in names} | (set(names) if port == 80 else set[str]())
    return len(hosts) == 1 and hosts[0] in allowed


def _parameters(query: str) -> dict[str, Secret] | None:
    """The query's fields; None if one is repeated (RFC 6749, section 3.1) or can't be parsed."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    fields = {key: Secret(value) for key, value in pairs}
    return fields if len(fields) == len(pairs) else None
