"""What keyrack's own `config.toml` says about the place for secrets.

store = "vault"                     # or "keychain", as where it is left out
vault_identity = "~/keys/laptop"    # an identity file of age's, in place of identity.age
vault_lock_minutes = 15             # how long the vault stays open after its last use
allow_backend = ["module.Class"]    # backends that keyring itself does not recommend
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from keyrack.domain.kinds import kind
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.storage import StoreKind

NAMES = ("store", "vault_identity", "vault_lock_minutes", "allow_backend")
# A login waits for its person for up to 5 minutes, and must still find the vault open after that.
LEAST_MINUTES, MOST_MINUTES = 6, 1440


class Settings(NamedTuple):
    store: StoreKind = "keychain"
    vault_identity: str = ""  # a path; "" where none is named
    vault_lock_minutes: int = 15
    allow_backend: tuple[str, ...] = ()
    refusal: str = ""  # why no store can be used


def settings_of(data: Mapping[str, Any], problem: Callable[[str], Any]) -> Settings:
    """The settings among a file's values; `problem` is called with a sentence for each wrong one."""
    settings = Settings()
    wrong: list[str] = []
    store: Any = data.get("store", settings.store)
    if store in ("keychain", "vault"):
        settings = settings._replace(store=store)
    else:
        wrong.append('“store” should be "keychain" or "vault".')
    identity = data.get("vault_identity", "")
    if isinstance(identity, str):
        settings = settings._replace(vault_identity=identity)
    else:
        wrong.append(f"“vault_identity” should be the path of a file, but is {kind(identity)}.")
    minutes = data.get("vault_lock_minutes", settings.vault_lock_minutes)
    if type(minutes) is int and LEAST_MINUTES <= minutes <= MOST_MINUTES:
        settings = settings._replace(vault_lock_minutes=minutes)
    else:
        wrong.append(f"“vault_lock_minutes” should be a whole number from {LEAST_MINUTES} to {MOST_MINUTES}.")
    backends: Any = data.get("allow_backend", [])
    if isinstance(backends, list) and all(isinstance(each, str) for each in backends):
        settings = settings._replace(allow_backend=tuple(backends))
    else:
        wrong.append('“allow_backend” should be a list of names, like ["module.Class"].')
    for sentence in wrong:
        problem(sentence)
    return settings._replace(refusal=wrong[0]) if wrong else settings
