"""Digests without OpenSSL. `hashlib` loads it at once, which takes 3 ms of a command that starts anew.

CPython has its own implementations too, which its module `random` uses like this. A Python without them, such
as one that was built for FIPS, has those of `hashlib`.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any


def sha256_hex(data: bytes) -> str:
    """SHA-256 (FIPS 180-4) as 64 hex digits."""
    return _first("sha256", "_sha2", "_sha256")(data).hexdigest()


def md5_hex(data: bytes) -> str:
    """MD5 (RFC 1321) as 32 hex digits, for names of files. It protects nothing."""
    return _first("md5", "_md5")(data, usedforsecurity=False).hexdigest()


@cache
def _first(algorithm: str, *modules: str) -> Any:
    """The constructor in the first of these modules that exists: CPython 3.12 renamed one."""
    for module in (*modules, "hashlib"):
        try:
            return getattr(import_module(module), algorithm)
        except ImportError:
            continue
    raise ImportError(algorithm)
