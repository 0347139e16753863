"""The process that runs in a network of its own, in which there is only loopback.

It starts the servers that programs log in at, and then does what it is told: a line of JSON on its
standard input, and its answer in a line of JSON on its standard output. It ends when its input does,
and whatever it has started ends with it, since it is process 1 where it runs.

    {"do": "run", "argv": […], "env": {…}, "cwd": "…", "seconds": 60}   → {"code": 0, "text": "…"}
        with "screen", in a terminal: {"typed": [[REGEX, TEXT], …], …}, as in running.Screen
        with "until": "PATH", it ends as soon as that file is there
    {"do": "heard"}                                                     → the requests since the last time
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import struct
import sys
from pathlib import Path
from typing import Any

from support import authserver
from support.clients.model import serving_model
from support.clients.running import Screen, run
from support.heard import Heard
from support.keychain import private_keychain

SIOCSIFFLAGS, IFF_UP, IFF_RUNNING = 0x8914, 0x1, 0x40
TOKEN_SECONDS = 3600
SECONDS = "LAB_TOKEN_SECONDS"  # a variable with another life of an access token
ONCE = "LAB_ONCE"  # a variable: the MCP server forgets a token after a tool was called with it


def loopback_up() -> None:
    """A new network's only interface is down at first."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", IFF_UP | IFF_RUNNING)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, request)
    interfaces = [name for _, name in socket.if_nameindex()]
    if interfaces != ["lo"]:
        raise RuntimeError(f"this network has {interfaces}: programs would reach others than ours")


def main() -> None:
    loopback_up()
    heard: list[Heard] = []

    def forgotten(token: str) -> bool:
        return ONCE in os.environ and any(
            (each.method, each.token, each.status) == ("tools/call", token, 200) for each in heard
        )

    with (
        authserver.oidc(
            int(os.environ.get(SECONDS, TOKEN_SECONDS)), plain_scopes=True, heard=heard, forgotten=forgotten
        ) as authority,
        serving_model() as model,
        private_keychain() as keychain,
    ):
        _tell({"url": authority.mcp_url, "issuer": authority.issuer, "model": model, "keychain": keychain})
        for line in sys.stdin:
            order = json.loads(line)
            if order["do"] == "heard":
                _tell([each._asdict() for each in heard])
                heard.clear()
            else:
                _tell(_run(order))


def _run(order: dict[str, Any]) -> dict[str, Any]:
    until = order.get("until")
    ended = run(
        order["argv"],
        env=order["env"],
        cwd=order["cwd"],
        seconds=order["seconds"],
        screen=Screen(**order["screen"]) if "screen" in order else None,
        enough=(lambda: Path(until).exists()) if until else None,
    )
    return ended._asdict()


def _tell(answer: Any) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
