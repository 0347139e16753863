"""Limits on a server's time and data."""

from __future__ import annotations

from keyrack.domain.named_tuple import NamedTuple


class Limits(NamedTuple):
    """Seconds, bytes and hops. Users get the defaults; tests use smaller ones."""

    connect: float = 10.0  # for one address: TCP, then TLS
    read: float = 10.0  # without receiving a byte; `total` for a request that works only once
    total: float = 30.0  # for a whole send, with name resolution, redirects and body
    event: float = 5.0  # for the first event of a stream, after its head
    body: int = 1024 * 1024  # decoded bytes
    hops: int = 3  # redirects of one GET
