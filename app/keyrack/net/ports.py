"""The loopback sockets of the callback: which port, which addresses."""

from __future__ import annotations

import errno
import socket
import sys

from keyrack.domain.errors import KeyrackError

PREFERRED = range(8085, 8100)


def bind(port: int | None, *, both: bool) -> tuple[int, list[socket.socket]]:
    """Listen on 127.0.0.1 (and with `both` on ::1): on `port`, or on one of 8085-8099, or on any.

    Raises KeyrackError with a sentence when the configured port can't be had.
    """
    if port is not None:
        if not 0 < port < 65536:
            raise KeyrackError(f"{port} is no port; ports go from 1 to 65535.")
        try:
            return _listen(port, both)
        except OSError as error:
            raise _taken(port, error) from None
    for each in (*PREFERRED, *[0] * 20):
        try:
            return _listen(each, both)
        except OSError:
            continue
    raise KeyrackError("No port is free on this machine for the sign-in's callback.",
                       hint="Log in with --no-browser and paste the address that the browser ends on.")


def _listen(port: int, both: bool) -> tuple[int, list[socket.socket]]:
    first = _socket(socket.AF_INET, "127.0.0.1", port)
    port = first.getsockname()[1]
    if not both:
        return port, [first]
    try:
        return port, [first, _socket(socket.AF_INET6, "::1", port)]
    except OSError as error:
        # Without IPv6 nobody can come that way. But a port that another program holds
        # there would get the browser's visit, code and all.
        if error.errno == errno.EADDRINUSE:
            first.close()
            raise
        return port, [first]


def _socket(family: int, host: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:  # the last login's connections may still be dying there
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(32)
    except OSError:
        made.close()
        raise
    return made


def _taken(port: int, error: OSError) -> KeyrackError:
    if error.errno == errno.EACCES:
        return KeyrackError(f"Port {port} for the sign-in's callback needs an administrator's rights.",
                            hint="Choose a port above 1023 with --callback-port.")
    return KeyrackError(f"Port {port} for the sign-in's callback is taken by another program.",
                        hint="Stop that program, or choose another port with --callback-port.")
