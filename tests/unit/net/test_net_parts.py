"""The parts of the HTTP client that need no socket."""

from __future__ import annotations

import subprocess
import sys

import pytest

from keyrack.net.incoming import end_of_event
from keyrack.net.outgoing import Outgoing, prepare
from keyrack.oauth.http import Request


@pytest.mark.parametrize(
    "stream, end",
    [
        (b"", None),
        (b"data: 1\n", None),
        (b"data: 1\n\n", 9),
        (b"data:1\r\n\r\nx", 10),
        (b"data\n\n", None),
        (b"data:  {}\n\n", 11),
        (b"xdata: 1\n\n", None),
        (b"retry: 5\n\ndata: 1\n\n", 19),
        (b"id: 1\ndata: \n\n", None),
    ],
)
def test_where_the_first_event_ends(stream: bytes, end: int | None):
    assert end_of_event(stream) == end


def test_a_header_s_name_is_sent_as_it_is_written_and_once():
    headers = {"X-MCP-Toolsets": "a", "ACCEPT": "b", "accept": "c"}
    sent = prepare(Request("GET", "https://x.example/", headers))
    assert isinstance(sent, Outgoing)
    assert (b"X-MCP-Toolsets", b"a") in sent.headers
    assert [value for name, value in sent.headers if name.lower() == b"accept"] == [b"c"]


def test_the_wires_are_light_to_import():
    """`keyrack list` pays for nothing that only a login needs."""
    modules = "http_client, callback, browser"
    heavy = "{'httpx', 'httpcore', 'webbrowser', 'asyncio', 'dataclasses', 'http.server'}"
    code = f"import sys; from keyrack.net import {modules}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
