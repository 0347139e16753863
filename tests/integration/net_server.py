"""Loopback servers that send exactly the bytes a test wants."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Gets the connection and the request's bytes; says what it likes. The connection ends with it.
Behaviour = Callable[[socket.socket, bytes], None]


class LittleServer:
    def __init__(self, behave: Behaviour, context: ssl.SSLContext | None, address: str) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.behave = behave
        self._context = context
        self._listener = socket.create_server((address, 0))
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://{address}:{self.port}"

    def stop(self) -> None:
        self._stopping.set()
        try:
            socket.create_connection(self._listener.getsockname(), 1).close()
        except OSError:
            pass
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    @property
    def stopping(self) -> threading.Event:
        return self._stopping

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._stopping.is_set():
                connection.close()
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            with connection:
                if self._context is not None:
                    with self._context.wrap_socket(connection, server_side=True) as secure:
                        self._talk(secure)
                else:
                    self._talk(connection)
        except OSError:
            pass  # the client went away, as tests want it to

    def _talk(self, connection: socket.socket) -> None:
        request = read_request(connection)
        if request:
            self.requests.append(request)
            self.behave(connection, request)


def read_request(connection: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        more = connection.recv(65536)
        if not more:
            return got
        got += more
    head, _, body = got.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def reply(body: bytes = b"{}", status: str = "200 OK", **headers: str) -> bytes:
    lines = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines |= {key.replace("_", "-"): value for key, value in headers.items()}
    head = "".join(f"{key}: {value}\r\n" for key, value in lines.items() if value)
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body


def saying(said: bytes) -> Behaviour:
    return lambda connection, request: connection.sendall(said)


@contextmanager
def little_server(
    behave: Behaviour | bytes = b"", *, context: ssl.SSLContext | None = None, address: str = "127.0.0.1"
) -> Iterator[LittleServer]:
    server = LittleServer(saying(behave) if isinstance(behave, bytes) else behave, context, address)
    try:
        yield server
    finally:
        server.stop()
