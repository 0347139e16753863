"""Reads a reply's body, up to a limit."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from keyrack.oauth.http import Failed

if TYPE_CHECKING:
    import httpx

END_OF_EVENT = re.compile(rb"\r\n\r\n|\n\n|\r\r")
DATA = re.compile(rb"(?:\A|[\r\n])data: *[^\r\n ]")


class TooLarge(Exception):
    """The body is larger than the limit."""


class BadCoding(Exception):
    """The body's content coding can't be decoded."""


def read_body(reply: httpx.Response, limit: int, host: str) -> bytes | Failed:
    """The whole decoded body, at most `limit` bytes. Raises httpx's errors."""
    announced = reply.headers.get("content-length", "")
    if announced.isdecimal() and len(announced) < 20 and int(announced) > limit:
        return Failed(_too_large(host, limit), answered=True)
    body = bytearray()
    try:
        for chunk in decoded(reply, limit):
            body += chunk
            if len(body) > limit:
                raise TooLarge
    except TooLarge:
        return Failed(_too_large(host, limit), answered=True)
    except BadCoding:
        return Failed(f"{host} sent its response in an encoding that keyrack did not ask for.", answered=True)
    return bytes(body)


def read_event(reply: httpx.Response, limit: int, so_far: bytearray) -> None:
    """Read into `so_far` up to the end of the first event with data, the stream's end, or `limit`.

    After a failure, `so_far` has what was received before it.
    """
    for chunk in reply.iter_raw():
        so_far += chunk
        if len(so_far) >= limit:
            del so_far[limit:]
            return
        end = end_of_event(so_far)
        if end is not None:
            del so_far[end:]
            return


def end_of_event(stream: bytes | bytearray) -> int | None:
    """The end of the first event with data. Skips comments, and the empty event at the start of
    a stream in MCP 2025-11-25."""
    start = 0
    for end in END_OF_EVENT.finditer(stream):
        if DATA.search(stream[start : end.start()]):
            return end.end()
        start = end.end()
    return None


def decoded(reply: httpx.Response, limit: int) -> Iterator[bytes]:
    """The body as it arrives, decoded. No piece has more than `limit` bytes and one. Raises BadCoding."""
    coding = reply.headers.get("content-encoding", "").strip().lower()
    if coding in ("", "identity"):
        yield from reply.iter_raw()
        return
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise BadCoding
    # A few bytes can decompress to gigabytes: decompress at most one byte
    # more than the limit, where the reader stops.
    unpacker = zlib.decompressobj(wbits=47)  # gzip or zlib, by its first bytes
    try:
        for chunk in reply.iter_raw():
            yield unpacker.decompress(chunk, limit + 1)
    except zlib.error:
        raise BadCoding from None
    if not unpacker.eof:
        raise BadCoding


def _too_large(host: str, limit: int) -> str:
    size = f"{limit // 1024} KiB" if limit >= 1024 else f"{limit} bytes"
    return f"{host} sent a response of more than {size}, which is keyrack's limit."
