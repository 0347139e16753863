"""Runs real servers on loopback ports, all in one thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from typing import Any

import uvicorn

GRACE = 1  # seconds for open connections when a server stops
LONGEST = 2.0  # seconds for all servers to stop; after that, the demo ends anyway


class Loopback:
    """A context manager that stops all servers started by `serve`."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="loopback servers", daemon=True)
        self._running: list[tuple[uvicorn.Server, asyncio.Task[None]]] = []
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Loopback:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(LONGEST)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LONGEST)
        if not self._thread.is_alive():
            self._loop.close()
        for sock in self._sockets:
            sock.close()

    def reserve(self) -> tuple[socket.socket, str]:
        """Bind a port, and return it with its origin. Connections are refused until `serve`.

        So the URL is known before the app that needs it is built.
        """
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.bind(("127.0.0.1", 0))
        self._sockets.append(sock)
        return sock, f"http://127.0.0.1:{sock.getsockname()[1]}"

    def serve(self, sock: socket.socket, app: Any) -> None:
        """Serve an ASGI app there. Returns when it is ready."""
        asyncio.run_coroutine_threadsafe(self._start(sock, app), self._loop).result()

    async def _start(self, sock: socket.socket, app: Any) -> None:
        config = uvicorn.Config(
            app, log_config=None, access_log=False, ws="none", lifespan="on", timeout_graceful_shutdown=GRACE
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[sock]))
        self._running.append((server, task))
        while not server.started:
            if task.done():
                task.result()
                raise RuntimeError("a loopback server did not start")
            await asyncio.sleep(0.005)

    async def _end(self) -> None:
        for server, _ in self._running:
            server.should_exit = True
        await asyncio.gather(*(task for _, task in self._running))
