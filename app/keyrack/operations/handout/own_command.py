"""The command by which other programs start keyrack."""

from __future__ import annotations

import os
import shutil
import sys


def own_command() -> str:
    """The absolute path of keyrack: a program started from a desktop may not have the shell's PATH.

    The one on the PATH is preferred, since it stays where it is when keyrack is updated.
    """
    found = shutil.which("keyrack")
    if found is None:
        name = "keyrack.exe" if sys.platform == "win32" else "keyrack"
        beside = os.path.join(os.path.dirname(sys.executable), name)
        found = beside if os.access(beside, os.X_OK) else "keyrack"
    return os.path.abspath(found) if os.sep in found else found
