"""pass and gpg with a key and a folder of their own, as keyring's configured backend."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.require import need

KEYRINGRC = "[backend]\ndefault-keyring=keyring_pass.PasswordStoreBackend\n"


def need_pass() -> None:
    """Skip (or fail, where all is required) without pass, gpg and keyring-pass."""
    there = all(map(shutil.which, ("pass", "gpg", "gpgconf")))
    need("pass is not installed (apt-get install pass gnupg)", there)
    need("keyring-pass is not installed", importlib.util.find_spec("keyring_pass") is not None)


@contextmanager
def password_store() -> Iterator[dict[str, str]]:
    """Yield the variables that lead keyring to an empty password store; its gpg-agent ends with it."""
    need_pass()
    # gpg-agent's socket lies in its home, and its path may have 107 characters.
    root = Path(tempfile.mkdtemp(prefix="pass-"))
    gnupg, config = root / "gnupg", root / "config" / "python_keyring"
    gnupg.mkdir(mode=0o700)
    config.mkdir(parents=True)
    (config / "keyringrc.cfg").write_text(KEYRINGRC)
    env = {
        "GNUPGHOME": str(gnupg),
        "PASSWORD_STORE_DIR": str(root / "store"),
        "XDG_CONFIG_HOME": str(root / "config"),
    }
    try:
        _run(env, "gpg", "--batch", "--passphrase", "", "--quick-generate-key", "keyrack test")
        _run(env, "pass", "init", "keyrack test")
        yield env
    finally:
        _run(env, "gpgconf", "--kill", "all")
        shutil.rmtree(root, ignore_errors=True)


def _run(env: dict[str, str], *command: str) -> None:
    subprocess.run(command, env=os.environ | env, check=True, capture_output=True, stdin=subprocess.DEVNULL)
