"""Opens the loopback sockets of the callback, and chooses their port and addresses."""

from __future__ import annotations

import errno
import socket
import sys

from keyrack.domain.errors import KeyrackError

PREFERRED = range(8085, 8100)
IPV4, IPV6 = (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")
# By the host of the redirect URI. The first address is required.
ADDRESSES = {"127.0.0.1": (IPV4,), "localhost": (IPV4, IPV6), "[::1]": (IPV6,)}


def bind(port: int | None, host: str) -> tuple[int, list[socket.socket]]:
    """Listen on the addresses of `host`: on `port`, or on one of 8085-8099, or on any free port.

    Raises KeyrackError if the configured port can't be used.
    """
    if port is not None:
        if not 0 < port < 65536:
            raise KeyrackError(f"{port} is not a valid port. Ports range from 1 to 65535.")
        try:
            return _listen(port, host)
        except OSError as error:
            raise _taken(port, error) from None
    for each in (*PREFERRED, *[0] * 20):
        try:
            return _listen(each, host)
        except OSError:
            continue
    raise KeyrackError(
        "No port is free on this machine for the login callback.",
        hint="Use --no-browser and paste the address that the browser ends on.",
    )


def _listen(port: int, host: str) -> tuple[int, list[socket.socket]]:
    first, *others = ADDRESSES[host]
    listeners = [_socket(*first, port)]
    port = listeners[0].getsockname()[1]
    for other in others:
        try:
            listeners.append(_socket(*other, port))
        except OSError as error:
            # Without IPv6, nobody can connect that way. But if another program has this port
            # there, it would receive the browser's request with the code.
            if error.errno == errno.EADDRINUSE:
                listeners[0].close()
                raise
    return port, listeners


def _socket(family: int, address: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:  # connections of the last login may still be closing
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((address, port))
        made.listen(32)
    except OSError:
        made.close()
        raise
    return made


def _taken(port: int, error: OSError) -> KeyrackError:
    if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
        return KeyrackError(
            "The login callback needs IPv6, and this machine has none.",
            hint="If your app also allows 127.0.0.1, use --redirect-host 127.0.0.1.",
        )
    if error.errno == errno.EACCES:
        return KeyrackError(
            f"Port {port} for the login callback needs administrator rights.",
            hint="Choose a port above 1023 with --callback-port.",
        )
    return KeyrackError(
        f"Port {port} for the login callback is used by another program.",
        hint="Stop that program, or choose another port with --callback-port.",
    )
