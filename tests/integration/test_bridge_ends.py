"""How a bridge ends: with its program, quietly, and with nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support.bridge import INITIALIZE, KEYRACK, Bridge, bridge
from support.everything import LARGE, Everything, everything
from support.processes import until_gone


@pytest.fixture(scope="module")
def server() -> Iterator[Everything]:
    with everything() as found:
        yield found


def in_a_call(server: Everything, running: Bridge) -> None:
    """Wait until a call is on its way that does not end."""
    server.started.clear()
    running.initialize()
    running.request("tools/call", name="wait", arguments={})
    while not server.started:
        time.sleep(0.01)


def test_it_ends_when_its_input_is_closed_and_ends_the_session(server: Everything) -> None:
    server.heard.clear()
    with bridge(server.url) as running:
        running.initialize()
        assert running.end() == 0 and running.said == ""
    assert [each.status for each in server.heard if each.method == "DELETE"] == [200]


def test_the_last_answers_come_before_the_end(server: Everything) -> None:
    with bridge(server.url) as running:
        running.initialize()
        id = running.request("tools/call", name="echo", arguments={"text": "last"})
        assert running.process.stdin
        running.process.stdin.close()
        assert running.answer(id)["result"]["content"][0]["text"] == "last"
        assert running.wait() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_ends_by_a_signal_in_the_middle_of_a_call(server: Everything, number: signal.Signals) -> None:
    with bridge(server.url) as running:
        in_a_call(server, running)
        running.process.send_signal(number)
        assert running.wait() == 128 + number
        assert running.said == ""


def test_it_ends_when_its_output_is_closed_in_the_middle_of_a_call(server: Everything) -> None:
    reads, writes = os.pipe()
    command = [KEYRACK, "bridge", server.url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=writes, stderr=subprocess.PIPE) as process:
        os.close(writes)
        assert process.stdin and process.stderr
        request = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        assert b'"result"' in os.read(reads, 65536)
        os.close(reads)
        assert process.wait(60) == 0
        assert process.stderr.read() == b""


PARENT = """
import subprocess, sys
child = subprocess.Popen(sys.argv[2:], stdin=int(sys.argv[1]), pass_fds=[int(sys.argv[1])])
print(child.pid, flush=True)
child.wait()
"""


def test_it_ends_when_its_parent_is_killed_even_if_its_input_stays_open(server: Everything) -> None:
    reads, writes = os.pipe()
    command = [sys.executable, "-c", PARENT, str(reads), KEYRACK, "bridge", server.url]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[reads]
    ) as parent:
        os.close(reads)
        assert parent.stdout and parent.stderr
        child = int(parent.stdout.readline())
        request = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
        os.write(writes, json.dumps(request).encode() + b"\n")
        assert b'"result"' in parent.stdout.readline()
        parent.kill()
        until_gone(child)
        assert parent.stderr.read() == b""
    os.close(writes)


def test_an_output_on_a_full_disk_ends_it_with_a_sentence(server: Everything) -> None:
    request = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run(
            [KEYRACK, "bridge", server.url],
            input=json.dumps(request).encode() + b"\n",
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert (run.returncode, run.stderr) == (
        1,
        b"keyrack: The output can't be written: No space left on device.\n",
    )


def test_without_a_server_it_ends_at_once_with_a_sentence() -> None:
    run = subprocess.run(
        [KEYRACK, "bridge", "nobody"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
    )
    assert (run.returncode, run.stdout) == (6, b"")
    assert b"No server is called" in run.stderr


def test_large_messages_pass_both_ways(server: Everything) -> None:
    with bridge(server.url) as running:
        running.initialize()
        assert len(running.tool("large")["result"]["content"][0]["text"]) == LARGE
        answer = running.tool("length", text="x" * LARGE)
        assert answer["result"]["content"][0]["text"] == str(LARGE)


def test_a_program_that_reads_nothing_does_not_fill_the_memory() -> None:
    """The server sends as much as is taken: the pipes hold some, and the bridge one message."""
    piece = b'data: {"jsonrpc":"2.0","method":"n","params":"' + b"x" * 100_000 + b'"}\n\n'
    sent = 0
    stuck = threading.Event()

    def serve(listener: socket.socket) -> None:
        nonlocal sent
        connection, _ = listener.accept()
        with closing(connection):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
            connection.settimeout(1.0)
            try:
                for _ in range(2000):  # 200 MB
                    connection.sendall(piece)
                    sent += len(piece)
            except OSError:
                pass
            stuck.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
        with subprocess.Popen(
            [KEYRACK, "bridge", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdin
            process.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"tools/call"}\n')
            process.stdin.flush()
            assert stuck.wait(60)
            status = Path(f"/proc/{process.pid}/status").read_text()
            process.kill()
    assert sent < 20_000_000
    memory = int(status.split("VmHWM:")[1].split()[0]) * 1024
    assert memory < 150_000_000
