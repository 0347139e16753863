"""A resolver of the tests, and requests with it."""

from __future__ import annotations

import socket
from typing import Any

from keyrack.net.http_client import HttpxClient
from keyrack.net.limits import Limits
from keyrack.oauth.http import Failed, Request, Response

PUBLIC = "https://mcp.example/mcp"
LIMITS = Limits()


class Names:
    """A resolver; names that it does not know do not exist."""

    def __init__(self, **names: str) -> None:
        self.names = {key.replace("_", "."): value.split() for key, value in names.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, port: Any, **_: Any) -> list[Any]:
        self.asked.append(host)
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 0)) for each in self.names[host]]


def send(url: str, names: Names, server_url: str = PUBLIC, **more: Any) -> Response | Failed:
    return HttpxClient(LIMITS, names).send(Request("GET", url, **more), server_url=server_url)
