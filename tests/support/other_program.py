"""Another program, in a process of its own, that locks and writes its own files in its own way.

    python -m support.other_program file-lock PATH            as Rust's File::lock
    python -m support.other_program folder-lock PATH STALE    as proper-lockfile; STALE in seconds
    python -m support.other_program writer PATH [LOCK]        a draft and a rename, with LOCK as folder-lock

It prints "waiting" if it has to wait and "held" once it holds the lock, gives it back at the end of its
input, and prints "released", or "lost" if the lock was no longer its own. The writer adds 1 to its key of a
JSON file in each round, and prints "begun" and, at the end of its input, "wrote" with its last value and how
many of its own values it did not find again.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TESTS = Path(__file__).parents[1]


@contextmanager
def running(*args: object) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "support.other_program", *map(str, args)],
        cwd=TESTS,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def told(process: subprocess.Popen[str]) -> str:
    """The next line that it prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def finish(process: subprocess.Popen[str]) -> str:
    """End its input, and return the next line that it prints."""
    assert process.stdin is not None
    process.stdin.close()
    return told(process)


def _file_lock(path: str) -> None:
    import fcntl

    with open(path, "a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        print("held", flush=True)
        sys.stdin.read()
    print("released", flush=True)


def _folder_lock(path: str, stale: float) -> None:
    """What proper-lockfile 4.1.2 does: mkdir; a stale folder is removed and mkdir tried once more."""
    has_told = False
    while not _made(path):
        try:
            if os.stat(path).st_mtime < time.time() - stale:
                os.rmdir(path)
                continue
        except FileNotFoundError:
            continue
        if not has_told:
            has_told = True
            print("waiting", flush=True)
        time.sleep(0.01)
    made = os.stat(path).st_mtime_ns
    print("held", flush=True)
    sys.stdin.read()
    still = os.path.isdir(path) and os.stat(path).st_mtime_ns == made
    if still:
        os.rmdir(path)
    print("released" if still else "lost", flush=True)


def _write(path: str, lock: str = "") -> None:
    os.umask(0o077)
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    print("begun", flush=True)
    mine = lost = 0
    while not ended.wait(random.uniform(0.002, 0.005)):
        while lock and not _made(lock):
            time.sleep(0.001)
        with open(path) as file:
            content = json.load(file)
        lost += content["other"] != mine
        mine += 1
        with open(f"{path}.others-draft", "w") as file:
            json.dump(content | {"other": mine}, file)
        os.replace(f"{path}.others-draft", path)
        if lock:
            os.rmdir(lock)
    print(f"wrote {mine}, lost {lost}", flush=True)


def _made(path: str) -> bool:
    try:
        os.mkdir(path)
    except FileExistsError:
        return False
    return True


if __name__ == "__main__":
    kind, path, *more = sys.argv[1:]
    if kind == "file-lock":
        _file_lock(path)
    elif kind == "folder-lock":
        _folder_lock(path, *map(float, more))
    else:
        _write(path, *more)
