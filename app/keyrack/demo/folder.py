"""The demo's temporary folder. It is deleted at the demo's end, or after a kill by the next demo."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from keyrack.domain.errors import KeyrackError, Temporary
from keyrack.system.ending import cleaned_up
from keyrack.system.locks import Locks

PREFIX = "keyrack-demo-"
LOCK = "demo"  # held while the demo runs; the kernel releases it however the demo ends
TRIES = 5


@contextmanager
def own_folder() -> Generator[Path]:
    """A folder for this demo. Those of killed demos are deleted first.

    Raises KeyrackError if it can't be created.
    """
    sweep(Path(tempfile.gettempdir()))
    with ExitStack() as stack:
        yield _taken(stack)


def sweep(place: Path) -> None:
    """Delete the folders of this user's demos that are no longer running: nobody holds their locks."""
    for folder in place.glob(f"{PREFIX}*"):
        if _is_ours(folder):
            try:
                with Locks(str(folder)).hold(LOCK, timeout=0):
                    shutil.rmtree(folder, ignore_errors=True)
            except KeyrackError:
                pass  # it is running


def _is_ours(folder: Path) -> bool:
    """Was it created by a demo of this user, and is it no link?"""
    try:
        found, lock = folder.lstat(), (folder / f"{LOCK}.lock").lstat()
    except OSError:
        return False
    own = not hasattr(os, "getuid") or found.st_uid == lock.st_uid == os.getuid()
    return own and stat.S_ISDIR(found.st_mode) and stat.S_ISREG(lock.st_mode)


def _taken(stack: ExitStack) -> Path:
    for _ in range(TRIES):
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        held = stack.enter_context(ExitStack())
        held.enter_context(cleaned_up(partial(shutil.rmtree, folder, ignore_errors=True)))
        try:
            held.enter_context(Locks(str(folder)).hold(LOCK, timeout=0))
        except Temporary:  # another demo that is starting took it for an abandoned one
            held.close()
            continue
        if (folder / f"{LOCK}.lock").exists():
            return folder
        held.close()
    raise KeyrackError("The demo could not create a folder.", hint="Try again.")
