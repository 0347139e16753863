"""How much a bridge adds to each call, beside mcp-remote and the official SDK on the same server."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HERE = Path(__file__).parent
Tell = Callable[[str, float, float, float | None], None]
BLOCK = 100  # calls per measurement
SIDE_BY_SIDE = 32
CALL = {"name": "echo", "arguments": {}}
ME = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}
MCP_REMOTE = "mcp-remote@0.15.1"


class Bridge:
    """A bridge that runs, and the program that uses it."""

    def __init__(self, command: list[str], env: Mapping[str, str]) -> None:
        start = time.perf_counter()
        self.process = subprocess.Popen(
            command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._number = 0
        self._wait(self._ask("initialize", ME))
        self.start = time.perf_counter() - start  # seconds to the first answer
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def one_by_one(self) -> float:
        """Seconds for a call, as the median of a block."""
        times: list[float] = []
        for _ in range(BLOCK):
            start = time.perf_counter()
            self._wait(self._ask("tools/call", CALL))
            times.append(time.perf_counter() - start)
        return statistics.median(times)

    def side_by_side(self) -> float:
        """Seconds for a call, with so many on their way at any time."""
        start, sent, done = time.perf_counter(), 0, 0
        while done < BLOCK * 5:
            while sent < BLOCK * 5 and sent - done < SIDE_BY_SIDE:
                self._ask("tools/call", CALL)
                sent += 1
            self._receive()
            done += 1
        return (time.perf_counter() - start) / done

    def memory(self) -> float:
        """Resident MiB, with that of its children."""
        return sum(map(_memory, _family(self.process.pid)))

    def end(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def _ask(self, method: str, params: Any) -> int:
        self._number += 1
        self._send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        return self._number

    def _send(self, message: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def _receive(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the bridge has ended"
        return json.loads(line)

    def _wait(self, id: int) -> None:
        while self._receive().get("id") != id:
            pass


class Direct:
    """The same calls without a bridge, over one kept connection of Python's own client."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        self._body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": CALL}).encode()

    def one_by_one(self) -> float:
        times: list[float] = []
        for _ in range(BLOCK):
            start = time.perf_counter()
            self._connection.request("POST", "/mcp", self._body, {"Content-Type": "application/json"})
            self._connection.getresponse().read()
            times.append(time.perf_counter() - start)
        return statistics.median(times)


def compare(tell: Tell, keyrack: str, env: Mapping[str, str], runs: int) -> None:
    with _server() as url:
        commands = {
            "keyrack bridge": [keyrack, "bridge", url],
            "a bridge by the SDK": [sys.executable, str(HERE / "sdk_bridge.py"), url],
            **_mcp_remote(url, env),
        }
        started = {name: [] for name in commands}
        for _ in range(max(3, runs // 3)):
            for name, command in commands.items():
                bridge = Bridge(command, env)
                started[name].append(bridge.start)
                bridge.end()
        running = {name: Bridge(command, env) for name, command in commands.items()}
        direct = Direct(url)
        alone: list[float] = []
        one: dict[str, list[float]] = {name: [] for name in commands}
        many: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(runs + 1):
            without = direct.one_by_one()
            for name, bridge in running.items():
                times = bridge.one_by_one() - without, bridge.side_by_side()
                if turn:  # the first is for the caches
                    one[name].append(times[0])
                    many[name].append(times[1])
            alone.append(without)
        memory = {name: bridge.memory() for name, bridge in running.items()}
        for bridge in running.values():
            bridge.end()
    _tell_all(tell, started, one, many, memory, statistics.median(alone))


def _tell_all(
    tell: Tell,
    started: Mapping[str, list[float]],
    one: Mapping[str, list[float]],
    many: Mapping[str, list[float]],
    memory: Mapping[str, float],
    direct: float,
) -> None:
    ours, *others = started
    print(f"a call without a bridge: {direct * 1e3:.3g} ms", flush=True)
    for other in others:
        goal = "mcp-remote" in other
        mine, theirs = statistics.median(one[ours]), statistics.median(one[other])
        tell(f"what keyrack bridge adds to a call / what {other} adds", mine, theirs, 0.5 if goal else None)
        mine, theirs = statistics.median(many[ours]), statistics.median(many[other])
        speed = f"{1 / mine:.0f} and {1 / theirs:.0f} calls a second"
        tell(f"a call of {SIDE_BY_SIDE} at once by keyrack bridge / by {other} ({speed})", mine, theirs, None)
        mine, theirs = statistics.median(started[ours]), statistics.median(started[other])
        tell(f"keyrack bridge to its first answer / {other}", mine, theirs, 0.7 if goal else None)
        print(f"memory of keyrack bridge, of {other}: {memory[ours]:.0f} and {memory[other]:.0f} MiB")


@contextmanager
def _server() -> Generator[str]:
    command = [sys.executable, str(HERE / "relayed.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/mcp"
        process.kill()


def _mcp_remote(url: str, env: Mapping[str, str]) -> dict[str, list[str]]:
    """By npx with a warm cache; nothing where there is no npx, or no registry."""
    npx = shutil.which("npx", path=env["PATH"])
    if npx is None:
        print("mcp-remote: not measured, as npx is not installed")
        return {}
    command = [npx, "-y", MCP_REMOTE, url, "--allow-http"]
    try:
        Bridge(command, env).end()
    except AssertionError:
        print("mcp-remote: not measured, as npx can't get it")
        return {}
    return {"npx -y mcp-remote": command}


def _family(process: int) -> list[int]:
    try:
        text = Path(f"/proc/{process}/task/{process}/children").read_text()
    except OSError:
        return []
    return [process, *(each for child in text.split() for each in _family(int(child)))]


def _memory(process: int) -> float:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    return int(status.split("VmRSS:")[1].split()[0]) / 1024 if "VmRSS:" in status else 0.0


if __name__ == "__main__":
    import tempfile

    from run import KEYRACK, in_home, tell

    with tempfile.TemporaryDirectory() as folder:
        compare(tell, KEYRACK, in_home(Path(folder)), int(os.environ.get("RUNS", "15")))
