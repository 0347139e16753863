"""`keyrack bridge` as a program runs it: a child with pipes."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
PATIENCE = 60.0  # seconds
INITIALIZE = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "t", "version": "1"},
}


class Bridge:
    """What was written to standard output is in `lines`, as JSON; standard error in `said`."""

    def __init__(self, *words: str, env: Mapping[str, str] | None = None, **options: Any) -> None:
        self.process = subprocess.Popen(
            [KEYRACK, "bridge", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(os.environ if env is None else env),
            **options,
        )
        self.said = ""
        self._lines: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._number = 0
        self._threads = [
            threading.Thread(target=self._read, daemon=True),
            threading.Thread(target=self._hear, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def send(self, message: Any) -> None:
        self.write(json.dumps(message).encode() + b"\n")

    def write(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def request(self, method: str, **params: Any) -> int:
        """Send a request, and return its id."""
        self._number += 1
        self.send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        return self._number

    def notify(self, method: str, **params: Any) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def next(self) -> Any:
        """The next message; None at the end."""
        return self._lines.get(timeout=PATIENCE)

    def answer(self, id: int) -> Any:
        """The response to a request; what comes before it is dropped."""
        while True:
            message = self.next()
            assert message is not None, self.said
            if message.get("id") == id and "method" not in message:
                return message

    def call(self, method: str, **params: Any) -> Any:
        return self.answer(self.request(method, **params))

    def initialize(self, **changes: Any) -> Any:
        answer = self.call("initialize", **{**INITIALIZE, **changes})
        self.notify("notifications/initialized")
        return answer

    def tool(self, name: str, **arguments: Any) -> Any:
        return self.call("tools/call", name=name, arguments=arguments)

    def end(self) -> int:
        """Close its input, and wait for its end."""
        assert self.process.stdin
        self.process.stdin.close()
        return self.wait()

    def wait(self) -> int:
        code = self.process.wait(PATIENCE)
        for thread in self._threads:
            thread.join(PATIENCE)
        return code

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def _hear(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.said += line.decode()


@contextmanager
def bridge(*words: str, env: Mapping[str, str] | None = None, **options: Any) -> Iterator[Bridge]:
    running = Bridge(*words, env=env, **options)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()
        for pipe in (running.process.stdin, running.process.stdout, running.process.stderr):
            try:
                if pipe is not None and not pipe.closed:
                    pipe.close()
            except OSError:
                pass  # what was not written any more
