"""The command by which other programs can run this keyrack later."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping

from keyrack.domain.errors import KeyrackError

# Environments of one run, which are deleted at some time: those of uvx and `uv run --with` are in uv's cache,
# wherever that is, and those of `pipx run` in pipx's.
_CACHES = re.compile(
    r"[\\/](?:(?:archive|environments|builds)-v\d+|(?:\.cache|Caches)[\\/]pipx|pipx[\\/](?:\.cache|Cache))[\\/]"
)


def own_path(env: Mapping[str, str]) -> str:
    """The absolute path of the running keyrack's command, or of one on PATH that stays; "" if there is none.

    Raises KeyrackError if this keyrack is in an environment of one run, and there is no other.
    """
    found = [path for path in _commands(env) if not is_passing(path)]
    if found:
        return found[0]
    if is_passing(sys.executable):
        raise KeyrackError(
            "keyrack runs from a cache that may be emptied, so no other program can use it there.",
            hint="Install it first, as its README says.",
        )
    return ""


def own_command(env: Mapping[str, str]) -> tuple[str, ...]:
    """The command line that runs keyrack by the Python that runs it now; by a path if that Python does not
    stay. Raises KeyrackError, as `own_path`."""
    if is_passing(sys.executable):
        return (own_path(env),)
    # -P: the current folder, which may be a stranger's project, is no place to import from.
    return (sys.executable, "-P", "-m", "keyrack")


def is_passing(path: str) -> bool:
    """Is it in the environment of one run?"""
    return _CACHES.search(path) is not None


def _commands(env: Mapping[str, str]) -> Iterator[str]:
    beside = os.path.join(os.path.dirname(sys.executable), "keyrack.exe" if os.name == "nt" else "keyrack")
    started = sys.argv[0] if os.path.basename(sys.argv[0]) in ("keyrack", "keyrack.exe") else ""
    for each in (started, beside):
        if each and os.sep in each and os.access(each, os.X_OK) and os.path.isfile(each):
            yield os.path.abspath(each)
    # uvx puts its own environment first on PATH.
    for folder in env.get("PATH", "").split(os.pathsep):
        if folder and (each := shutil.which("keyrack", path=folder)):
            yield os.path.abspath(each)
