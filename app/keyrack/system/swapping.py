"""Put a file in place of another in one step, but only if that one is what it is expected to be.

The two names are swapped. If what comes out is not what was expected, another program has put it there at
that very moment, and it is swapped back: a check before a plain rename can't see that, and would lose it.
Until it is back, a program that opens the file must see neither ours nor, if it has put another one there
since, that older one: on Linux a lease makes it wait.

Linux has renameat2 with RENAME_EXCHANGE (not on every file system), macOS renamex_np with RENAME_SWAP.
Python has neither, and ctypes takes 4 ms to import, so that is done at the first swap.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Generator
from contextlib import contextmanager
from errno import EINVAL, ENOSYS, ENOTSUP, EPERM
from typing import Any

from keyrack.system import atomic
from keyrack.system.files import MAX_GROWN, BadFile, NoFile, read_bytes

AT_FDCWD = -100
RENAME_EXCHANGE = RENAME_SWAP = 2
CANNOT = (EINVAL, ENOSYS, ENOTSUP, EPERM)  # EPERM: a container's filter of system calls
SWAPS = 100  # to give back what others put there, each at the very moment of the one before


def put(draft: str, path: str, old: bytes) -> bool:
    """Put the draft in place of the file if that contains `old`, and leave nothing at the draft's name.

    False if the file contains something else or is gone; then the draft stays. Where the system can't swap,
    a rename by another program between the look at the file and its replacement is lost.
    Raises OSError.
    """
    with _unseen(draft) as unseen:
        try:
            swapped = swap(draft, path)
        except FileNotFoundError:
            return False
        if swapped:
            is_old = False
            try:
                is_old = holds(draft, old)
            finally:  # also if the user interrupts it
                if not is_old:
                    _give_back(draft, path, unseen)
            if is_old:
                os.unlink(draft)
            return is_old
    if not holds(path, old):
        return False
    atomic.rename_over(draft, path)
    return True


def holds(path: str, data: bytes) -> bool:
    """Does the file contain exactly this?"""
    try:
        return read_bytes(path, len(data)) == data
    except (NoFile, BadFile):
        return False


def swap(one: str, other: str) -> bool:
    """Give each of the two files the other's name.

    False, and nothing is changed, where the system can't. Raises OSError if one of the two is missing.
    """
    if sys.platform not in ("linux", "darwin"):
        return False
    import ctypes

    libc: Any = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "linux":
            failed = libc.renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE)
        else:
            failed = libc.renamex_np(first, second, RENAME_SWAP)
    except AttributeError:  # a libc without it
        return False
    if not failed:
        return True
    number = ctypes.get_errno()
    if number in CANNOT:
        return False
    raise OSError(number, os.strerror(number), other)


@contextmanager
def _unseen(draft: str) -> Generator[int]:
    """A descriptor of the draft. Where the system can, whoever opens the file waits for the end of the block.

    The inode's number can't be reused while it is open.
    """
    with open(draft, "r+b", buffering=0) as file:
        _lease(file.fileno())
        yield file.fileno()


def _lease(handle: int) -> bool:
    """Whoever opens this file waits until it is closed here. False where that is not possible."""
    if sys.platform != "linux":
        return False
    import fcntl
    import signal

    try:
        # The signal for somebody who waits: one that is ignored by default, unlike SIGIO.
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    except OSError:  # not on this file system, not for this owner, or somebody has it open
        return False
    return True


def _give_back(draft: str, path: str, ours: int) -> None:
    """Swap until what comes out of `path` is what was put there: anything else is newer and belongs there.

    What is put there may then be the older of the two, so that is kept from being opened too.
    """
    put = _identity(ours)
    there, displaced = [ours], list[int]()
    try:
        for _ in range(SWAPS):
            back, leased = _identity(draft), _leased(draft)
            swap(draft, path)
            displaced += there
            there = leased
            if _identity(draft) == put:
                break
            put = back
        for each in there:
            os.close(each)
        there = []
        try:
            content = read_bytes(path, MAX_GROWN)
        except (NoFile, BadFile):
            return
        # Whoever has opened one of these in between, and waits, must read what is there now.
        for each in displaced:
            os.ftruncate(each, 0)
            os.pwrite(each, content, 0)
    finally:
        for each in displaced + there:
            if each != ours:
                os.close(each)


def _leased(path: str) -> list[int]:
    """A descriptor of another program's file that nobody else can open until it is closed.

    None if somebody has it open, or if it has a second name, under which it must stay as it is.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return []
    status = os.fstat(handle)
    if stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and _lease(handle):
        return [handle]
    os.close(handle)
    return []


def _identity(path: str | int) -> tuple[int, int]:
    status = os.fstat(path) if isinstance(path, int) else os.lstat(path)
    return status.st_dev, status.st_ino
