"""The processes of macOS, by libproc(3) and sysctl(3)."""

from __future__ import annotations

import ctypes
from typing import Any

PROC_PIDTBSDINFO = 3
PARENT = 16  # the offset of pbi_ppid in struct proc_bsdinfo, which has 136 bytes
CTL_KERN, KERN_PROCARGS2 = 1, 49
LONGEST = 1 << 20  # bytes of arguments and environment (ARG_MAX)
MOST = 30  # arguments


def look(pid: int) -> tuple[int, list[str]] | None:
    """A process's parent and arguments; the arguments of another user's process can't be read, so it has
    none."""
    try:
        system = ctypes.CDLL(None, use_errno=True)
        info = ctypes.create_string_buffer(136)
        if system.proc_pidinfo(pid, PROC_PIDTBSDINFO, ctypes.c_uint64(0), info, len(info)) != len(info):
            return None
        return int.from_bytes(info.raw[PARENT : PARENT + 4], "little"), _arguments(system, pid)
    except (OSError, AttributeError):
        return None


def _arguments(system: Any, pid: int) -> list[str]:
    name = (ctypes.c_int * 3)(CTL_KERN, KERN_PROCARGS2, pid)
    text = ctypes.create_string_buffer(LONGEST)
    size = ctypes.c_size_t(len(text))
    if system.sysctl(name, 3, text, ctypes.byref(size), None, 0):
        return []
    return parsed(text.raw[: size.value])


def parsed(text: bytes) -> list[str]:
    """The arguments in the answer: their number, the path of the executable, zeros, and then they."""
    count = min(int.from_bytes(text[:4], "little"), MOST)
    rest = text[4:].partition(b"\0")[2].lstrip(b"\0")
    return [word.decode("utf-8", "replace") for word in rest.split(b"\0", count)[:count]]
