"""`keyrack list --json` imports nothing heavy."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("httpx", "keyring", "pyrage", "textual", "rich", "asyncio", "dataclasses", "inspect", "tomllib",
         "tomlkit", "wcwidth", "argparse", "importlib.metadata", "difflib", "textwrap", "traceback",
         "threading")  # fmt: skip

SCRIPT = f"""
import sys
before = set(sys.modules)
from keyrack.cli import run
from keyrack.domain.reading import Reading
from keyrack.operations.ports import Adapters, NoOtherPrograms
from keyrack.services.known import KnownServices

class CredentialStore:
    warnings = ()

    def records(self):
        return {{}}

def adapters(*, config_files, ask):
    nothing = dict.fromkeys(Adapters._fields)
    reading = Reading((), (), ())
    return Adapters(**nothing)._replace(read=lambda: reading, credentials=CredentialStore, now=lambda: 0.0,
        services=KnownServices,
        other_programs=NoOtherPrograms,
        on_wait=lambda tell: None)

assert run(["list", "--json"], adapters=adapters, screen=None, demo=None) == 0
import keyrack.cli.token
print(*sorted(set({HEAVY!r}) & (set(sys.modules) - before)))
"""


def test_listing_imports_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n\n"
