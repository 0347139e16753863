"""How long and how much a server may take."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """Seconds, bytes and hops. The defaults are what users get; tests pass smaller ones."""

    connect: float = 10.0  # for one address: TCP, then TLS
    read: float = 10.0  # without a single byte; `total` for what is asked only once
    total: float = 30.0  # for everything of one send: name, redirects, body
    event: float = 5.0  # for the first event of a stream, once its head is here
    body: int = 1024 * 1024  # decoded bytes
    hops: int = 3  # redirects of one GET
