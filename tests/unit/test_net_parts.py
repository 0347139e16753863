"""The small parts of the wires that need no socket."""

from __future__ import annotations

import subprocess
import sys

import pytest

from keyrack.net.incoming import end_of_event
from keyrack.net.remote import over_ssh, ssh_line

SSH = {"SSH_CONNECTION": "192.0.2.7 51234 198.51.100.4 22", "USER": "ada"}


def test_the_ssh_line_is_ready_to_type():
    assert ssh_line(SSH, 8085) == "ssh -L 8085:127.0.0.1:8085 ada@198.51.100.4"


@pytest.mark.parametrize("env, line", [
    ({"SSH_CONNECTION": "192.0.2.7 1 198.51.100.4 2222", "LOGNAME": "ada"},
     "ssh -p 2222 -L 9000:127.0.0.1:9000 ada@198.51.100.4"),
    ({"SSH_CONNECTION": "2001:db8::1 1 2001:db8::2 22"}, "ssh -L 9000:127.0.0.1:9000 2001:db8::2"),
    ({**SSH, "USER": "a; rm x"}, "ssh -L 9000:127.0.0.1:9000 'a; rm x@198.51.100.4'"),
    ({"SSH_CONNECTION": "nonsense", "USER": "ada"}, ""),
    ({"USER": "ada"}, ""),
])
def test_the_ssh_line_in_other_places(env: dict[str, str], line: str):
    assert ssh_line(env, 9000) == line


def test_over_ssh():
    assert over_ssh(SSH) and over_ssh({"SSH_TTY": "/dev/pts/1"}) and not over_ssh({"USER": "ada"})


@pytest.mark.parametrize("stream, end", [
    (b"", None), (b"data: 1\n", None), (b"data: 1\n\n", 9), (b"data:1\r\n\r\nx", 10), (b"data\n\n", None),
    (b"data:  {}\n\n", 11), (b"xdata: 1\n\n", None), (b"retry: 5\n\ndata: 1\n\n", 19), 
    (b"id: 1\ndata: \n\n", None),
])
def test_where_the_first_event_ends(stream: bytes, end: int | None):
    assert end_of_event(stream) == end


def test_the_wires_are_light_to_import():
    """`keyrack list` pays for nothing that only a login needs."""
    modules = "wire, callback, browser, remote"
    heavy = "{'httpx', 'httpcore', 'webbrowser', 'asyncio', 'dataclasses', 'http.server'}"
    code = f"import sys; from keyrack.net import {modules}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
